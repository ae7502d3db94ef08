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
  const V sum =
      sum_line(line, [&](auto at) { return simd::exp_of_negative(at.load(x, least) - max); });
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

template <class T>
const T* in(const void* p) {
  return static_cast<const T*>(p);
}
template <class T>
T* out(void* p) {
  return static_cast<T*>(p);
}

// Many columns go row after row, so that memory is read as it lies: a column by itself would take a
// line of it for each element, and lines a power of two apart fall on few sets of the caches. What
// runs along the columns stays in the first cache, for so many of them at once.
inline constexpr int64_t most_columns = 1024;
// Rows that are summed by themselves, and of these again, so that long sums stay exact.
inline constexpr int64_t few_rows = 8, many_rows = 256;

template <class T>
struct alignas(64) ColumnValues {
  T of[most_columns];
  batch<T> load(int64_t place) const { return batch<T>::load_aligned(of + place); }
  void store(int64_t place, batch<T> v) { v.store_aligned(of + place); }
};

// f(place of the columns in a row, place of their values) for batches of columns.
template <class T, class F>
void for_columns(int64_t width, F f) {
  constexpr int64_t W = lanes<T>;
  int64_t j = 0;
  for (; j + W <= width; j += W) f(WholePlace<T>{j}, j);
  if (j < width) f(PartPlace<T>{j, static_cast<int>(width - j)}, j);
}
template <class T>
void fill(ColumnValues<T>& values, int64_t width, T v) {
  for_columns<T>(width, [&](auto, int64_t j) { values.store(j, batch<T>(v)); });
}
// Adds the sums of a block to those of all, and begins the next block.
template <class T>
void add_block(ColumnValues<T>& sum, ColumnValues<T>& block, int64_t width) {
  for_columns<T>(width, [&](auto, int64_t j) {
    sum.store(j, sum.load(j) + block.load(j));
    block.store(j, batch<T>(T(0)));
  });
}

// f(first row, their number) for few rows at a time, and then rest() for many.
template <class F, class G>
void for_rows(int64_t n, F f, G rest) {
  for (int64_t i = 0; i < n; rest())
    for (const int64_t end = n - i < many_rows ? n : i + many_rows; i < end; i += few_rows)
      f(i, end - i < few_rows ? end - i : few_rows);
}

// The maximum of each column, and the sum of exp(x - maximum): of the maximum so far, with which
// the sum shrinks where the maximum grows.
template <class T>
void log_terms(const T* x, int64_t pitch, int64_t n, int64_t width, ColumnValues<T>& max,
               ColumnValues<T>& sum) {
  using V = batch<T>;
  ColumnValues<T> block;
  fill(max, width, lowest<T>);
  fill(sum, width, T(0));
  fill(block, width, T(0));
  for_rows(
      n,
      [&](int64_t i, int64_t rows) {
        for_columns<T>(width, [&](auto at, int64_t j) {
          const T* from = x + i * pitch;
          const V before = max.load(j);
          V now = before;
          for (int64_t r = 0; r < rows; ++r) now = xsimd::max(now, at.load(from + r * pitch));
          if (xsimd::any(now != before)) {
            const V shrink = simd::exp_of_negative(before - now);
            block.store(j, block.load(j) * shrink);
            sum.store(j, sum.load(j) * shrink);
            max.store(j, now);
          }
          V total(T(0));
          for (int64_t r = 0; r < rows; ++r)
            total += simd::exp_of_negative(at.load(from + r * pitch) - now);
          block.store(j, block.load(j) + total);
        });
      },
      [&] { add_block(sum, block, width); });
}

template <class T>
void max_columns(const T* x, int64_t pitch, int64_t n, int64_t width, ColumnValues<T>& max) {
  fill(max, width, lowest<T>);
  for_rows(
      n,
      [&](int64_t i, int64_t rows) {
        for_columns<T>(width, [&](auto at, int64_t j) {
          batch<T> now = max.load(j);
          for (int64_t r = i; r < i + rows; ++r) now = xsimd::max(now, at.load(x + r * pitch));
          max.store(j, now);
        });
      },
      [] {});
}

// The sum of f(place, row, j, x[i, j]...) over each column; the place is that of the columns from j
// on in a row, which begins `row` elements behind the first.
template <class T, class F, class... X>
void sum_columns(int64_t pitch, int64_t n, int64_t width, ColumnValues<T>& sum, F f,
                 const X*... x) {
  ColumnValues<T> block;
  fill(sum, width, T(0));
  fill(block, width, T(0));
  for_rows(
      n,
      [&](int64_t i, int64_t rows) {
        for_columns<T>(width, [&](auto at, int64_t j) {
          batch<T> total(T(0));
          for (int64_t r = i * pitch; r < (i + rows) * pitch; r += pitch)
            total += f(at, r, j, at.load(x + r)...);
          block.store(j, block.load(j) + total);
        });
      },
      [&] { add_block(sum, block, width); });
}

