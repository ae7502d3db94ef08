// Untaped distances between all rows of two matrices.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// The p-norms of the differences of the rows of x1 [..., n, k] and x2 [..., m, k], [..., n, m]; the
// dims before are broadcast. One floating type, p >= 0.
Tensor distances(const Tensor& x1, const Tensor& x2, double p);
// The gradient by x1, with those dims as they were broadcast: weighted by w [..., n, m], d = x1 -
// x2 for p = 2, else sgn(d) (|d| / y)^(p-1), or for p = inf sgn(d) where |d| is the distance y. p >
// 0.
Tensor distances_backward(const Tensor& w, const Tensor& y, const Tensor& x1, const Tensor& x2,
                          double p);

// Of the squared distances y [..., n, m], made of products, those that cancellation left with few
// digits: they are small beside the squares s1 [..., n, 1] and s2 [..., m, 1] of the rows of x1 and
// x2. These are made anew, by differences. y is dense, the dims before n and m are broadcast.
void refine_distances(const Tensor& y, const Tensor& s1, const Tensor& s2, const Tensor& x1,
                      const Tensor& x2);

}  // namespace gradus::raw
