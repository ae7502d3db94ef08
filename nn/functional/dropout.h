// Dropout as functions; see autograd/ops/nn/dropout.h.
#pragma once

#include "nn/options/dropout.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

Tensor dropout(Tensor input, const DropoutFuncOptions& options = {});
Tensor dropout(Tensor input, double p, bool training = true, bool inplace = false);
// Whole channels of [n, c, places...] or [c, places...] with one to three dims of places.
Tensor dropout1d(Tensor input, const Dropout1dFuncOptions& options = {});
Tensor dropout2d(Tensor input, const Dropout2dFuncOptions& options = {});
Tensor dropout3d(Tensor input, const Dropout3dFuncOptions& options = {});
Tensor alpha_dropout(Tensor input, const AlphaDropoutFuncOptions& options = {});
Tensor feature_alpha_dropout(Tensor input, const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace gradus::nn::functional
