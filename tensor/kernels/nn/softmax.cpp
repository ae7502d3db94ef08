#include "tensor/kernels/nn/softmax.h"

#include "tensor/kernels/nn/short_rows.h"
#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

// A nan makes the sum, and so every element, a nan, whatever it does to the maximum.
template <class Line, class T>
batch<T> max_of(const Line& line, const T* x) {
  const batch<T> least(lowest<T>);
  return fold_line(Greater{}, line, least, [&](auto at) { return at.load(x, least); });
}

struct Softmax {
  template <class Line, class T>
  void operator()(const Line& line, const T* x, T* y) const {
    using V = batch<T>;
    const V max = max_of(line, x), least(lowest<T>);
    const V sum = sum_line(line, [&](auto at) {
      const V e = simd::exp(at.load(x, least) - max);
      at.store(y, e);
      return e;
    });
    map_line(line, [&](auto at) { at.store(y, at.load(y) / sum); });
  }
};

// The maximum, and the logarithm of the sum of exp(x - maximum).
template <class Line, class T>
Two<batch<T>> log_terms(const Line& line, const T* x) {
  using V = batch<T>;
  const V max = max_of(line, x), least(lowest<T>);
  const V sum = sum_line(line, [&](auto at) { return simd::exp(at.load(x, least) - max); });
  return {max, simd::log(sum)};
}

struct LogSoftmax {
  template <class Line, class T>
  void operator()(const Line& line, const T* x, T* y) const {
    const auto [max, log_sum] = log_terms(line, x);
    map_line(line, [&, m = max, l = log_sum](auto at) { at.store(y, at.load(x) - m - l); });
  }
};

// dx = y (dy - sum dy y)
struct SoftmaxBackward {
  template <class Line, class T>
  void operator()(const Line& line, const T* dy, const T* y, T* dx) const {
    const batch<T> dot = sum_line(line, [&](auto at) { return at.load(dy) * at.load(y); });
    map_line(line, [&](auto at) { at.store(dx, at.load(y) * (at.load(dy) - dot)); });
  }
};

// dx = dy - exp(y) sum dy
struct LogSoftmaxBackward {
  template <class Line, class T>
  void operator()(const Line& line, const T* dy, const T* y, T* dx) const {
    const batch<T> sum = sum_line(line, [&](auto at) { return at.load(dy); });
    map_line(line, [&](auto at) { at.store(dx, at.load(dy) - simd::exp(at.load(y)) * sum); });
  }
};

bool are_short(const ScanShape& s) { return s.inner_pitch == 1 && s.n <= short_row; }

template <class T, class Formula, class... X>
void run_short_rows(Formula formula, const ScanShape& s, T* y, const X*... x) {
  alignas(64) T columns[sizeof...(X)][short_row * lanes<T>];
  for_short_rows<T>(s.outer, s.n, [&](auto line, auto rows, int64_t o) {
    T* place = columns[0];
    ((rows.load(x + o * s.n, place), place += short_row * lanes<T>), ...);
    [&]<size_t... i>(std::index_sequence<i...>) { formula(line, columns[i]..., columns[0]); }
    (std::index_sequence_for<X...>());
    rows.store(columns[0], y + o * s.n);
  });
}

// Applies the formula to every line of the operands, which share the shape.
template <class T, class Formula, class... X>
void run(Formula formula, const ScanShape& s, T* y, const X*... x) {
  constexpr int64_t W = lanes<T>;
  if (are_short(s)) return run_short_rows(formula, s, y, x...);
  const int64_t block = s.n * s.inner_pitch;
  for (int64_t o = 0; o < s.outer; ++o) {
    if (s.inner_pitch == 1) {
      formula(RowLine<T>{s.n}, x + o * block..., y + o * block);
      continue;
    }
    int64_t i = 0;
    for (; i + W <= s.inner; i += W)
      formula(ColumnLine<T>{s.n, s.inner_pitch}, x + o * block + i..., y + o * block + i);
    if (i < s.inner)
      formula(NarrowLine<T>{{s.n, s.inner_pitch}, static_cast<int>(s.inner - i)},
              x + o * block + i..., y + o * block + i);
  }
}

template <class T>
const T* in(const void* p) {
  return static_cast<const T*>(p);
}
template <class T>
T* out(void* p) {
  return static_cast<T*>(p);
}

template <class T>
void softmax(const void* x, void* y, const ScanShape& s) {
  run<T>(Softmax{}, s, out<T>(y), in<T>(x));
}
template <class T>
void log_softmax(const void* x, void* y, const ScanShape& s) {
  run<T>(LogSoftmax{}, s, out<T>(y), in<T>(x));
}
template <class T>
void softmax_backward(const void* dy, const void* y, void* dx, const ScanShape& s) {
  run<T>(SoftmaxBackward{}, s, out<T>(dx), in<T>(dy), in<T>(y));
}
template <class T>
void log_softmax_backward(const void* dy, const void* y, void* dx, const ScanShape& s) {
  run<T>(LogSoftmaxBackward{}, s, out<T>(dx), in<T>(dy), in<T>(y));
}

template <class T>
void log_terms(const void* x, void* max, void* log_sum, const ScanShape& s) {
  if (are_short(s)) {
    alignas(64) T columns[short_row * lanes<T>];
    return for_short_rows<T>(s.outer, s.n, [&](auto line, auto rows, int64_t o) {
      rows.load(in<T>(x) + o * s.n, columns);
      const auto terms = log_terms(line, columns);
      rows.store_lanes(out<T>(max) + o, terms.a);
      rows.store_lanes(out<T>(log_sum) + o, terms.b);
    });
  }
  for (int64_t o = 0; o < s.outer; ++o) {
    const auto terms = log_terms(RowLine<T>{s.n}, in<T>(x) + o * s.n);
    out<T>(max)[o] = terms.a.get(0);
    out<T>(log_sum)[o] = terms.b.get(0);
  }
}
template <class T>
void exp_terms(const void* x, const void* max, const void* log_sum, const void* scale, void* y,
               const ScanShape& s) {
  using V = batch<T>;
  for (int64_t o = 0; o < s.outer; ++o) {
    const V m(in<T>(max)[o]), l(in<T>(log_sum)[o]), k(in<T>(scale)[o]);
    const T* from = in<T>(x) + o * s.n;
    T* to = out<T>(y) + o * s.n;
    map_line(RowLine<T>{s.n}, [&](auto at) { at.store(to, simd::exp(at.load(from) - m - l) * k); });
  }
}

}  // namespace

}  // namespace reduce

constinit const SoftmaxTable softmax_table = {
    .softmax = GRADUS_FLOAT_TYPES(reduce::softmax),
    .log_softmax = GRADUS_FLOAT_TYPES(reduce::log_softmax),
    .softmax_backward = GRADUS_FLOAT_TYPES(reduce::softmax_backward),
    .log_softmax_backward = GRADUS_FLOAT_TYPES(reduce::log_softmax_backward),
    .log_terms = GRADUS_FLOAT_TYPES(reduce::log_terms),
    .exp_terms = GRADUS_FLOAT_TYPES(reduce::exp_terms),
};

}  // namespace gradus::kernels::GRADUS_ISA
