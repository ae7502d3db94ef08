// What the matrix-product kernels of one instruction set offer to the loops in
// tensor/linalg/gemm.cpp. Matrices are given by pointer and strides: X[i, j] = x[i * x_row + j *
// x_col].
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

enum class Activation : int8_t { None, Relu };

// What happens to a finished sum s of products: act(alpha s + beta c + bias).
// c is not read when beta is 0, so it may hold anything, NaN too.
template <class T>
struct Epilogue {
  T alpha = T(1);
  T beta = T(0);
  const T* bias = nullptr;  // one for each column, contiguous, or none
  Activation activation = Activation::None;
};

// A tile of C = act(alpha A B + beta C + bias) of at most mr x nr elements. Rows of B have unit
// stride.
template <class T>
struct GemmTile {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  T* c;
  int64_t c_row, c_col;
  int rows, cols;
  Epilogue<T> epilogue;
};

// Rows of A against rows of B^T: C[i, j] = act(alpha sum_p A[i, p] B[p, j] + beta C[i, j] + bias),
// where both A and B have unit stride along p.
template <class T>
struct GemmDots {
  int64_t m, n, k;
  const T* a;
  int64_t a_row;
  const T* b;
  int64_t b_col;
  T* c;
  int64_t c_row, c_col;
  Epilogue<T> epilogue;
};

template <class T>
struct GemmKernels {
  int width;   // elements of a vector
  int mr, nr;  // the register tile
  // An mc x kc block of A stays in L2, a kc x nr panel of B in L1, a kc x nc block of B in L3.
  int mc, kc, nc;

  int l2;     // bytes of the second cache, taken to have 8 ways
  int depth;  // rows of B at a time where each lies on pages of its own

  // A is packed where B has as many columns; a transposed one, of which a tile reads a piece of
  // every row, where it has this many, or where more bytes lie between its first and last row.
  int pack_columns, pack_transposed_columns, far;

  double dot;  // the time of a multiply-add in a dot product, over that of one in a tile

  void (*tile)(const GemmTile<T>&);

  // Copies X (extent x k, element (i, p) at x[i * outer + p * inner]) to panels of `width` rows:
  // out[(i / width) * width * k + p * width + i % width], the last panel padded with zeros to a
  // whole vector.
  void (*pack)(const T* x, int64_t outer, int64_t inner, int64_t extent, int64_t k, int width,
               T* out);

  void (*dots)(const GemmDots<T>&);

  // y[j] += sum_p x[p * x_step] B[p, j] for n columns, rows of B with unit stride.
  void (*add_rows)(int64_t n, int64_t k, const T* x, int64_t x_step, const T* b, int64_t b_row,
                   T* y);
};

namespace GRADUS_ISA {

template <class T>
[[gnu::always_inline]] inline T finish(T sum, const Epilogue<T>& e, const T* c, int64_t column) {
  T y = static_cast<T>(e.alpha * sum);
  if (e.beta != T(0)) y = static_cast<T>(y + e.beta * *c);
  if (e.bias) y = static_cast<T>(y + e.bias[column]);
  return e.activation == Activation::Relu && y < T(0) ? T(0) : y;
}

}  // namespace GRADUS_ISA

using GemmTable = ByFloating<GemmKernels>;

}  // namespace gradus::kernels
