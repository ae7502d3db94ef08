// Dropout: zeroes parts of the input at random, each with probability p, and scales what stays so
// that the expectation is kept. Without `train` the input itself comes back. p must be in [0, 1].
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// Element by element.
Tensor dropout(const Tensor& input, double p, bool train);
Tensor& dropout_(const Tensor& self, double p, bool train);
// Whole channels: [n, c, ...].
Tensor feature_dropout(const Tensor& input, double p, bool train);
Tensor& feature_dropout_(const Tensor& self, double p, bool train);
// To the negative saturation of SELU instead of zero, keeping mean and variance.
Tensor alpha_dropout(const Tensor& input, double p, bool train);
Tensor& alpha_dropout_(const Tensor& self, double p, bool train);
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train);
Tensor& feature_alpha_dropout_(const Tensor& self, double p, bool train);

}  // namespace gradus
