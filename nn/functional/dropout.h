// Dropout as functions; see autograd/ops/nn/dropout.h.
#pragma once

#include "nn/options/dropout.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

/// Zeroes each element with probability p and divides the others by 1 - p. The input itself comes
/// back without training. Throws Error for p outside of [0, 1] (Srivastava et al., "Dropout: a
/// simple way to prevent neural networks from overfitting", 2014).
Tensor dropout(Tensor input, const DropoutFuncOptions& options = {});
Tensor dropout(Tensor input, double p, bool training = true, bool inplace = false);
/// dropout of whole channels: input [N, C, L] or [C, L]. Throws Error for other numbers of dims.
Tensor dropout1d(Tensor input, const Dropout1dFuncOptions& options = {});
/// dropout of whole channels: input [N, C, H, W] or [C, H, W].
Tensor dropout2d(Tensor input, const Dropout2dFuncOptions& options = {});
/// dropout of whole channels: input [N, C, D, H, W] or [C, D, H, W].
Tensor dropout3d(Tensor input, const Dropout3dFuncOptions& options = {});
/// dropout to the negative saturation of SELU in place of zero, and scaled so that mean 0 and
/// variance 1 stay.
Tensor alpha_dropout(Tensor input, const AlphaDropoutFuncOptions& options = {});
/// alpha_dropout of whole channels: input [N, C, ...].
Tensor feature_alpha_dropout(Tensor input, const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace gradus::nn::functional
