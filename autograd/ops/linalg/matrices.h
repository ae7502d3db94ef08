// What the operations on matrices have in common. For .cpp files only.
#pragma once

#include "autograd/factories.h"
#include "autograd/record.h"
#include "tensor/linalg/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::autograd {

void expect_matrices(const char* op, const Tensor& a);
void expect_square(const char* op, const Tensor& a);
void expect_same_type(const char* op, const Tensor& a, const Tensor& b);

// The sizes of x but for its last two dims.
Dims batch_of(const Tensor& x);
Dims sizes_with(Dims batch, int64_t rows, int64_t columns);
// x with another batch that it broadcasts to.
Tensor with_batch(const Tensor& x, const Dims& batch);

// Throws LinAlgError, `text` with the number, for the first number of info that is not 0.
void check_info(const char* op, const char* text, const Tensor& info);

inline Tensor column_of(const Tensor& x) { return x.unsqueeze(-1); }
inline Tensor diagonal_of(const Tensor& x) { return x.diagonal(0, -2, -1); }

// alpha a b for gradients: as matmul(), unless nothing is recorded and many small ones go at once.
Tensor multiply(const Tensor& a, const Tensor& b, double alpha = 1);

// The vjp of what has none; y is taken as it is.
Tensor without_derivative(const char* op, Tensor y, TensorList inputs);

}  // namespace gradus::autograd
