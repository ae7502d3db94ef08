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
// All choices of r >= 1 of the numbers below n, each in ascending order, row by row; [ways, r],
// int64.
Tensor combinations(int64_t n, int64_t r, bool with_replacement);
// The sum of 1-d int64 counts. Throws for one that is negative.
int64_t total_count(const char* op, const Tensor& counts);
// i as often as counts[i] says, for i = 0, 1, ...; int64. `total` is the sum of the counts.
Tensor repeated_indices(const Tensor& counts, int64_t total);

}  // namespace gradus::raw
