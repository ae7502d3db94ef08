// Householder's reflections H = I - tau v v^T of small matrices, a matrix in each lane, with the
// signs and factors of LAPACK's larfg.
#pragma once

#include "tensor/kernels/linalg/lanes.h"

namespace gradus::kernels::GRADUS_ISA::small {

// Of column `column` of a, from row `row` on: a[row, column] becomes the only element that is not
// zero, and below it stands v without its first element, 1. Returns tau.
template <class T>
batch<T> make_reflection(const Block<T>& a, int64_t m, int64_t row, int64_t column) {
  using V = batch<T>;
  const V zero(T(0)), one(T(1)), head = a(row, column);
  V rest = zero;
  for (int64_t i = row + 1; i < m; ++i) rest = simd::max(rest, xsimd::abs(a(i, column)));
  // A nan in the column reaches the sum, whatever the largest is.
  const V most = simd::max(rest, xsimd::abs(head));
  const mask<T> no_size = most == zero;
  const V scale = xsimd::select(no_size, one, most);
  V sum = zero;
  for (int64_t i = row + 1; i < m; ++i) {
    const V x = a(i, column) / scale;
    sum = xsimd::fma(x, x, sum);
  }
  const mask<T> none = sum == zero;
  const V first = head / scale;
  const V length = scale * xsimd::sqrt(xsimd::fma(first, first, sum));
  const V beta = xsimd::select(none, head, -simd::copysign(length, head));
  const V divisor = xsimd::select(none, one, head - beta);
  for (int64_t i = row + 1; i < m; ++i) a.set(i, column, a(i, column) / divisor);
  a.set(row, column, beta);
  return xsimd::select(none, zero, (beta - head) / xsimd::select(none, one, beta));
}

// Columns [j, j + K) of x become those of H x, with v as make_reflection() left it in a.
template <int K, class T>
void reflect_columns(const Block<T>& a, const batch<T>& tau, int64_t m, int64_t row, int64_t column,
                     const Block<T>& x, int64_t j) {
  batch<T> sum[K];
  for (int q = 0; q < K; ++q) sum[q] = x(row, j + q);
  for (int64_t i = row + 1; i < m; ++i) {
    const batch<T> v = a(i, column);
    for (int q = 0; q < K; ++q) sum[q] = xsimd::fma(v, x(i, j + q), sum[q]);
  }
  for (int q = 0; q < K; ++q) {
    sum[q] = sum[q] * tau;
    x.set(row, j + q, x(row, j + q) - sum[q]);
  }
  for (int64_t i = row + 1; i < m; ++i) {
    const batch<T> v = a(i, column);
    for (int q = 0; q < K; ++q) x.set(i, j + q, minus_product(x(i, j + q), v, sum[q]));
  }
}
template <class T>
void reflect(const Block<T>& a, const batch<T>& tau, int64_t m, int64_t row, int64_t column,
             const Block<T>& x, int64_t begin, int64_t end) {
  int64_t j = begin;
  for (; j + 4 <= end; j += 4) reflect_columns<4>(a, tau, m, row, column, x, j);
  for (; j < end; ++j) reflect_columns<1>(a, tau, m, row, column, x, j);
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
void form_q(const Block<T>& a, const Block<T>& tau, int64_t k, int64_t m, int64_t columns,
            const Block<T>& q, int64_t down = 0) {
  set_identity(q, m, columns);
  for (int64_t i = k; i-- > 0;) reflect(a, tau(i, 0), m, i + down, i, q, i + down, columns);
}

}  // namespace gradus::kernels::GRADUS_ISA::small
