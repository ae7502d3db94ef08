// Triangles of matrices.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

enum class Keep { lower, upper };

// y = x in the triangle on or below (above) the k-th diagonal of each matrix of the last two dims,
// and 0 outside of it. x, of y's shape and type, may be y. Throws if elements of y share a place.
void triangle(const char* op, const Tensor& y, const Tensor& x, int64_t k, Keep keep);

}  // namespace gradus::raw
