// Triangles and diagonals of matrices.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// Each matrix of the last two dims with zeros above its `diagonal`-th diagonal (0 is the main one,
/// positive ones are above it). Throws Error below 2 dims.
inline Tensor tril(const Tensor& self, int64_t diagonal = 0) { return self.tril(diagonal); }
/// Each matrix of the last two dims with zeros below its `diagonal`-th diagonal. Throws Error below
/// 2 dims.
inline Tensor triu(const Tensor& self, int64_t diagonal = 0) { return self.triu(diagonal); }
/// Of a vector the square matrix with it on its `diagonal`-th diagonal; of a matrix a copy of that
/// diagonal.
inline Tensor diag(const Tensor& self, int64_t diagonal = 0) { return self.diag(diagonal); }
/// Matrices in the dims dim1 and dim2 of the result, with the last dim of self on their `offset`-th
/// diagonal and zeros elsewhere.
inline Tensor diag_embed(const Tensor& self, int64_t offset = 0, int64_t dim1 = -2,
                         int64_t dim2 = -1) {
  return self.diag_embed(offset, dim1, dim2);
}
/// diag() of the flattened tensor: a matrix.
inline Tensor diagflat(const Tensor& self, int64_t offset = 0) { return self.diagflat(offset); }

}  // namespace gradus
