// Matrix products of tensors, untaped.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// The product of PyTorch's matmul: vectors and matrices by their number of dims, batches broadcast.
// Shapes and types are checked; errors begin with `op`.
Tensor matmul(const char* op, const Tensor& a, const Tensor& b);

// out = alpha a b + beta out + bias for a [..., m, k], b [..., k, n], out [..., m, n]. The batch
// dims of a and b must broadcast to out's; the bias, if any, is a contiguous [n]. All are of one
// numeric type; out overlaps none of the others. When beta is 0, out is not read.
void matmul_into(const char* op, const Tensor& out, const Tensor& a, const Tensor& b,
                 const Scalar& alpha = 1, const Scalar& beta = 0, const Tensor& bias = {});

// x w^T + bias for x [..., k], w [n, k] and bias [n] or undefined.
Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias);

// Throws unless all have the type of the first.
void check_same_dtype(const char* op, std::initializer_list<const Tensor*> tensors);

}  // namespace gradus::raw
