// A small matrix in each lane.
#pragma once

#include <utility>

#include "tensor/kernels/linalg/small.h"
#include "tensor/kernels/simd/batch.h"

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
};

// f(first, lanes) for the groups of matrices that fit into the lanes of a vector.
template <class T, class F>
void for_groups(int64_t count, F f) {
  for (int64_t m = 0; m < count; m += width<T>) f(m, count - m < width<T> ? count - m : width<T>);
}

// The lower (upper) half of a and that of b, their elements in turn.
template <bool upper, class T, size_t... i>
batch<T> in_turn(const batch<T>& a, const batch<T>& b, std::index_sequence<i...>) {
  constexpr int n = static_cast<int>(sizeof...(i)), from = upper ? n / 2 : 0;
  return batch<T>(__builtin_shufflevector(
      a.data, b.data, (from + static_cast<int>(i) / 2 + (i % 2 == 1 ? n : 0))...));
}
// Vector i gets element i of all.
template <class T>
void transpose(batch<T> (&x)[width<T>]) {
  constexpr int64_t n = width<T>;
  using Lanes = std::make_index_sequence<static_cast<size_t>(n)>;
  for (int64_t step = 1; step < n; step *= 2) {
    batch<T> y[n];
    for (int64_t i = 0; i < n / 2; ++i) {
      y[2 * i] = in_turn<false, T>(x[i], x[i + n / 2], Lanes());
      y[2 * i + 1] = in_turn<true, T>(x[i], x[i + n / 2], Lanes());
    }
    for (int64_t i = 0; i < n; ++i) x[i] = y[i];
  }
}

// `count` elements that follow each other in each lane's matrix, from element `begin` on, to a
// vector each, and back.
template <class T>
void gather_run(const T* const (&matrix)[width<T>], int64_t begin, int64_t count, T* to) {
  constexpr int64_t n = width<T>;
  int64_t e = 0;
  for (; e + n <= count; e += n, to += n * n) {
    batch<T> x[n];
    for (int64_t lane = 0; lane < n; ++lane)
      x[lane] = batch<T>::load_unaligned(matrix[lane] + begin + e);
    transpose<T>(x);
    for (int64_t i = 0; i < n; ++i) x[i].store_aligned(to + i * n);
  }
  for (; e < count; ++e, to += n)
    for (int64_t lane = 0; lane < n; ++lane) to[lane] = matrix[lane][begin + e];
}
template <class T>
void scatter_run(const T* from, int64_t lanes, T* const (&matrix)[width<T>], int64_t begin,
                 int64_t count) {
  constexpr int64_t n = width<T>;
  int64_t e = 0;
  for (; e + n <= count; e += n, from += n * n) {
    batch<T> x[n];
    for (int64_t i = 0; i < n; ++i) x[i] = batch<T>::load_aligned(from + i * n);
    transpose<T>(x);
    for (int64_t lane = 0; lane < lanes; ++lane) x[lane].store_unaligned(matrix[lane] + begin + e);
  }
  for (; e < count; ++e, from += n)
    for (int64_t lane = 0; lane < lanes; ++lane) matrix[lane][begin + e] = from[lane];
}

// Lanes without a matrix get the first one.
template <class T>
void pack(const Matrices<const T>& from, int64_t first, int64_t lanes, int64_t rows,
          int64_t columns, const Block<T>& to) {
  const T* matrix[width<T>];
  for (int64_t lane = 0; lane < width<T>; ++lane)
    matrix[lane] = from.data + (first + (lane < lanes ? lane : 0)) * from.next;
  if (from.column == 1 && from.row == columns && to.stride == columns)
    return gather_run<T>(matrix, 0, rows * columns, to.data);
  for (int64_t i = 0; i < rows; ++i) {
    if (from.column == 1) {
      gather_run<T>(matrix, i * from.row, columns, to.at(i, 0));
      continue;
    }
    for (int64_t j = 0; j < columns; ++j)
      for (int64_t lane = 0; lane < width<T>; ++lane)
        to.at(i, j)[lane] = matrix[lane][i * from.row + j * from.column];
  }
}

template <class T>
void unpack(const Block<T>& from, int64_t first, int64_t lanes, int64_t rows, int64_t columns,
            const Matrices<T>& to) {
  T* matrix[width<T>] = {};
  for (int64_t lane = 0; lane < lanes; ++lane) matrix[lane] = to.data + (first + lane) * to.next;
  if (to.column == 1 && to.row == columns && from.stride == columns)
    return scatter_run<T>(from.data, lanes, matrix, 0, rows * columns);
  for (int64_t i = 0; i < rows; ++i) {
    if (to.column == 1) {
      scatter_run<T>(from.at(i, 0), lanes, matrix, i * to.row, columns);
      continue;
    }
    for (int64_t j = 0; j < columns; ++j)
      for (int64_t lane = 0; lane < lanes; ++lane)
        matrix[lane][i * to.row + j * to.column] = from.at(i, j)[lane];
  }
}

template <class T>
void set_identity(const Block<T>& x, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) x.set(i, j, batch<T>(T(i == j)));
}

// a - b c.
template <class T>
batch<T> minus_product(const batch<T>& a, const batch<T>& b, const batch<T>& c) {
  return xsimd::fnma(b, c, a);
}

}  // namespace gradus::kernels::GRADUS_ISA::small
