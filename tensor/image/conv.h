// Convolution and its two gradients, untaped. Each is the gradient of the other two: the value is
// linear in two of { input x, weight w, output y }, and the gradient by one of them is made of the
// other two.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// y[n, o, q] = sum over c, t of w[o, c, t] x[n, c, q * stride - padding + t * dilation], by groups
// of channels. One entry for each spatial dim, of which there are 1 to 3; all valid.
struct Conv {
  Dims stride, padding, dilation;
  int64_t groups = 1;
};

// All tensors are of one floating type, [N, C, spatial...] and w [O, C / groups, kernel...]; the
// bias, one for each channel of the result, or undefined. The spatial sizes of the result are
// given. Positions of x outside of it count as zeros.
Tensor convolution(const Tensor& x, const Tensor& w, const Tensor& bias, const Conv& conv,
                   IntArrayRef y_sizes);
// The x [.., x_sizes] that a y comes from: its gradient, and the transposed convolution.
Tensor convolution_input(const Tensor& y, const Tensor& w, const Tensor& bias, const Conv& conv,
                         IntArrayRef x_sizes);
Tensor convolution_weight(const Tensor& y, const Tensor& x, const Conv& conv, IntArrayRef w_sizes);

}  // namespace gradus::raw
