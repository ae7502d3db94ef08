// The columns of small matrices, a matrix in each lane, turned until they are orthogonal.
#pragma once

#include <limits>

#include "tensor/kernels/linalg/lanes.h"

namespace gradus::kernels::GRADUS_ISA::small {

template <class T>
inline constexpr T eps = std::numeric_limits<T>::epsilon();

// Of elements up to 1, the length of columns that are nothing but rounding errors of what
// cancelled: their squares come near underflow.
template <class T>
inline constexpr T no_length = sizeof(T) == 4 ? T(1e-16) : T(1e-140);

// Columns of `rows` vectors: of a matrix, m of them, and below them of the rotations. Column j
// stands for scales[j] times it: so a rotation is two products for each row instead of four
// (Gentleman, J. Inst. Maths Applics 12, 1973).
template <class T>
struct Columns {
  Block<T> x;  // a column in each row
  int64_t m, rows;
  Block<T> scales, squares;

  // Takes the scales into the columns, and sets the squares of their lengths.
  [[gnu::noinline]] void renew(int64_t n) const {
    using V = batch<T>;
    for (int64_t j = 0; j < n; ++j) {
      T* const column = x.at(j, 0);
      const V scale = scales(j, 0);
      for (int64_t i = 0; i < rows; ++i) {
        T* const to = column + i * width<T>;
        (scale * V::load_aligned(to)).store_aligned(to);
      }
      scales.set(j, 0, V(T(1)));
      squares.set(j, 0, dot(j, j));
    }
  }
  batch<T> dot(int64_t p, int64_t q) const {
    using V = batch<T>;
    constexpr int64_t w = width<T>, together = 4;
    const T *a = x.at(p, 0), *b = x.at(q, 0), *const end = a + m * w;
    V sum[together] = {V(T(0)), V(T(0)), V(T(0)), V(T(0))};
    for (; a + (together - 1) * w < end; a += together * w, b += together * w)
      for (int64_t i = 0; i < together; ++i)
        sum[i] = xsimd::fma(V::load_aligned(a + i * w), V::load_aligned(b + i * w), sum[i]);
    for (; a < end; a += w, b += w)
      sum[0] = xsimd::fma(V::load_aligned(a), V::load_aligned(b), sum[0]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
  // Turns columns p and q until they are orthogonal; where they were not is added to `turned`.
  [[gnu::noinline]] void turn(int64_t p, int64_t q, mask<T>& turned) const {
    using V = batch<T>;
    const V zero(T(0)), one(T(1)), limit(eps<T> * T(4)), least(no_length<T> * no_length<T>),
        large(T(1) / eps<T>);
    const V u = squares(p, 0), v = squares(q, 0), at_p = scales(p, 0), at_q = scales(q, 0);
    const V product = dot(p, q) * at_p * at_q;
    const mask<T> on =
        (xsimd::abs(product) > limit * xsimd::sqrt(u) * xsimd::sqrt(v)) & (u > least) & (v > least);
    if (xsimd::none(on)) return;
    turned = turned | on;
    const V zeta = (v - u) / xsimd::select(on, product + product, one);
    // Beyond `large` the root is |zeta|, whose square may have no number.
    const V size = xsimd::abs(zeta), held = simd::min(size, large);
    const V root = simd::max(xsimd::sqrt(xsimd::fma(held, held, one)), size);
    const V t = xsimd::select(on, simd::copysign(one / (size + root), zeta), zero);
    const V to_p = t * (at_q / at_p), to_q = t * (at_p / at_q);
    T *a = x.at(p, 0), *b = x.at(q, 0), *const end = a + rows * width<T>;
    for (; a < end; a += width<T>, b += width<T>) {
      const V y = V::load_aligned(a), z = V::load_aligned(b);
      minus_product(y, to_p, z).store_aligned(a);
      xsimd::fma(to_q, y, z).store_aligned(b);
    }
    const V c = one / xsimd::sqrt(xsimd::fma(t, t, one));
    scales.set(p, 0, at_p * c);
    scales.set(q, 0, at_q * c);
    squares.set(p, 0, xsimd::select(on, simd::max(minus_product(u, t, product), zero), u));
    squares.set(q, 0, xsimd::select(on, xsimd::fma(t, product, v), v));
  }
};

// Turns the columns until any two that have a length are orthogonal. Returns where they are not.
// The pairs of two groups of columns come one after the other, as those stay in the cache, and in
// an order in which a pair seldom waits for the one before it.
template <class T>
mask<T> orthogonalise(const Columns<T>& columns, int64_t n) {
  constexpr int most_sweeps = 40;
  constexpr int64_t group = 8;
  for (int sweep = 0;; ++sweep) {
    columns.renew(n);
    mask<T> turned = batch<T>(T(1)) < batch<T>(T(0));
    for (int64_t p = 0; p < n; p += group) {
      const int64_t rows = simd::min(group, n - p);
      for (int64_t i = 0; i + 1 < rows; ++i)
        for (int64_t j = i + 1; j < rows; ++j) columns.turn(p + i, p + j, turned);
      for (int64_t q = p + group; q < n; q += group) {
        const int64_t others = simd::min(group, n - q);
        for (int64_t shift = 0; shift < group; ++shift)
          for (int64_t i = 0; i < rows; ++i)
            if ((i + shift) % group < others) columns.turn(p + i, q + (i + shift) % group, turned);
      }
    }
    if (xsimd::none(turned)) return turned;
    if (sweep == most_sweeps) {
      columns.renew(n);
      return turned;
    }
  }
}

}  // namespace gradus::kernels::GRADUS_ISA::small
