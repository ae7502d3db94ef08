// Products that need no packing: rows against rows, and a row vector times a matrix.
#pragma once

#include "tensor/kernels/linalg/gemm.h"
#include "tensor/kernels/linalg/gemm_tile.h"
#include "tensor/kernels/simd/sum_lanes.h"

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
    unroll<U>([&](auto u) __attribute__((always_inline)) {
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
  constexpr int count = R * N, at_once = count < width ? count : width;
  alignas(64) T sums[count + width];  // rows of N; what follows is read, and means nothing
  unroll<count / at_once>([&](auto group) __attribute__((always_inline)) {
    Vec<T> totals[at_once];
    unroll<at_once>([&](auto q) __attribute__((always_inline)) {
      constexpr int index = group * at_once + q;
      totals[q] = sum[0][index / N][index % N];
      unroll<U - 1>([&](auto u) __attribute__((always_inline)) {
        totals[q] += sum[u + 1][index / N][index % N];
      });
    });
    const Vec<T> lanes = sum_lanes<at_once, width / 2>(totals);
    if constexpr (at_once == width) {
      lanes.store_unaligned(sums + group * width);
    } else {
      alignas(64) T each_lane[width];
      lanes.store_aligned(each_lane);
      for (int q = 0; q < at_once; ++q) sums[q] = each_lane[q * (width / at_once)];
    }
  });
  GemmTile<T> t{};
  t.c = d.c + i0 * d.c_row + j0 * d.c_col;
  t.c_row = d.c_row;
  t.c_col = d.c_col;
  t.rows = R;
  t.cols = N;
  t.epilogue = d.epilogue;
  if (t.epilogue.bias) t.epilogue.bias += j0;
  finish_tile(t, sums, N);
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
  if constexpr (dot_cols > 2)
    for (; j + 2 <= d.n; j += 2) dot_column_tiles<T, 2>(d, j);
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
