// A line is a sequence of batches: a row cut into batches, or as many columns as a batch has lanes.
// Formulas over lines are written once for both. A line gives them its places, where they load and
// store; the lanes that a place has not are padded and never stored.
#pragma once

#include "tensor/kernels/simd/math.h"
#include "tensor/kernels/simd/vec.h"

namespace gradus::kernels::GRADUS_ISA {

template <class T>
inline constexpr int64_t batch_lanes = batch<T>::size;

template <class T>
struct WholePlace {
  int64_t at;
  batch<T> load(const T* x) const { return batch<T>::load_unaligned(x + at); }
  batch<T> load(const T* x, batch<T>) const { return load(x); }
  void store(T* y, batch<T> v) const { v.store_unaligned(y + at); }
};

template <class T>
struct PartPlace {
  int64_t at;
  int count;
  batch<T> load(const T* x) const { return load_part(x + at, count); }
  batch<T> load(const T* x, batch<T> pad) const { return load_part(x + at, count, pad); }
  void store(T* y, batch<T> v) const { store_part(y + at, v, count); }
};

// The lanes folded by halves; every lane gets the result.
template <class Op, class T>
inline batch<T> fold_lanes(Op op, batch<T> v) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    v = op.merge(v, batch<T>(_mm512_shuffle_f32x4(v, v, 0x4e)));
    v = op.merge(v, batch<T>(_mm512_shuffle_f32x4(v, v, 0xb1)));
    v = op.merge(v, batch<T>(_mm512_permute_ps(v, 0x4e)));
    return op.merge(v, batch<T>(_mm512_permute_ps(v, 0xb1)));
  } else {
    v = op.merge(v, batch<T>(_mm512_shuffle_f64x2(v, v, 0x4e)));
    v = op.merge(v, batch<T>(_mm512_shuffle_f64x2(v, v, 0xb1)));
    return op.merge(v, batch<T>(_mm512_permute_pd(v, 0x55)));
  }
#elif defined(__AVX__)
  if constexpr (sizeof(T) == 4) {
    v = op.merge(v, batch<T>(_mm256_permute2f128_ps(v, v, 1)));
    v = op.merge(v, batch<T>(_mm256_permute_ps(v, 0x4e)));
    return op.merge(v, batch<T>(_mm256_permute_ps(v, 0xb1)));
  } else {
    v = op.merge(v, batch<T>(_mm256_permute2f128_pd(v, v, 1)));
    return op.merge(v, batch<T>(_mm256_permute_pd(v, 5)));
  }
#else
  alignas(64) T b[batch_lanes<T>];
  for (int64_t h = batch_lanes<T> / 2; h > 0; h /= 2) {
    v.store_aligned(b);
    alignas(64) T swapped[batch_lanes<T>];
    for (int64_t j = 0; j < batch_lanes<T>; ++j) swapped[j] = b[j ^ h];
    v = op.merge(v, batch<T>::load_aligned(swapped));
  }
  return v;
#endif
}

// n elements side by side.
template <class T>
struct RowLine {
  using V = batch<T>;
  static constexpr int64_t W = batch_lanes<T>;
  int64_t n;
  int64_t whole() const { return n / W; }
  WholePlace<T> place(int64_t i) const { return {i * W}; }
  template <class F>
  void rest(F f) const {
    if (n % W != 0) f(PartPlace<T>{n / W * W, static_cast<int>(n % W)});
  }
  template <class Op>
  V across(Op op, V v) const {
    return fold_lanes(op, v);
  }
  int64_t length() const { return n; }
};

// A batch of columns, n elements each, `pitch` apart.
template <class T>
struct ColumnLine {
  using V = batch<T>;
  int64_t n, pitch;
  int64_t whole() const { return n; }
  WholePlace<T> place(int64_t i) const { return {i * pitch}; }
  template <class F>
  void rest(F) const {}
  template <class Op>
  V across(Op, V v) const {
    return v;
  }
  int64_t length() const { return n; }
};

// The same of fewer columns than a batch has lanes.
template <class T>
struct NarrowLine : ColumnLine<T> {
  int count;
  PartPlace<T> place(int64_t i) const { return {i * this->pitch, count}; }
};

struct Plus {
  template <class V>
  V merge(V a, V b) const {
    return a + b;
  }
};
// Which of two a nan leaves is open: who uses it lets nans through in another way.
struct Greater {
  template <class V>
  V merge(V a, V b) const {
    return xsimd::max(a, b);
  }
};

// Two folds at once.
template <class V>
struct Two {
  V a, b;
  Two operator+(const Two& o) const { return {a + o.a, b + o.b}; }
};

// Folds f(place) over a line, in blocks of 64 per accumulator. S is a batch, or Two.
template <class Op, class Line, class S, class F>
inline S fold_places(Op op, const Line& line, S neutral, F f) {
  const int64_t count = line.whole();
  S total = neutral;
  for (int64_t i = 0; i < count;) {
    S a[4] = {neutral, neutral, neutral, neutral};
    const int64_t end = count - i < 256 ? count : i + 256;
    for (; i + 4 <= end; i += 4)
      for (int k = 0; k < 4; ++k) a[k] = op.merge(a[k], f(line.place(i + k)));
    for (int k = 0; i < end; ++i, ++k) a[k] = op.merge(a[k], f(line.place(i)));
    total = op.merge(total, op.merge(op.merge(a[0], a[1]), op.merge(a[2], a[3])));
  }
  line.rest([&](auto place) { total = op.merge(total, f(place)); });
  return total;
}

// The same with every lane of a row merged.
template <class Op, class Line, class F, class V = typename Line::V>
inline V fold_line(Op op, const Line& line, V neutral, F f) {
  return line.across(op, fold_places(op, line, neutral, f));
}
template <class Line, class F, class V = typename Line::V>
inline V sum_line(const Line& line, F f) {
  return fold_line(Plus{}, line, V(0), f);
}
template <class Line, class F, class V = typename Line::V>
inline Two<V> sum_line_twice(const Line& line, F f) {
  const Two<V> sums = fold_places(Plus{}, line, Two<V>{V(0), V(0)}, f);
  return {line.across(Plus{}, sums.a), line.across(Plus{}, sums.b)};
}

template <class Line, class F>
inline void map_line(const Line& line, F f) {
  for (int64_t i = 0, count = line.whole(); i < count; ++i) f(line.place(i));
  line.rest(f);
}

}  // namespace gradus::kernels::GRADUS_ISA
