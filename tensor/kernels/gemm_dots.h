// Products that need no packing: rows against rows, and a row vector times a matrix.
#pragma once

#include "tensor/kernels/gemm.h"
#include "tensor/kernels/gemm_tile.h"

namespace gradus::kernels::GRADUS_ISA {

inline constexpr int dot_rows = 4;
inline constexpr int dot_cols = tile_rows > 6 ? 4 : 2;

// R x N dot products side by side; with few of them, U partial sums each keep the adders busy.
template <class T, int R, int N>
void dot_tile(const GemmDots<T>& d, int64_t i0, int64_t j0) {
  constexpr int width = Vec<T>::size;
  constexpr int U = R * N >= 8 ? 1 : R * N >= 4 ? 2 : 4;
  const T* a = d.a + i0 * d.a_row;
  const T* b = d.b + j0 * d.b_col;

  Vec<T> sum[U][R][N];
  auto each = [&](auto f) __attribute__((always_inline)) {
    unroll<R>([&](auto i) { unroll<N>([&](auto j) { f(i, j); }); });
  };
  unroll<U>([&](auto u) { each([&](auto i, auto j) { sum[u][i][j] = Vec<T>(T(0)); }); });
  auto add = [&](auto u, auto load) __attribute__((always_inline)) {
    Vec<T> av[R], bv[N];
    unroll<R>([&](auto i) { av[i] = load(a + i * d.a_row); });
    unroll<N>([&](auto j) { bv[j] = load(b + j * d.b_col); });
    each([&](auto i, auto j) { sum[u][i][j] = multiply_add(av[i], bv[j], sum[u][i][j]); });
  };
  int64_t p = 0;
  for (; p + U * width <= d.k; p += U * width)
    unroll<U>([&](auto u) {
      add(u, [&](const T* x) { return Vec<T>::load_unaligned(x + p + u * width); });
    });
  const std::integral_constant<int, 0> first;
  if constexpr (U > 1)
    for (; p + width <= d.k; p += width)
      add(first, [&](const T* x) { return Vec<T>::load_unaligned(x + p); });
  if (p < d.k) {
    const int rest = static_cast<int>(d.k - p);
    add(first, [&](const T* x) { return load_part(x + p, rest); });
  }
  each([&](auto i, auto j) {
    Vec<T> total = sum[0][i][j];
    unroll<U - 1>([&](auto u) { total += sum[u + 1][i][j]; });
    T* c = d.c + (i0 + i) * d.c_row + (j0 + j) * d.c_col;
    *c = finish(xsimd::hadd(total), d.epilogue, c, j0 + j);
  });
}

template <class T, int N>
void dot_column_tiles(const GemmDots<T>& d, int64_t j) {
  int64_t i = 0;
  for (; i + dot_rows <= d.m; i += dot_rows) dot_tile<T, dot_rows, N>(d, i, j);
  for (; i < d.m; ++i) dot_tile<T, 1, N>(d, i, j);
}

template <class T>
void dots(const GemmDots<T>& d) {
  int64_t j = 0;
  for (; j + dot_cols <= d.n; j += dot_cols) dot_column_tiles<T, dot_cols>(d, j);
  for (; j < d.n; ++j) dot_column_tiles<T, 1>(d, j);
}

template <class T, int R>
GRADUS_INLINE void add_some_rows(int64_t n, const T* x, int64_t x_step, const T* b, int64_t b_row,
                                 T* y) {
  constexpr int width = Vec<T>::size;
  Vec<T> xv[R];
  unroll<R>([&](auto r) { xv[r] = Vec<T>(x[r * x_step]); });
  auto add = [&](Vec<T> sum, auto load) __attribute__((always_inline)) {
    unroll<R>([&](auto r) { sum = multiply_add(xv[r], load(b + r * b_row), sum); });
    return sum;
  };
  int64_t j = 0;
  for (; j + width <= n; j += width)
    add(Vec<T>::load_unaligned(y + j), [&](const T* q) {
      return Vec<T>::load_unaligned(q + j);
    }).store_unaligned(y + j);
  if (j < n) {
    const int rest = static_cast<int>(n - j);
    store_part(y + j,
               add(load_part(y + j, rest), [&](const T* q) { return load_part(q + j, rest); }),
               rest);
  }
}

template <class T>
void add_rows(int64_t n, int64_t k, const T* x, int64_t x_step, const T* b, int64_t b_row, T* y) {
  int64_t p = 0;
  for (; p + 4 <= k; p += 4)
    add_some_rows<T, 4>(n, x + p * x_step, x_step, b + p * b_row, b_row, y);
  for (; p < k; ++p) add_some_rows<T, 1>(n, x + p * x_step, x_step, b + p * b_row, b_row, y);
}

}  // namespace gradus::kernels::GRADUS_ISA
