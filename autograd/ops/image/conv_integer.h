// Convolutions of integers, which have no kernels of their own: a matrix product for each tap,
// added up. Arguments as those of the raw ones.
#pragma once

#include "tensor/image/conv.h"

namespace gradus::detail {

Tensor integer_convolution(const Tensor& x, const Tensor& w, const Tensor& bias,
                           const raw::Conv& conv, const Dims& y_sizes);
Tensor integer_convolution_input(const Tensor& y, const Tensor& w, const Tensor& bias,
                                 const raw::Conv& conv, const Dims& x_sizes);

}  // namespace gradus::detail
