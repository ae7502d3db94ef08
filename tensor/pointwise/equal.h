#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Whether tensors of one type have the same shape and equal elements; a nan equals nothing.
bool equal(const Tensor& a, const Tensor& b);

}  // namespace gradus::raw
