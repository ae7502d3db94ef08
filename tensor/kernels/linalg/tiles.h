// Sums of products of small matrices, a matrix in each lane. A step of a sum waits for the one
// before it, so that each loop carries as many sums as keep the units for fma busy.
#pragma once

#include <limits>
#include <type_traits>

#include "tensor/kernels/linalg/lanes.h"

namespace gradus::kernels::GRADUS_ISA::small {

// Whether eight sums go together: not on processors of before 2013, where size comes first.
#if defined(__SSE2__) && !defined(__AVX__)
inline constexpr bool wide_tiles = false;
#else
inline constexpr bool wide_tiles = true;
#endif

// A matrix in each lane, which may lie as its transpose: element [i, j] of all at data + i * row +
// j
// * column.
template <class T>
struct View {
  T* data;
  int64_t row, column;

  View(T* d, int64_t r, int64_t c) : data(d), row(r), column(c) {}
  View(const Block<T>& x) : View(x.data, x.stride * width<T>, width<T>) {}
  T* at(int64_t i, int64_t j) const { return data + i * row + j * column; }
  batch<T> operator()(int64_t i, int64_t j) const { return batch<T>::load_aligned(at(i, j)); }
  View turned() const { return {data, column, row}; }
};
template <class T>
View<T> pack_turnable(const Matrices<const T>& from, int64_t first, int64_t lanes, int64_t rows,
                      int64_t columns, T* room) {
  const bool turned = from.row == 1 && from.column != 1;
  const Block<T> x(room, turned ? rows : columns);
  if (!turned) {
    pack(from, first, lanes, rows, columns, x);
    return x;
  }
  pack(Matrices<const T>{from.data, from.next, from.column, from.row}, first, lanes, columns, rows,
       x);
  return View<T>(x).turned();
}

// x / d by way of 1 / d, which is a step of rounding further from it than the quotient, as
// LAPACK's. Where 1 / d has fewer digits or no number it is the quotient.
template <class T>
class Divisor {
 public:
  explicit Divisor(const batch<T>& d) : d_(d), inverse_(batch<T>(T(1)) / d) {
    constexpr T least = std::numeric_limits<T>::min();
    const batch<T> size = xsimd::abs(d);
    usual_ = (size >= batch<T>(least)) & (size <= batch<T>(T(1) / least));
  }
  bool is_usual() const { return xsimd::all(usual_); }
  // 1 / d, with which to multiply where is_usual().
  const batch<T>& inverse() const { return inverse_; }
  batch<T> under(const batch<T>& x) const { return xsimd::select(usual_, x * inverse_, x / d_); }
  // `count` vectors, `step` elements apart.
  [[gnu::noinline]] void divide(T* x, int64_t count, int64_t step) const {
    if (is_usual()) {
      for (int64_t i = 0; i < count; ++i, x += step)
        (batch<T>::load_aligned(x) * inverse_).store_aligned(x);
    } else {
      for (int64_t i = 0; i < count; ++i, x += step)
        under(batch<T>::load_aligned(x)).store_aligned(x);
    }
  }