// y[i, j] = f(j, x[i, j]...)
template <class T, class F, class... X>
void map_columns(int64_t pitch, int64_t n, int64_t width, T* y, F f, const X*... x) {
  for (int64_t r = 0; r < n * pitch; r += pitch)
    for_columns<T>(width, [&](auto at, int64_t j) { at.store(y + r, f(j, at.load(x + r)...)); });
}

// The formulas again, of columns: f(pitch, n, width, y, x...).
struct SoftmaxOfColumns {
  template <class T>
  void operator()(int64_t pitch, int64_t n, int64_t width, T* y, const T* x) const {
    ColumnValues<T> max, sum;
    max_columns(x, pitch, n, width, max);
    sum_columns<T>(
        pitch, n, width, sum,
        [&](auto at, int64_t row, int64_t j, auto v) {
          const batch<T> e = simd::exp(v - max.load(j));
          at.store(y + row, e);
          return e;
        },
        x);
    map_columns(
        pitch, n, width, y, [&](int64_t j, auto e) { return e / sum.load(j); }, y);
  }
};
struct LogSoftmaxOfColumns {
  template <class T>
  void operator()(int64_t pitch, int64_t n, int64_t width, T* y, const T* x) const {
    ColumnValues<T> max, sum;
    log_terms(x, pitch, n, width, max, sum);
    for_columns<T>(width, [&](auto, int64_t j) { sum.store(j, simd::log(sum.load(j))); });
    const auto value = [&](int64_t j, auto v) { return v - max.load(j) - sum.load(j); };
    map_columns(pitch, n, width, y, value, x);
  }
};
struct SoftmaxBackwardOfColumns {
  template <class T>
  void operator()(int64_t pitch, int64_t n, int64_t width, T* dx, const T* dy, const T* y) const {
    ColumnValues<T> dot;
    const auto term = [](auto, int64_t, int64_t, auto d, auto v) { return d * v; };
    sum_columns<T>(pitch, n, width, dot, term, dy, y);
    const auto slope = [&](int64_t j, auto d, auto v) { return v * (d - dot.load(j)); };
    map_columns(pitch, n, width, dx, slope, dy, y);
  }
};
struct LogSoftmaxBackwardOfColumns {
  template <class T>
  void operator()(int64_t pitch, int64_t n, int64_t width, T* dx, const T* dy, const T* y) const {
    ColumnValues<T> sum;
    sum_columns<T>(
        pitch, n, width, sum, [](auto, int64_t, int64_t, auto d) { return d; }, dy);
    const auto slope = [&](int64_t j, auto d, auto v) { return d - simd::exp(v) * sum.load(j); };
    map_columns(pitch, n, width, dx, slope, dy, y);
  }
};

// Applies a formula to every line of the operands, which share the shape: `of_line` to rows,
// `of_columns` to columns, so that a column's bits do not depend on how many stand beside it.
template <class T, class Line, class Columns, class... X>
void run(Line of_line, Columns of_columns, const ScanShape& s, T* y, const X*... x) {
  if (are_short(s)) return run_short_rows(of_line, s, y, x...);
  const int64_t block = s.n * s.inner_pitch;
  for (int64_t o = 0; o < s.outer; ++o) {
    const int64_t at = o * block;
    if (s.inner_pitch == 1)
      of_line(RowLine<T>{s.n}, x + at..., y + at);
    else
      for (int64_t j = 0; j < s.inner; j += most_columns)
        of_columns(s.inner_pitch, s.n, s.inner - j < most_columns ? s.inner - j : most_columns,
                   y + at + j, x + at + j...);
  }
}

template <class T>
void softmax(const void* x, void* y, const ScanShape& s) {
  run<T>(Softmax{}, SoftmaxOfColumns{}, s, out<T>(y), in<T>(x));
}
template <class T>
void log_softmax(const void* x, void* y, const ScanShape& s) {
  run<T>(LogSoftmax{}, LogSoftmaxOfColumns{}, s, out<T>(y), in<T>(x));
}
template <class T>
void softmax_backward(const void* dy, const void* y, void* dx, const ScanShape& s) {
  run<T>(SoftmaxBackward{}, SoftmaxBackwardOfColumns{}, s, out<T>(dx), in<T>(dy), in<T>(y));
}
template <class T>
void log_softmax_backward(const void* dy, const void* y, void* dx, const ScanShape& s) {
  run<T>(LogSoftmaxBackward{}, LogSoftmaxBackwardOfColumns{}, s, out<T>(dx), in<T>(dy), in<T>(y));
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
