// Dropout: zeroes parts of the input at random, each with probability p, and scales what stays so
// that the expectation is kept. Without `train` the input itself comes back. p must be in [0, 1].
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// x with each element zeroed with probability p and the others scaled by 1 / (1 - p), so that the
/// mean is kept; x itself unless `train`. Throws Error unless 0 <= p <= 1. Srivastava et al.,
/// Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014.
Tensor dropout(const Tensor& input, double p, bool train);
/// dropout() in place.
Tensor& dropout_(const Tensor& self, double p, bool train);
/// dropout() of whole channels: all elements x[n][c] of [N, C, ...] are zeroed together. Throws
/// Error below 2 dims.
Tensor feature_dropout(const Tensor& input, double p, bool train);
/// feature_dropout() in place.
Tensor& feature_dropout_(const Tensor& self, double p, bool train);
/// dropout() for layers with selu(): elements go to the value that selu() has for large negative x,
/// and all are scaled and shifted so that mean 0 and variance 1 are kept. Klambauer et al.,
/// Self-Normalizing Neural Networks, 2017.
Tensor alpha_dropout(const Tensor& input, double p, bool train);
/// alpha_dropout() in place.
Tensor& alpha_dropout_(const Tensor& self, double p, bool train);
/// alpha_dropout() of whole channels [N, C, ...]. Throws Error below 2 dims.
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train);
/// feature_alpha_dropout() in place.
Tensor& feature_alpha_dropout_(const Tensor& self, double p, bool train);

}  // namespace gradus
