// Tensors whose elements follow from their places.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// start + step i, for i below n. Sums are made in double or int64 and then stored; what int64 does
// not hold on the way wraps, and the sum does hold.
Tensor progression(const char* op, const Scalar& start, const Scalar& step, int64_t n,
                   ScalarType t);
// `steps` numbers from start to end, with equal differences, or base to the power of such.
Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, ScalarType t);
Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base, ScalarType t);
// The places of a row by col matrix on and below (above) its offset-th diagonal, row by row, as
// [2, count]: rows, then columns. int32 or int64.
Tensor tril_indices(int64_t row, int64_t col, int64_t offset, ScalarType t);
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, ScalarType t);

}  // namespace gradus::raw
