// Products of vectors, matrices and batches of them. All but kron and outer want one numeric type
// throughout (not bool).
#pragma once

#include "autograd/ops/linalg/distance.h"

#include "tensor/tensor.h"

namespace gradus {

/// The product by the numbers of dims: of two vectors the dot product, of matrix and vector or two
/// matrices their product; with 3 dims or more, of batches of matrices [..., n, k] [..., k, m]
/// whose batch dims broadcast. Throws Error when inner sizes or types differ.
Tensor matmul(const Tensor& self, const Tensor& other);
/// The product of matrices [n, k] [k, m]: [n, m].
Tensor mm(const Tensor& self, const Tensor& mat2);
/// The products of the matrices of two batches, [b, n, k] [b, k, m]: [b, n, m].
Tensor bmm(const Tensor& self, const Tensor& mat2);
/// The product of a matrix [n, k] and a vector [k]: [n].
Tensor mv(const Tensor& self, const Tensor& vec);
/// The sum of products of two vectors of one length, a 0-dim tensor.
Tensor dot(const Tensor& self, const Tensor& tensor);
/// The same as dot(), as all numbers are real.
Tensor vdot(const Tensor& self, const Tensor& other);
/// Sums of products over the last dims: [a..., k] and [b..., k] give [a..., b...]; of a 0-dim
/// tensor the product.
Tensor inner(const Tensor& self, const Tensor& other);
/// All products of an element of one vector [n] with one of the other [m]: [n, m].
Tensor outer(const Tensor& self, const Tensor& vec2);
/// The same as outer().
Tensor ger(const Tensor& self, const Tensor& vec2);
/// The Kronecker product: each element of self times all of other, put together; size d of the
/// result is the product of both sizes d.
Tensor kron(const Tensor& self, const Tensor& other);

/// beta self + alpha mat1 mat2, for matrices [n, k] [k, m] and self that broadcasts to [n, m]; self
/// is not read when beta is 0. Throws Error when sizes or types differ, or beta or alpha is
/// floating point for integers.
Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
             const Scalar& alpha = 1);
/// beta self + alpha mat vec, for mat [n, k], vec [k] and self that broadcasts to [n].
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
             const Scalar& alpha = 1);
/// beta self + alpha outer(vec1, vec2), for self that broadcasts to [n, m].
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
            const Scalar& alpha = 1);
/// beta self + alpha bmm(batch1, batch2), for self that broadcasts to [b, n, m].
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
               const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta self + alpha times the sum over the batch of bmm(batch1, batch2), for self that broadcasts
/// to [n, m].
Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
              const Scalar& beta = 1, const Scalar& alpha = 1);

/// input weight^T + bias, the fully connected layer: input [..., k], weight [n, k] give [..., n],
/// weight [k] gives [...]. The bias is [n], or what else broadcasts to the result, or missing.
/// Throws Error when sizes or types differ.
Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {});

/// y[..., n] = input1^T weight[n] input2 + bias[n], for input1 [..., i], input2 [..., j], weight
/// [n, i, j] and bias [n] or none.
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const std::optional<Tensor>& bias = {});

/// Sums of products over labelled dims: einsum("bij,bjk->bik", {a, b}). Labels are letters; `...`
/// stands for dims that broadcast; a label twice in one operand takes its diagonal; without `->`
/// the result has the ellipsis, then the labels that occur once, in alphabetical order. `path` says
/// in pairs which operands to contract next (a result goes to the end of the list); by default from
/// left to right. Throws Error when sizes or labels do not fit.
Tensor einsum(std::string_view equation, TensorList tensors, OptionalIntArrayRef path = {});

/// The sums of products over dims_self of one and dims_other of the other (in pairs), or over the
/// last `dims` dims of one and the first of the other; the remaining dims of both follow each
/// other.
Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                 IntArrayRef dims_other);
Tensor tensordot(const Tensor& self, const Tensor& other, int64_t dims = 2);

/// The product of the matrices in the order that costs least.
Tensor chain_matmul(TensorList matrices);
/// The product of 2 matrices or more in the order that costs least; the first may be a row vector
/// [n], the last a column vector [n].
Tensor linalg_multi_dot(TensorList tensors);
/// The n-th power of square matrices [..., m, m] by repeated squares, for n < 0 of the inverse.
Tensor matrix_power(const Tensor& self, int64_t n);
/// The same as matrix_power().
Tensor linalg_matrix_power(const Tensor& self, int64_t n);
/// The sum of the main diagonal of a matrix, a 0-dim tensor.
Tensor trace(const Tensor& self);

/// The cross product of vectors of 3 elements along `dim`, by default the first dim of size 3.
/// Shapes broadcast. Throws Error where no such dim is.
Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim = std::nullopt);
/// cross() along the last dim by default.
Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim = -1);
/// The sum of products along `dim`. Shapes broadcast.
Tensor linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1);
/// The same as matmul().
inline Tensor linalg_matmul(const Tensor& self, const Tensor& other) { return matmul(self, other); }
/// The diagonals of the matrices in dims dim1 and dim2; see gradus::diagonal().
inline Tensor linalg_diagonal(const Tensor& A, int64_t offset = 0, int64_t dim1 = -2,
                              int64_t dim2 = -1) {
  return A.diagonal(offset, dim1, dim2);
}

namespace linalg {
/// The same as linalg_multi_dot().
inline Tensor multi_dot(TensorList tensors) { return linalg_multi_dot(tensors); }
/// The same as gradus::matrix_power().
inline Tensor matrix_power(const Tensor& self, int64_t n) { return linalg_matrix_power(self, n); }
}  // namespace linalg

}  // namespace gradus
