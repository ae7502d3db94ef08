// L D L^T factors of symmetric matrices, by LAPACK's sytrf and sytrs.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Of the lower halves of square matrices: L and D in one matrix, pivots and info, int32.
struct Ldl {
  Tensor ld, pivots, info;
};
Ldl ldl_factor(const char* op, const Tensor& a);
// X of A X = B; batches are the same. Throws unless the pivots are such as ldl_factor() gives.
Tensor ldl_solve(const char* op, const Tensor& ld, const Tensor& pivots, const Tensor& b);

}  // namespace gradus::raw
