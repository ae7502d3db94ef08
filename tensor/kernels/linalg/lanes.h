// A small matrix in each lane.
#pragma once

#include <utility>

#include "tensor/kernels/linalg/small.h"
#include "tensor/kernels/simd/batch.h"
#include "tensor/kernels/simd/vec.h"

namespace gradus::kernels::GRADUS_ISA::small {

template <class T>
inline constexpr int64_t width = static_cast<int64_t>(batch<T>::size);

// Element [i, j] of every lane's matrix, row by row. Rows of many elements lie an odd number of
// vectors apart: a power of two would fold a column into few sets of the cache.
template <class T>
struct Block {
  T* data;
  int64_t columns, stride;

  Block(T* d, int64_t n) : data(d), columns(n), stride(n < 16 ? n : n | 1) {}
  T* at(int64_t i, int64_t j) const { return data + (i * stride + j) * width<T>; }
  batch<T> operator()(int64_t i, int64_t j) const { return batch<T>::load_aligned(at(i, j)); }
  void set(int64_t i, int64_t j, const batch<T>& v) const { v.store_aligned(at(i, j)); }
};

// Hands out parts of the room for work.
template <class T>
struct Room {
  T* data;
  explicit Room(void* work) : data(static_cast<T*>(work)) {}
  Block<T> block(int64_t rows, int64_t columns) {
    const Block<T> mine(data, columns);
    data += rows * mine.stride * width<T>;
    return mine;
  }
  // For a matrix of any shape.
  T* largest() { return block(small_matrix, small_matrix).data; }
};

// Matrices less their first `begin` columns.
template <class T>
Matrices<T> columns_from(Matrices<T> x, int64_t begin) {
  if (x.data) x.data += begin * x.column;
  return x;
}

// f(first, lanes) for the groups of matrices that fit into the lanes of a vector.
template <class T, class F>
void for_groups(int64_t count, F f) {
  for (int64_t m = 0; m < count; m += width<T>) f(m, count - m < width<T> ? count - m : width<T>);
}

// In each stretch of `span` elements the lower (upper) half of a's and that of b's, `unit` elements
// of each in turn.
template <bool upper, size_t unit, size_t span, class T, size_t... i>
batch<T> in_turn(const batch<T>& a, const batch<T>& b, std::index_sequence<i...>) {
  constexpr size_t n = sizeof...(i), from = upper ? span / 2 : 0;
  return batch<T>(__builtin_shufflevector(
      a.data, b.data,
      (static_cast<int>(i / span * span + from + i % span / (2 * unit) * unit + i % unit +
                        (i / unit % 2 == 1 ? n : 0)))...));
}
// Transposes the square blocks of the vectors x, x + step ...: as many vectors as a stretch
// of `span` elements has units.
template <size_t unit, size_t span, size_t step, class T>
[[gnu::always_inline]] inline void transpose_blocks(batch<T>* x) {
  constexpr size_t n = span / unit;
  using Lanes = std::make_index_sequence<static_cast<size_t>(width<T>)>;
  for (size_t round = 1; round < n; round *= 2) {
    batch<T> y[n];
    for (size_t i = 0; i < n / 2; ++i) {
      y[2 * i] = in_turn<false, unit, span, T>(x[i * step], x[(i + n / 2) * step], Lanes());
      y[2 * i + 1] = in_turn<true, unit, span, T>(x[i * step], x[(i + n / 2) * step], Lanes());
    }
    for (size_t i = 0; i < n; ++i) x[i * step] = y[i];
  }
}
template <class T, size_t... i, size_t... j>
[[gnu::always_inline]] inline void transpose(batch<T>* x, std::index_sequence<i...>,
                                             std::index_sequence<j...>) {
  constexpr size_t part = sizeof...(j), all = static_cast<size_t>(width<T>);
  (transpose_blocks<1, part, 1, T>(x + i * part), ...);
  if constexpr (part < all) (transpose_blocks<part, all, part, T>(x + j), ...);
}
// Vector i gets element i of all: within each 128 bits, where one instruction takes two vectors'
// elements in turn, then the parts of 128 bits.
template <class T>
[[gnu::always_inline]] inline void transpose(batch<T> (&x)[width<T>]) {
  constexpr size_t part = 16 / sizeof(T), all = static_cast<size_t>(width<T>);
  transpose<T>(x, std::make_index_sequence<all / part>(), std::make_index_sequence<part>());
}

// `count` elements that follow each other in each lane's matrix to a vector each, and back.
template <class T>
[[gnu::noinline]] void gather_run(const T* const (&matrix)[width<T>], int64_t count, T* to) {
  constexpr int64_t n = width<T>;
  for (int64_t e = 0; e < count; e += n, to += n * n) {
    const int64_t some = simd::min(n, count - e);
    batch<T> x[n];
    if (some == n)
      for (int64_t lane = 0; lane < n; ++lane) x[lane] = batch<T>::load_unaligned(matrix[lane] + e);
    else
      for (int64_t lane = 0; lane < n; ++lane)
        x[lane] = load_part(matrix[lane] + e, static_cast<int>(some));
    transpose<T>(x);
    for (int64_t i = 0; i < n; ++i)
      if (i < some) x[i].store_aligned(to + i * n);
  }
}
template <class T>
[[gnu::noinline]] void scatter_run(const T* from, int64_t lanes, T* const (&matrix)[width<T>],
                                   int64_t count) {
  constexpr int64_t n = width<T>;
  for (int64_t e = 0; e < count; e += n, from += n * n) {
    const int64_t some = simd::min(n, count - e);
    batch<T> x[n];
    for (int64_t i = 0; i < n; ++i) x[i] = batch<T>::load_aligned(from + (i < some ? i : 0) * n);
    transpose<T>(x);
    for (int64_t lane = 0; lane < n; ++lane) {
      if (lane == lanes) break;
      if (some == n)
        x[lane].store_unaligned(matrix[lane] + e);
      else
        store_part(matrix[lane] + e, x[lane], static_cast<int>(some));
    }
  }
}
// The same for elements `column` apart.
template <class T>
void gather_row(const T* const (&row)[width<T>], int64_t column, int64_t count, T* to) {
  if (column == 1) return gather_run<T>(row, count, to);
  for (int64_t j = 0; j < count; ++j, to += width<T>)
    for (int64_t lane = 0; lane < width<T>; ++lane) to[lane] = row[lane][j * column];
}
template <class T>
void scatter_row(const T* from, int64_t lanes, T* const (&row)[width<T>], int64_t column,
                 int64_t count) {
  if (column == 1) return scatter_run<T>(from, lanes, row, count);
  for (int64_t j = 0; j < count; ++j, from += width<T>)
    for (int64_t lane = 0; lane < lanes; ++lane) row[lane][j * column] = from[lane];
}

// Lanes without a matrix get the first one.
template <class T>
void pack(const Matrices<const T>& from, int64_t first, int64_t lanes, int64_t rows,
          int64_t columns, const Block<T>& to) {
  const T* matrix[width<T>];
  for (int64_t lane = 0; lane < width<T>; ++lane)
    matrix[lane] = from.data + (first + (lane < lanes ? lane : 0)) * from.next;
  if (from.column == 1 && from.row == columns && to.stride == columns)
    return gather_run<T>(matrix, rows * columns, to.data);
  for (int64_t i = 0; i < rows; ++i) {
    gather_row<T>(matrix, from.column, columns, to.at(i, 0));
    for (const T*& m : matrix) m += from.row;
  }
}

template <class T>
void unpack(const Block<T>& from, int64_t first, int64_t lanes, int64_t rows, int64_t columns,
            const Matrices<T>& to) {
  T* matrix[width<T>] = {};
  for (int64_t lane = 0; lane < lanes; ++lane) matrix[lane] = to.data + (first + lane) * to.next;
  if (to.column == 1 && to.row == columns && from.stride == columns)
    return scatter_run<T>(from.data, lanes, matrix, rows * columns);
  for (int64_t i = 0; i < rows; ++i) {
    scatter_row<T>(from.at(i, 0), lanes, matrix, to.column, columns);
    for (int64_t lane = 0; lane < lanes; ++lane) matrix[lane] += to.row;
  }
}

template <class T>
void set_identity(const Block<T>& x, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) x.set(i, j, batch<T>(T(i == j)));
}

// The number of the lane's first step at which `here` holds, counted from 1.
template <class T>
batch<T> first_step(const batch<T>& so_far, const mask<T>& here, int64_t step) {
  return xsimd::select(here & (so_far == batch<T>(T(0))), batch<T>(T(step + 1)), so_far);
}
template <class T>
void store_info(const batch<T>& info, int64_t lanes, int32_t* to) {
  T values[width<T>];
  info.store_unaligned(values);
  for (int64_t lane = 0; lane < lanes; ++lane) to[lane] = static_cast<int32_t>(values[lane]);
}

// a - b c.
template <class T>
batch<T> minus_product(const batch<T>& a, const batch<T>& b, const batch<T>& c) {
  return xsimd::fnma(b, c, a);
}

}  // namespace gradus::kernels::GRADUS_ISA::small
