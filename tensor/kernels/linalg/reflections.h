// Householder's reflections H = I - tau v v^T of small matrices, a matrix in each lane, with the
// signs and factors of LAPACK's larfg.
#pragma once

#include "tensor/kernels/linalg/tiles.h"

namespace gradus::kernels::GRADUS_ISA::small {

// The squares of numbers up to usual<T>[1] and of their like down to usual<T>[0] can be added up,
// and their quotients have all digits; those beyond are first taken times usual<T>[2] or its
// inverse.
template <class T>
inline constexpr T usual[3] = {T(0x1p-400), T(0x1p500), T(0x1p800)};
template <>
inline constexpr float usual<float>[3] = {0x1p-40F, 0x1p58F, 0x1p100F};

// Of column `column` of a, from row `row` on: a[row, column] becomes the only element that is not
// zero, and below it stands v without its first element, 1. Returns tau.
template <class T>
[[gnu::noinline]] batch<T> make_reflection(const Block<T>& a, int64_t m, int64_t row,
                                           int64_t column) {
  using V = batch<T>;
  const V zero(T(0)), one(T(1)), head = a(row, column), up(usual<T>[2]), down(T(1) / usual<T>[2]);
  const int64_t step = a.stride * width<T>, count = m - row - 1;
  T* const below = a.at(row, column) + step;
  V most = xsimd::abs(head);
  for (int64_t i = 0; i < count; ++i)
    most = simd::max(most, xsimd::abs(V::load_aligned(below + i * step)));
  const mask<T> large = most > V(usual<T>[1]), little = most < V(usual<T>[0]);
  const V scale = xsimd::select(large, down, xsimd::select(little, up, one));
  if (xsimd::any(large | little)) [[unlikely]]
    for (int64_t i = 0; i < count; ++i)
      (V::load_aligned(below + i * step) * scale).store_aligned(below + i * step);
  V sum[2] = {zero, zero};
  for (int64_t i = 0; i < count; ++i) {
    const V x = V::load_aligned(below + i * step);
    const V before = sum[0];
    sum[0] = sum[1];
    sum[1] = xsimd::fma(x, x, before);
  }
  const V rest = sum[0] + sum[1], first = head * scale;
  const mask<T> none = rest == zero;
  const V length = xsimd::sqrt(xsimd::fma(first, first, rest));
  const V beta = -simd::copysign(length, first);
  const Divisor<T> divisor(xsimd::select(none, one, first - beta));
  divisor.divide(below, count, step);
  const V back = xsimd::select(large, up, xsimd::select(little, down, one));
  a.set(row, column, xsimd::select(none, head, beta * back));
  return xsimd::select(none, zero, (beta - first) / xsimd::select(none, one, beta));
}

// K columns whose first row is at x become those of H x, of v without its first element.
template <int K, class T>
void reflect_columns(const T* v, int64_t v_step, const batch<T>& tau, T* x, int64_t x_step,
                     int64_t count) {
  constexpr int64_t w = width<T>;
  batch<T> sum[K];
  for (int q = 0; q < K; ++q) sum[q] = batch<T>::load_aligned(x + q * w);
  const T* factor = v;
  T* below = x + x_step;
  for (int64_t i = 0; i < count; ++i, below += x_step, factor += v_step) {
    const batch<T> f = batch<T>::load_aligned(factor);
    for (int q = 0; q < K; ++q)
      sum[q] = xsimd::fma(f, batch<T>::load_aligned(below + q * w), sum[q]);
  }
  for (int q = 0; q < K; ++q) {
    sum[q] = sum[q] * tau;
    (batch<T>::load_aligned(x + q * w) - sum[q]).store_aligned(x + q * w);
  }
  below = x + x_step;
  for (int64_t i = 0; i < count; ++i, below += x_step, v += v_step) {
    const batch<T> f = batch<T>::load_aligned(v);
    for (int q = 0; q < K; ++q)
      minus_product(batch<T>::load_aligned(below + q * w), f, sum[q]).store_aligned(below + q * w);
  }
}
// The columns whose first row is [x, stop).
template <class T>
[[gnu::noinline]] void reflect_all(const T* v, int64_t v_step, batch<T> tau, T* x, const T* stop,
                                   int64_t x_step, int64_t count) {
  constexpr int64_t w = width<T>;
  for (; wide_tiles && x + 7 * w < stop; x += 8 * w)
    reflect_columns<8>(v, v_step, tau, x, x_step, count);
  for (; x + 2 * w < stop; x += 3 * w) reflect_columns<3>(v, v_step, tau, x, x_step, count);
  for (; x < stop; x += w) reflect_columns<1>(v, v_step, tau, x, x_step, count);
}
// Columns [begin, end) of x become those of H x, with v as make_reflection() left it in a.
template <class T>
void reflect(const Block<T>& a, const batch<T>& tau, int64_t m, int64_t row, int64_t column,
             const Block<T>& x, int64_t begin, int64_t end) {
  const int64_t a_step = a.stride * width<T>;
  reflect_all(a.at(row, column) + a_step, a_step, tau, x.at(row, begin), x.at(row, end),
              x.stride * width<T>, m - row - 1);
}

// a becomes R and the reflections; tau[k] gets the factor of step k.
template <class T>
void factor_qr(const Block<T>& a, int64_t m, int64_t n, const Block<T>& tau) {
  for (int64_t k = 0; k < (m < n ? m : n); ++k) {
    const batch<T> factor = make_reflection(a, m, k, k);
    tau.set(k, 0, factor);
    reflect(a, factor, m, k, k, a, k + 1, n);
  }
}
// The first `columns` columns of H_1 ... H_k; reflection i begins in row i + down.
template <class T>
[[gnu::noinline]] void form_q(const Block<T>& a, const Block<T>& tau, int64_t k, int64_t m,
                              int64_t columns, const Block<T>& q, int64_t down = 0) {
  set_identity(q, m, columns);
  for (int64_t i = k; i-- > 0;) reflect(a, tau(i, 0), m, i + down, i, q, i + down, columns);
}

}  // namespace gradus::kernels::GRADUS_ISA::small
