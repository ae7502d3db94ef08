// Matrix products on memory, for every numeric type.
#pragma once

#include "tensor/base/array_ref.h"
#include "tensor/kernels/table.h"

namespace gradus {

// C = act(alpha A B + beta C + bias): A is m x k, B is k x n, C is m x n and overlaps neither. X[i,
// j] is x[i * x_row + j * x_col]. No column of B, no bias and no other row of A has a say in an
// element of C. Bias and activation are for floating point.
template <class T>
struct Gemm {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row, b_col;
  T* c;
  int64_t c_row, c_col;
  kernels::Epilogue<T> epilogue = {};
};

// A dim along which the product is repeated: its size and the strides of the three matrices along
// it.
struct GemmBatch {
  int64_t size, a, b, c;
};

// T: float, double, uint8_t, int32_t, int64_t (integers wrap around).
template <class T>
void gemm(Gemm<T> g, ArrayRef<GemmBatch> batch = {},
          const kernels::GemmTable& table = *kernels::table().gemm);

}  // namespace gradus
