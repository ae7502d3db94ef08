// Products that need no packing: rows against rows, and a row vector times a matrix.
#pragma once

#include <algorithm>
#include <cstring>

#include "tensor/kernels/linalg/gemm.h"
#include "tensor/kernels/linalg/gemm_tile.h"
#include "tensor/kernels/simd/sum_lanes.h"

namespace gradus::kernels::GRADUS_ISA {

inline constexpr int dot_rows = 4;
inline constexpr int dot_cols = tile_rows > 6 ? 4 : 2;

// Whether R x N sums fill vectors, of whole rows each.
template <class T, int R, int N>
inline constexpr bool fills_vectors = R* N % int(Vec<T>::size) == 0 && int(Vec<T>::size) % N == 0;

// R x N dot products side by side, flat as a tile is; with few of them, U partial sums each keep
// the adders busy. `bias`, where the sums fill vectors: that of the N columns again and again, or
// 0.
template <class T, int R, int N>
[[gnu::flatten]] void dot_tile(const GemmDots<T>& d, int64_t i0, int64_t j0,
                               [[maybe_unused]] const Vec<T>& bias) {
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
  const Epilogue<T>& e = d.epilogue;
  const bool in_vectors = fills_vectors<T, R, N> && d.c_col == 1 && e.beta == T(0);
  unroll<count / at_once>([&](auto group) __attribute__((always_inline)) {
    Vec<T> totals[at_once];
    unroll<at_once>([&](auto q) __attribute__((always_inline)) {
      constexpr int index = group * at_once + q;
      totals[q] = sum[0][index / N][index % N];
      unroll<U - 1>([&](auto u) __attribute__((always_inline)) {
        totals[q] += sum[u + 1][index / N][index % N];
      });
    });
    Vec<T> lanes = sum_lanes<at_once, width / 2>(totals);
    if constexpr (at_once == width) {
      if (in_vectors) {
        lanes = lanes * Vec<T>(e.alpha);
        if (e.bias) lanes += bias;
        if (e.activation == Activation::Relu) lanes = positive(lanes);
      }
      lanes.store_unaligned(sums + group * width);
    } else {
      alignas(64) T each_lane[width];
      lanes.store_aligned(each_lane);
      for (int q = 0; q < at_once; ++q) sums[q] = each_lane[q * (width / at_once)];
    }
  });
  T* const c = d.c + i0 * d.c_row + j0 * d.c_col;
  if (in_vectors) {
    unroll<R>([&](auto i) { std::memcpy(c + i * d.c_row, sums + i * N, N * sizeof(T)); });
    return;
  }
  for (int i = 0; i < R; ++i)
    for (int j = 0; j < N; ++j) {
      T* const at = c + i * d.c_row + j * d.c_col;
      *at = finish(sums[i * N + j], e, at, j0 + j);
    }
}

// The biases of columns j to j + N, again and again, where the sums of R rows want them so.
template <class T, int R, int N>
Vec<T> bias_of_columns(const GemmDots<T>& d, int64_t j) {
  if (!fills_vectors<T, R, N> || !d.epilogue.bias) return Vec<T>(T(0));
  constexpr int width = Vec<T>::size;
  alignas(64) T of_lane[width];
  for (int q = 0; q < width; ++q) of_lane[q] = d.epilogue.bias[j + q % N];
  return Vec<T>::load_aligned(of_lane);
}

// Columns j to j + N of all rows that make up tiles.
template <class T, int N>
void dot_columns(const GemmDots<T>& d, int64_t rows, int64_t j) {
  constexpr int R = std::max(dot_rows, int(Vec<T>::size) / N);
  const Vec<T> bias = bias_of_columns<T, R, N>(d, j);
  int64_t i = 0;
  for (; i + R <= rows; i += R) dot_tile<T, R, N>(d, i, j, bias);
  if constexpr (R > dot_rows)
    for (; i < rows; i += dot_rows) dot_tile<T, dot_rows, N>(d, i, j, bias);
}

template <class T, int N>
int64_t dots_of_row(const GemmDots<T>& d, int64_t i, int64_t j) {
  for (; j + N <= d.n; j += N) dot_tile<T, 1, N>(d, i, j, bias_of_columns<T, 1, N>(d, j));
  return j;
}

template <class T>
void dots(const GemmDots<T>& d) {
  const int64_t rows = d.m / dot_rows * dot_rows;
  int64_t j = 0;
  for (; j + dot_cols <= d.n; j += dot_cols) dot_columns<T, dot_cols>(d, rows, j);
  if constexpr (dot_cols > 2)
    for (; j + 2 <= d.n; j += 2) dot_columns<T, 2>(d, rows, j);
  for (; j < d.n; ++j) dot_columns<T, 1>(d, rows, j);

  for (int64_t i = rows; i < d.m; ++i) {
    j = dots_of_row<T, int(Vec<T>::size)>(d, i, 0);
    j = dots_of_row<T, dot_cols>(d, i, j);
    dots_of_row<T, 1>(d, i, j);
  }
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
