// Filling by a mask, for operations of several names.
#pragma once

#include "tensor/tensor.h"

namespace gradus::autograd {

// x = value where the mask, which is bool and broadcasts to x, is true; value has 0 dims.
Tensor& fill_by_mask(const char* op, const Tensor& x, const Tensor& mask, const Tensor& value);

}  // namespace gradus::autograd
