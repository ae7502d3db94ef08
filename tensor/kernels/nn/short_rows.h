// Rows of few elements. As many of them as a batch has lanes are turned into columns side by side,
// and go through a formula as those: row by row, to merge the lanes and to take the logarithm of
// one number would cost more than all of a row's elements.
#pragma once

#include "tensor/kernels/linalg/gemm_pack.h"
#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

// Rows of at most so many elements go so, however many there are: the bits of a row do not depend
// on the rows beside it. A single row of more would lose by it.
inline constexpr int64_t short_row = 16;

template <class T>
struct ShortRows {
  static constexpr int64_t W = batch_lanes<T>, S = SmallVec<T>::size;
  int64_t n, count;  // at most short_row elements and W rows

  // columns[k, i] = x[i, k]. Lanes without a row repeat the last one. A call for W rows costs
  // little, a copy in every formula 25 KB.
  [[gnu::noinline]] void load(const T* x, T* columns) const {
    if (count == W && n >= S) {
      for_each_block(
          [&](int64_t i, int64_t k) { transpose_block(x + i * n + k, n, W, columns + k * W + i); });
    } else {
      for (int64_t k = 0; k < n; ++k)
        for (int64_t i = 0; i < W; ++i) columns[k * W + i] = x[(i < count ? i : count - 1) * n + k];
    }
  }
  // y[i, k] = columns[k, i]
  [[gnu::noinline]] void store(const T* columns, T* y) const {
    if (count == W && n >= S) {
      for_each_block(
          [&](int64_t i, int64_t k) { transpose_block(columns + k * W + i, W, n, y + i * n + k); });
    } else {
      for (int64_t i = 0; i < count; ++i)
        for (int64_t k = 0; k < n; ++k) y[i * n + k] = columns[k * W + i];
    }
  }
  // y[i] = lane i
  void store_lanes(T* y, batch<T> v) const {
    if (count == W)
      v.store_unaligned(y);
    else
      store_part(y, v, static_cast<int>(count));
  }

 private:
  // The last block of a row overlaps the one before.
  template <class F>
  void for_each_block(F f) const {
    for (int64_t k = 0; k < n; k += S)
      for (int64_t i = 0; i < W; i += S) f(i, k + S <= n ? k : n - S);
  }
};

// f(line, rows, first) for groups of dense rows.
template <class T, class F>
inline void for_short_rows(int64_t outer, int64_t n, F f) {
  constexpr int64_t W = batch_lanes<T>;
  for (int64_t o = 0; o < outer; o += W)
    f(ColumnLine<T>{n, W}, ShortRows<T>{n, outer - o < W ? outer - o : W}, o);
}

}  // namespace gradus::kernels::GRADUS_ISA
