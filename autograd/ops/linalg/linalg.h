// Products of vectors, matrices and batches of them. All but kron and outer want one numeric type
// throughout (not bool).
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// Vectors and matrices by their number of dims; with 3 dims or more, batches of matrices whose
// batch dims broadcast.
Tensor matmul(const Tensor& self, const Tensor& other);
Tensor mm(const Tensor& self, const Tensor& mat2);   // [m, k] [k, n]
Tensor bmm(const Tensor& self, const Tensor& mat2);  // [b, m, k] [b, k, n]
Tensor mv(const Tensor& self, const Tensor& vec);    // [m, k] [k]
Tensor dot(const Tensor& self, const Tensor& tensor);
Tensor vdot(const Tensor& self, const Tensor& other);
Tensor inner(const Tensor& self, const Tensor& other);  // over the last dims
Tensor outer(const Tensor& self, const Tensor& vec2);
Tensor ger(const Tensor& self, const Tensor& vec2);
Tensor kron(const Tensor& self, const Tensor& other);

// beta * self + alpha * product, where self broadcasts to the product; not read when beta is 0.
Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
             const Scalar& alpha = 1);
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
             const Scalar& alpha = 1);
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
            const Scalar& alpha = 1);
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
               const Scalar& beta = 1, const Scalar& alpha = 1);
// The sum over the batch.
Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
              const Scalar& beta = 1, const Scalar& alpha = 1);

// input [..., k], weight [n, k] or [k], bias [n] or what else broadcasts to the result, or none:
// input weight^T + bias.
Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {});

// input1 [..., i], input2 [..., j], weight [n, i, j], bias [n] or none: y_n = input1^T weight_n
// input2 + bias_n.
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const std::optional<Tensor>& bias = {});

// Sums products over labelled dims: einsum("bij,bjk->bik", {a, b}). Labels are letters; `...`
// stands for dims that broadcast; a label twice in one operand takes its diagonal; without `->` the
// result has the ellipsis, then the labels that occur once, in alphabetical order. `path` says in
// pairs which operands to contract next (a result goes to the end of the list); by default from
// left to right.
Tensor einsum(std::string_view equation, TensorList tensors, OptionalIntArrayRef path = {});

// The sum of products over dims_self of one and dims_other of the other.
Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                 IntArrayRef dims_other);
// Over the last `dims` dims of one and the first of the other.
Tensor tensordot(const Tensor& self, const Tensor& other, int64_t dims = 2);

// Products of matrices in the order that costs least; the first and last of multi_dot may be
// vectors.
Tensor chain_matmul(TensorList matrices);
Tensor linalg_multi_dot(TensorList tensors);
// n >= 0.
Tensor matrix_power(const Tensor& self, int64_t n);
Tensor linalg_matrix_power(const Tensor& self, int64_t n);
Tensor trace(const Tensor& self);

// Over a dim of size 3: by default the first such one (cross) or the last dim (linalg_cross).
Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim = std::nullopt);
Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim = -1);
Tensor linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1);

namespace linalg {
inline Tensor multi_dot(TensorList tensors) { return linalg_multi_dot(tensors); }
inline Tensor matrix_power(const Tensor& self, int64_t n) { return linalg_matrix_power(self, n); }
}  // namespace linalg

}  // namespace gradus
