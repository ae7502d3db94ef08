// Numbers taken apart.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Mantissas, of x's floating type, and int32 exponents: x = m 2^e, 1/2 <= |m| < 1. The exponent of
// 0, infinity and nan is 0.
std::tuple<Tensor, Tensor> frexp(const Tensor& x);

}  // namespace gradus::raw
