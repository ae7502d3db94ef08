#include "tensor/kernels/reduce_fold.h"
#include "tensor/kernels/reduce_kernels.h"

namespace gradus::kernels::GRADUS_ISA::reduce {

namespace {

// A line is a sequence of batches: a row cut into batches, or as many columns as a batch has lanes.
// The formulas below are written once for both.
template <class T>
struct Row {
  using V = batch<T>;
  int64_t n;
  static constexpr int64_t W = lanes<T>;
  int64_t count() const { return (n + W - 1) / W; }
  V load(const T* x, int64_t i, T pad = T(0)) const {
    return (i + 1) * W <= n ? V::load_unaligned(x + i * W)
                            : load_padded<T>(x + i * W, n - i * W, pad);
  }
  void store(T* y, int64_t i, V v) const {
    if ((i + 1) * W <= n) return v.store_unaligned(y + i * W);
    alignas(64) T b[W];
    v.store_aligned(b);
    for (int64_t j = i * W; j < n; ++j) y[j] = b[j - i * W];
  }
  template <class Op>
  V across(Op op, V v) const {
    return V(merge_lanes<Op, T>(op, v));
  }
};

template <class T, bool full>
struct Columns {
  using V = batch<T>;
  int64_t n, pitch, width;
  int64_t count() const { return n; }
  V load(const T* x, int64_t i, T pad = T(0)) const {
    return full ? V::load_unaligned(x + i * pitch) : load_padded<T>(x + i * pitch, width, pad);
  }
  void store(T* y, int64_t i, V v) const {
    if constexpr (full) return v.store_unaligned(y + i * pitch);
    alignas(64) T b[lanes<T>];
    v.store_aligned(b);
    for (int64_t j = 0; j < width; ++j) y[i * pitch + j] = b[j];
  }
  template <class Op>
  V across(Op, V v) const {
    return v;
  }
};

struct Plus {
  template <class V>
  V merge(V a, V b) const {
    return a + b;
  }
};

// Folds f(0) ... f(count - 1), in blocks of 64 per accumulator.
template <class Op, class Line, class F, class V = typename Line::V>
inline V fold_line(Op op, const Line& line, V neutral, F f) {
  const int64_t count = line.count();
  V total = neutral;
  for (int64_t i = 0; i < count;) {
    V a[4] = {neutral, neutral, neutral, neutral};
    const int64_t end = count - i < 256 ? count : i + 256;
    for (; i + 4 <= end; i += 4)
      for (int k = 0; k < 4; ++k) a[k] = op.merge(a[k], f(i + k));
    for (int k = 0; i < end; ++i, ++k) a[k] = op.merge(a[k], f(i));
    total = op.merge(total, op.merge(op.merge(a[0], a[1]), op.merge(a[2], a[3])));
  }
  return line.across(op, total);
}

template <class Line, class F>
inline void map_line(const Line& line, F f) {
  for (int64_t i = 0, count = line.count(); i < count; ++i) f(i);
}

struct Softmax {
  template <class Line, class T>
  void operator()(const Line& line, const T* x, T* y) const {
    using V = batch<T>;
    const V max =
        fold_line(Max{}, line, V(lowest<T>), [&](int64_t i) { return line.load(x, i, lowest<T>); });
    const V sum = fold_line(Plus{}, line, V(T(0)), [&](int64_t i) {
      const V e = simd::exp(line.load(x, i, lowest<T>) - max);
      line.store(y, i, e);
      return e;
    });
    map_line(line, [&](int64_t i) { line.store(y, i, line.load(y, i) / sum); });
  }
};

struct LogSoftmax {
  template <class Line, class T>
  void operator()(const Line& line, const T* x, T* y) const {
    using V = batch<T>;
    const V max =
        fold_line(Max{}, line, V(lowest<T>), [&](int64_t i) { return line.load(x, i, lowest<T>); });
    const V sum = fold_line(Plus{}, line, V(T(0)),
                            [&](int64_t i) { return simd::exp(line.load(x, i, lowest<T>) - max); });
    const V log_sum = simd::log(sum);
    map_line(line, [&](int64_t i) { line.store(y, i, line.load(x, i) - max - log_sum); });
  }
};

// dx = y (dy - sum dy y)
struct SoftmaxBackward {
  template <class Line, class T>
  void operator()(const Line& line, const T* dy, const T* y, T* dx) const {
    using V = batch<T>;
    const V dot = fold_line(Plus{}, line, V(T(0)),
                            [&](int64_t i) { return line.load(dy, i) * line.load(y, i); });
    map_line(line,
             [&](int64_t i) { line.store(dx, i, line.load(y, i) * (line.load(dy, i) - dot)); });
  }
};

// dx = dy - exp(y) sum dy
struct LogSoftmaxBackward {
  template <class Line, class T>
  void operator()(const Line& line, const T* dy, const T* y, T* dx) const {
    using V = batch<T>;
    const V sum = fold_line(Plus{}, line, V(T(0)), [&](int64_t i) { return line.load(dy, i); });
    map_line(line, [&](int64_t i) {
      line.store(dx, i, line.load(dy, i) - simd::exp(line.load(y, i)) * sum);
    });
  }
};

// Applies the formula to every line of the operands, which share the shape.
template <class T, class Formula, class... P>
void run(Formula formula, const ScanShape& s, P... p) {
  constexpr int64_t W = lanes<T>;
  const int64_t block = s.n * s.inner_pitch;
  for (int64_t o = 0; o < s.outer; ++o) {
    if (s.inner_pitch == 1) {
      formula(Row<T>{s.n}, p + o * block...);
      continue;
    }
    int64_t i = 0;
    for (; i + W <= s.inner; i += W)
      formula(Columns<T, true>{s.n, s.inner_pitch, W}, p + o * block + i...);
    if (i < s.inner)
      formula(Columns<T, false>{s.n, s.inner_pitch, s.inner - i}, p + o * block + i...);
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

}  // namespace

template <class T>
void softmax(const void* x, void* y, const ScanShape& s) {
  run<T>(Softmax{}, s, in<T>(x), out<T>(y));
}
template <class T>
void log_softmax(const void* x, void* y, const ScanShape& s) {
  run<T>(LogSoftmax{}, s, in<T>(x), out<T>(y));
}
template <class T>
void softmax_backward(const void* dy, const void* y, void* dx, const ScanShape& s) {
  run<T>(SoftmaxBackward{}, s, in<T>(dy), in<T>(y), out<T>(dx));
}
template <class T>
void log_softmax_backward(const void* dy, const void* y, void* dx, const ScanShape& s) {
  run<T>(LogSoftmaxBackward{}, s, in<T>(dy), in<T>(y), out<T>(dx));
}

#define GRADUS_INSTANTIATE(T)                                                           \
  template void softmax<T>(const void*, void*, const ScanShape&);                       \
  template void log_softmax<T>(const void*, void*, const ScanShape&);                   \
  template void softmax_backward<T>(const void*, const void*, void*, const ScanShape&); \
  template void log_softmax_backward<T>(const void*, const void*, void*, const ScanShape&);
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)

}  // namespace gradus::kernels::GRADUS_ISA::reduce
