// The loops shared by all reductions. A fold is a struct Op with
//   Acc<T>                  the type that elements T are folded in
//   pad(c)                  an input that changes nothing
//   map(x, c), merge(a, b)  the formulas, for V = Acc or a batch of it; c belongs to the output
// and, where the result is an extremum, which a nan is too,
//   extreme(a, b)           merge of batches for which nans do not count; it's one instruction
// Two kinds of loops: floats use batches, integers plain loops that the compiler vectorises.
#pragma once

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "tensor/kernels/reduce/reduce.h"
#include "tensor/kernels/simd/math.h"
#include "tensor/kernels/simd/vec.h"

namespace gradus::kernels::GRADUS_ISA::reduce {

template <class A>
using Batch = xsimd::batch<A>;

template <class A>
inline constexpr int64_t lanes = std::is_floating_point_v<A> ? int64_t(batch<A>::size) : 1;

inline const char* at(const void* p, int64_t bytes) { return static_cast<const char*>(p) + bytes; }

template <class A, class T>
inline batch<A> load(const T* x) {
  if constexpr (std::is_same_v<A, T>) {
    return batch<A>::load_unaligned(x);
  } else {
    alignas(64) A b[batch<A>::size];
    for (size_t j = 0; j < batch<A>::size; ++j) b[j] = A(x[j]);
    return batch<A>::load_aligned(b);
  }
}

// The first r elements of x, then pad.
template <class A, class T>
inline batch<A> load_padded(const T* x, int64_t r, A pad) {
  if constexpr (std::is_same_v<A, T>) {
    return load_part(x, static_cast<int>(r), batch<A>(pad));
  } else {
    alignas(64) A b[batch<A>::size];
    for (int64_t j = 0; j < lanes<A>; ++j) b[j] = pad;
    for (int64_t j = 0; j < r; ++j) b[j] = A(x[j]);
    return batch<A>::load_aligned(b);
  }
}

// Lanes change places with those h away.
template <int h, class A, size_t... i>
inline batch<A> swap_lanes(batch<A> v, std::index_sequence<i...>) {
  return batch<A>(__builtin_shufflevector(v.data, v.data, (i ^ h)...));
}
// The lower half of the lanes with the upper one, until one is left.
template <int h, class Op, class A>
inline A merge_lanes(Op op, batch<A> v) {
  if constexpr (h == 0) {
    return v.data[0];
  } else {
    const auto all = std::make_index_sequence<batch<A>::size>();
    return merge_lanes<h / 2>(op, op.merge(v, swap_lanes<h>(v, all)));
  }
}

template <class Op, class T>
concept FoldsToExtreme = std::is_floating_point_v<T> && requires(Op op, T v) {
  op.extreme(v, v);
};

// Where there are no nans.
template <class Op>
struct Numbers {
  Op op;
  template <class V>
  V merge(V a, V b) const {
    return op.extreme(a, b);
  }
};

// For extrema: nans are looked for on their own, in two batches with one instruction.
template <class Op, class T>
inline T extreme_of_row(Op op, const T* x, int64_t n, T c) {
  using V = batch<T>;
  constexpr int64_t W = lanes<T>, step = 8 * W;
  const V vc(c), neutral = op.map(V(op.pad(c)), vc);
  V best[4] = {neutral, neutral, neutral, neutral};
  mask<T> nan = simd::unordered(neutral, neutral);
  const auto take = [&](V& b, V v, V w) {
    b = op.extreme(op.extreme(b, v), w);
    nan = nan | simd::unordered(v, w);
  };
  int64_t i = 0;
  for (; i + step <= n; i += step)
    for (int k = 0; k < 4; ++k)
      take(best[k], op.map(load<T>(x + i + k * W), vc), op.map(load<T>(x + i + (k + 4) * W), vc));
  for (; i + W <= n; i += W) {
    const V v = op.map(load<T>(x + i), vc);
    take(best[0], v, v);
  }
  if (i < n) {  // the last elements, some of them again
    const V v = n < W ? load_padded<T>(x, n, op.pad(c)) : load<T>(x + n - W);
    take(best[1], op.map(v, vc), op.map(v, vc));
  }
  if (xsimd::any(nan)) return std::numeric_limits<T>::quiet_NaN();
  const Numbers<Op> numbers{op};
  return merge_lanes<W / 2>(
      numbers, numbers.merge(numbers.merge(best[0], best[1]), numbers.merge(best[2], best[3])));
}

// Rounding errors grow with the additions an element goes through: at most 512 / (4 lanes) in its
// block, one per block, and the lanes' tree.
template <class Op, class T, class A = typename Op::template Acc<T>>
inline A fold_row(Op op, const T* x, int64_t n, A c) {
  if constexpr (std::is_same_v<A, T> && FoldsToExtreme<Op, A>) {
    return extreme_of_row(op, x, n, c);
  } else if constexpr (std::is_floating_point_v<A>) {
    using V = batch<A>;
    constexpr int64_t W = lanes<A>, step = 4 * W, block = 512;
    const V vc(c), neutral = op.map(V(op.pad(c)), vc);
    V total[4] = {neutral, neutral, neutral, neutral};
    int64_t i = 0;
    while (n - i >= step) {
      int64_t end = i + ((n - i < block ? n - i : block) / step) * step;
      V a[4];
      for (int k = 0; k < 4; ++k) a[k] = op.map(load<A>(x + i + k * W), vc);
      for (i += step; i < end; i += step)
        for (int k = 0; k < 4; ++k) a[k] = op.merge(a[k], op.map(load<A>(x + i + k * W), vc));
      for (int k = 0; k < 4; ++k) total[k] = op.merge(total[k], a[k]);
    }
    for (; i + W <= n; i += W) total[0] = op.merge(total[0], op.map(load<A>(x + i), vc));
    if (i < n) {
      V last = load_padded<A>(x + i, n - i, op.pad(c));
      total[1] = op.merge(total[1], op.map(last, vc));
    }
    return merge_lanes<lanes<A> / 2>(
        op, op.merge(op.merge(total[0], total[1]), op.merge(total[2], total[3])));
  } else {
    A a = op.map(op.pad(c), c);
    for (int64_t i = 0; i < n; ++i) a = op.merge(a, op.map(A(x[i]), c));
    return a;
  }
}

// Columns are folded in panels of `panel` columns, `tile` rows at a time, and tiles again in
// groups: each element goes through 16 additions per level.
inline constexpr int64_t panel = 512, tile = 16;

template <int K, class Op, class T, class A>
inline void fold_strip(Op op, const T* x, int64_t rows, int64_t step, const A* c, batch<A>* a) {
  using V = batch<A>;
  constexpr int64_t W = lanes<A>;
  V vc[K];
  for (int k = 0; k < K; ++k) vc[k] = c ? V::load_unaligned(c + k * W) : V(A(0));
  const auto get = [&](int64_t r, int k) {
    return op.map(load<A>(reinterpret_cast<const T*>(at(x, r * step)) + k * W), vc[k]);
  };
  for (int k = 0; k < K; ++k) a[k] = get(0, k);
  if constexpr (FoldsToExtreme<Op, A>) {
    mask<A> nan[K];
    for (int k = 0; k < K; ++k) nan[k] = simd::unordered(a[k], a[k]);
    for (int64_t r = 1; r < rows; r += 2)
      for (int k = 0; k < K; ++k) {
        const V v = get(r, k), w = get(r + 1 < rows ? r + 1 : r, k);
        a[k] = op.extreme(op.extreme(a[k], v), w);
        nan[k] = nan[k] | simd::unordered(v, w);
      }
    for (int k = 0; k < K; ++k)
      a[k] = xsimd::select(nan[k], V(std::numeric_limits<A>::quiet_NaN()), a[k]);
  } else {
    for (int64_t r = 1; r < rows; ++r)
      for (int k = 0; k < K; ++k) a[k] = op.merge(a[k], get(r, k));
  }
}

// total[j] <- merge(total[j], fold of rows > 0 rows). width >= lanes<A>.
template <class Op, class T, class A>
inline void fold_tile(Op op, const T* x, int64_t rows, int64_t step, int64_t width, const A* c,
                      A* total) {
  if constexpr (std::is_floating_point_v<A>) {
    using V = batch<A>;
    constexpr int64_t W = lanes<A>;
    auto strip = [&](auto k, int64_t j, V* a) {
      fold_strip<k.value>(op, x + j, rows, step, c ? c + j : c, a);
      for (int i = 0; i < k.value; ++i) a[i] = op.merge(V::load_unaligned(total + j + i * W), a[i]);
    };
    auto put = [&](int64_t j, V a) { a.store_unaligned(total + j); };
    std::integral_constant<int, 4> four;
    std::integral_constant<int, 1> one;
    // The last strip overlaps its neighbour, so it is folded before and stored after it.
    V a[4], last;
    strip(one, width - W, &last);
    int64_t j = 0;
    for (; j + 4 * W <= width; j += 4 * W) {
      strip(four, j, a);
      for (int i = 0; i < 4; ++i) put(j + i * W, a[i]);
    }
    for (; j + W <= width; j += W) {
      strip(one, j, a);
      put(j, a[0]);
    }
    put(width - W, last);
  } else {
    for (int64_t r = 0; r < rows; ++r) {
      const T* row = reinterpret_cast<const T*>(at(x, r * step));
      if (c)
        for (int64_t j = 0; j < width; ++j) total[j] = op.merge(total[j], op.map(A(row[j]), c[j]));
      else
        for (int64_t j = 0; j < width; ++j) total[j] = op.merge(total[j], op.map(A(row[j]), A(0)));
    }
  }
}

template <class Op, class T, class Y, class A>
inline void fold_columns(Op op, const T* x, int64_t n, int64_t step, int64_t inner, const A* c,
                         Y* y) {
  A low[panel], total[panel];
  const A neutral = op.map(op.pad(A(0)), A(0));
  for (int64_t j = 0; j < inner;) {
    int64_t width = inner - j < panel ? inner - j : panel;
    if (width < lanes<A>) width = lanes<A>, j = inner - width;
    for (int64_t i = 0; i < width; ++i) total[i] = neutral;
    for (int64_t r = 0; r < n;) {
      for (int64_t i = 0; i < width; ++i) low[i] = neutral;
      for (int64_t t = 0; t < 16 && r < n; ++t, r += tile)
        fold_tile(op, reinterpret_cast<const T*>(at(x + j, r * step)), n - r < tile ? n - r : tile,
                  step, width, c ? c + j : c, low);
      for (int64_t i = 0; i < width; ++i) total[i] = op.merge(total[i], low[i]);
    }
    for (int64_t i = 0; i < width; ++i) y[j + i] = Y(total[i]);
    j += width;
  }
}

// Copies a strided row of n <= reduce_chunk elements.
template <class T>
inline void pack(const void* x, int64_t n, int64_t step, T* to) {
  for (int64_t k = 0; k < n; ++k) std::memcpy(to + k, at(x, k * step), sizeof(T));
}

// Calls row(x, o * inner + i), with x[n] dense, for each row of the block.
template <class T, class Row>
inline void for_each_row(const void* x, const ReduceShape& s, Row row) {
  T packed[reduce_chunk];
  for (int64_t o = 0; o < s.outer; ++o)
    for (int64_t i = 0; i < s.inner; ++i) {
      const void* p = at(x, o * s.outer_step + i * s.inner_step);
      if (s.n_step != sizeof(T)) pack(p, s.n, s.n_step, packed);
      row(s.n_step != sizeof(T) ? packed : static_cast<const T*>(p), o * s.inner + i);
    }
}

inline bool by_columns(const ReduceShape& s, int64_t size, int64_t least) {
  return s.inner_step == size && s.inner > 1 && s.inner >= least;
}

// y[o, i] = fold of x[o, :, i]; c is dense [outer, inner], or null for 0.
template <class Op, class T, class Y, class A = typename Op::template Acc<T>>
void fold(Op op, const T* x, Y* y, const ReduceShape& s, const A* c = nullptr) {
  if (by_columns(s, sizeof(T), lanes<A>)) {
    for (int64_t o = 0; o < s.outer; ++o)
      fold_columns(op, reinterpret_cast<const T*>(at(x, o * s.outer_step)), s.n, s.n_step, s.inner,
                   c ? c + o * s.inner : c, y + o * s.inner);
  } else {
    for_each_row<T>(x, s, [&](const T* row, int64_t at_y) {
      y[at_y] = Y(fold_row(op, row, s.n, c ? c[at_y] : A(0)));
    });
  }
}

// cond ? a : b, for one element and for batches.
template <class C, class V>
inline V choose(C cond, V a, V b) {
  if constexpr (std::is_same_v<C, bool>)
    return cond ? a : b;
  else
    return xsimd::select(cond, a, b);
}

// Not x != x: xsimd's != is false for nans from AVX on.
template <class V>
inline auto is_nan(V x) {
  return !(x == x);
}

// max(a, b), but b where b is a nan.
template <class V>
inline V larger(V a, V b) {
  if constexpr (std::is_integral_v<V>)
    return b > a ? b : a;
  else
    return choose((b > a) || is_nan(b), b, a);
}
template <class V>
inline V smaller(V a, V b) {
  if constexpr (std::is_integral_v<V>)
    return b < a ? b : a;
  else
    return choose((b < a) || is_nan(b), b, a);
}

template <class T>
inline constexpr T lowest = std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity()
                                                        : std::numeric_limits<T>::lowest();
template <class T>
inline constexpr T highest = std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                                         : std::numeric_limits<T>::max();

// The elements as they are.
struct Itself {
  template <class T>
  using Acc = T;
  template <class V>
  V map(V x, V) const {
    return x;
  }
};
struct Max : Itself {
  template <class A>
  A pad(A) const {
    return lowest<A>;
  }
  template <class V>
  V merge(V a, V b) const {
    return larger(a, b);
  }
  template <class V>
  V extreme(V a, V b) const {
    return simd::max(a, b);
  }
};
struct Min : Itself {
  template <class A>
  A pad(A) const {
    return highest<A>;
  }
  template <class V>
  V merge(V a, V b) const {
    return smaller(a, b);
  }
  template <class V>
  V extreme(V a, V b) const {
    return simd::min(a, b);
  }
};

}  // namespace gradus::kernels::GRADUS_ISA::reduce
