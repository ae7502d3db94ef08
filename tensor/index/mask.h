// The elements that a mask names, in order.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// A mask is bool, and dense.
int64_t count_true(const Tensor& mask);
// The elements of x, as wide as the mask, where it is true; 1-d.
Tensor masked_select(const Tensor& x, const Tensor& mask);
// Puts the first elements of source, of x's type, where the mask is true; x is as wide as it, and
// the source has enough.
void masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);
// The places of the elements that are not zero, [count, dims].
Tensor nonzero(const Tensor& x);

}  // namespace gradus::raw
