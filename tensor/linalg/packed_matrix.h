// A matrix that many others are multiplied by.
#pragma once

#include <algorithm>

#include "tensor/base/parallel.h"
#include "tensor/base/scratch.h"
#include "tensor/kernels/table.h"
#include "tensor/linalg/gemm_loops.h"

namespace gradus {

// A matrix cut into panels of columns, as the matrix-product kernel reads its second operand.
template <class T>
class PackedMatrix {
 public:
  PackedMatrix(int64_t rows, int64_t columns)
      : micro_(kernels::table().gemm->of<T>()),
        rows_(rows),
        columns_(columns),
        panels_(gemm_loops::round_up(columns, micro_.nr) * rows) {}
  // Packed at once; see pack().
  PackedMatrix(const T* x, int64_t row, int64_t column, int64_t rows, int64_t columns)
      : PackedMatrix(rows, columns) {
    pack(x, row, column);
  }

  // Element (p, j) is x[p * row + j * column].
  void pack(const T* x, int64_t row, int64_t column) {
    const int64_t nr = micro_.nr;
    parallel_for(0, gemm_loops::ceil_div(columns_, nr),
                 gemm_loops::grain_for(gemm_loops::by_packing * nr * rows_),
                 [&](int64_t first, int64_t last) {
                   micro_.pack(x + first * nr * column, column, row,
                               std::min(last * nr, columns_) - first * nr, rows_, micro_.nr,
                               panels_.get() + first * nr * rows_);
                 });
  }

  // The `rows` rows from `top` on and the `columns` columns from `left` on, a multiple of nr.
  struct Part {
    int64_t top, rows, left, columns;
  };
  Part whole() const { return {0, rows_, 0, columns_}; }

  // C = alpha A B + beta C for A of m rows and a part B of this matrix. What a row of C gets does
  // not depend on the other rows of A.
  void multiply(int64_t m, const T* a, int64_t a_row, int64_t a_col, const Part& b, T* c,
                int64_t c_row, T alpha, T beta) const {
    for (int64_t p = 0; p < b.rows; p += micro_.kc)
      multiply_depth(m, a + p * a_col, a_row, a_col,
                     {b.top + p, std::min<int64_t>(micro_.kc, b.rows - p), b.left, b.columns}, c,
                     c_row, {alpha, p == 0 ? beta : T(1)});
  }

 private:
  void multiply_depth(int64_t m, const T* a, int64_t a_row, int64_t a_col, const Part& b, T* c,
                      int64_t c_row, const kernels::Epilogue<T>& epilogue) const {
    const int64_t nr = micro_.nr, tiles = gemm_loops::ceil_div(m, micro_.mr);
    kernels::GemmTile<T> t{b.rows,  nullptr, a_row, a_col, nullptr, nr,
                           nullptr, c_row,   1,     0,     0,       epilogue};
    // Tiles of about alike heights: a low one would leave multiply-adds waiting for each other.
    const auto one = [&](int64_t i, int64_t j) {
      const int64_t first = m * i / tiles;
      t.a = a + first * a_row;
      t.b = panels_.get() + (b.left + j) * rows_ + b.top * nr;
      t.c = c + first * c_row + j;
      t.rows = static_cast<int>(m * (i + 1) / tiles - first);
      t.cols = static_cast<int>(std::min(nr, b.columns - j));
      micro_.tile(t);
    };
    // What stays in the first cache: all of B, or else a panel of it.
    constexpr int64_t near = 24 * 1024;
    if (b.rows * b.columns * int64_t(sizeof(T)) <= near) {
      for (int64_t i = 0; i < tiles; ++i)
        for (int64_t j = 0; j < b.columns; j += nr) one(i, j);
    } else {
      for (int64_t j = 0; j < b.columns; j += nr)
        for (int64_t i = 0; i < tiles; ++i) one(i, j);
    }
  }

  const kernels::GemmKernels<T>& micro_;
  int64_t rows_, columns_;
  Scratch<T> panels_;
};

}  // namespace gradus
