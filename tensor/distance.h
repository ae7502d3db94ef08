// Untaped distances between all rows of two matrices.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// The p-norms of the differences of the rows of x1 [..., n, k] and x2 [..., m, k], [..., n, m]; the
// dims before are broadcast. One floating type, p >= 0.
Tensor distances(const Tensor& x1, const Tensor& x2, double p);
// The gradient by x1, with those dims as they were broadcast: d = x1 - x2, weighted by w
// [..., n, m], sgn(d) |d|^(p-1), or for p = inf sgn(d) where |d| is the distance y. p > 0.
Tensor distances_backward(const Tensor& w, const Tensor& y, const Tensor& x1, const Tensor& x2,
                          double p);

}  // namespace gradus::raw