 private:
  batch<T> d_, inverse_;
  mask<T> usual_;
};

// K vectors at `to`, less the sums of `count` factors a times as many K vectors x, times `scale`.
// The K vectors lie `next` elements apart.
template <int K, class T, class Next>
void eliminate(const T* a, int64_t a_step, const T* x, int64_t x_step, int64_t count, T* to,
               Next next, const batch<T>& scale) {
  batch<T> sum[K];
  for (int q = 0; q < K; ++q) sum[q] = batch<T>::load_aligned(to + q * next);
  for (int64_t p = 0; p < count; ++p, a += a_step, x += x_step) {
    const batch<T> f = batch<T>::load_aligned(a);
    for (int q = 0; q < K; ++q)
      sum[q] = minus_product(sum[q], f, batch<T>::load_aligned(x + q * next));
  }
  for (int q = 0; q < K; ++q) (sum[q] * scale).store_aligned(to + q * next);
}
// x[i, j] = (x[i, j] - sum over p of [begin, end) of a[i, p] x[p, j]) scale, for j of [first,
// last). The elements of a row of x lie `next` elements apart.
template <class T, class Next>
[[gnu::always_inline]] inline void eliminate_row(const View<T>& a, const View<T>& x, int64_t i,
                                                 int64_t first, int64_t last, int64_t begin,
                                                 int64_t end, Next next, const batch<T>& scale) {
  const T *const factors = a.at(i, begin), *from = x.at(begin, first);
  T *to = x.at(i, first), *const stop = to + (last - first) * next;
  const int64_t count = end - begin;
  for (; wide_tiles && to + 7 * next < stop; to += 8 * next, from += 8 * next)
    eliminate<8>(factors, a.column, from, x.row, count, to, next, scale);
  for (; to + 3 * next < stop; to += 4 * next, from += 4 * next)
    eliminate<4>(factors, a.column, from, x.row, count, to, next, scale);
  if (to + next < stop) {
    eliminate<2>(factors, a.column, from, x.row, count, to, next, scale);
    to += 2 * next;
    from += 2 * next;
  }
  if (to < stop) eliminate<1>(factors, a.column, from, x.row, count, to, next, scale);
}
// The same without a scale, of rows or columns alike.
template <class T>
[[gnu::noinline]] void eliminate_row(const View<T>& a, const View<T>& x, int64_t i, int64_t first,
                                     int64_t last, int64_t begin, int64_t end) {
  eliminate_row<T>(a, x, i, first, last, begin, end, x.column, batch<T>(T(1)));
}

// A X = X in place for triangular A; x is n x k, and with `lower` lower triangular, as A is.
template <class T>
[[gnu::noinline]] void substitute(const View<T>& a, const Block<T>& x, int64_t n, int64_t k,
                                  bool upper, bool unit, bool lower = false) {
  const batch<T> one(T(1));
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = upper ? n - 1 - step : step;
    const int64_t begin = upper ? i + 1 : 0, end = upper ? n : i;
    const Divisor<T> diagonal(unit ? one : a(i, i));
    const bool usual = diagonal.is_usual();
    const int64_t tile = lower ? 8 : k, last = lower ? i + 1 : k;
    for (int64_t j = 0; j < last; j += tile)
      eliminate_row<T>(a, x, i, j, simd::min(j + tile, k), lower ? j : begin, end,
                       std::integral_constant<int64_t, width<T>>(),
                       usual ? diagonal.inverse() : one);
    if (!usual) diagonal.divide(x.at(i, 0), k, width<T>);
  }
}

// c[i..i+R, j..j+C) = alpha A B
template <int R, int C, class T>
void multiply_tile(const View<T>& a, const View<T>& b, const Block<T>& c, const batch<T>& alpha,
                   int64_t k, int64_t i, int64_t j) {
  batch<T> sum[R][C];
  for (int r = 0; r < R; ++r)
    for (int q = 0; q < C; ++q) sum[r][q] = batch<T>(T(0));
  const T *left = a.at(i, 0), *right = b.at(0, j);
  for (int64_t p = 0; p < k; ++p, left += a.column, right += b.row) {
    batch<T> factor[R];
    for (int r = 0; r < R; ++r) factor[r] = batch<T>::load_aligned(left + r * a.row);
    for (int q = 0; q < C; ++q) {
      const batch<T> y = batch<T>::load_aligned(right + q * b.column);
      for (int r = 0; r < R; ++r) sum[r][q] = xsimd::fma(factor[r], y, sum[r][q]);
    }
  }
  for (int r = 0; r < R; ++r) {
    T* const to = c.at(i + r, j);
    for (int q = 0; q < C; ++q) (alpha * sum[r][q]).store_aligned(to + q * width<T>);
  }
}
template <int R, class T>
void multiply_rows(const View<T>& a, const View<T>& b, const Block<T>& c, const batch<T>& alpha,
                   int64_t k, int64_t n, int64_t i) {
  int64_t j = 0;
  for (; j + 4 <= n; j += 4) multiply_tile<R, 4>(a, b, c, alpha, k, i, j);
  for (; j < n; ++j) multiply_tile<R, 1>(a, b, c, alpha, k, i, j);
}
// c = alpha A B, A m x k and B k x n.
template <class T>
[[gnu::noinline]] void multiply_blocks(const View<T>& a, const View<T>& b, const Block<T>& c,
                                       T alpha, int64_t m, int64_t k, int64_t n) {
  const batch<T> factor(alpha);
  int64_t i = 0;
  for (; i + 2 <= m; i += 2) multiply_rows<2>(a, b, c, factor, k, n, i);
  if (i < m) multiply_rows<1>(a, b, c, factor, k, n, i);
}

}  // namespace gradus::kernels::GRADUS_ISA::small
