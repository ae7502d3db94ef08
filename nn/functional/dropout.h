// Dropout as functions; see autograd/ops/dropout.h.
#pragma once

#include "nn/options/dropout.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

Tensor dropout(Tensor input, const DropoutFuncOptions& options = {});
Tensor dropout(Tensor input, double p, bool training = true, bool inplace = false);
// Whole channels of [n, c, h, w] or [c, h, w]; dropout3d: of [n, c, d, h, w] or [c, d, h, w].
Tensor dropout2d(Tensor input, const Dropout2dFuncOptions& options = {});
Tensor dropout3d(Tensor input, const Dropout3dFuncOptions& options = {});
Tensor alpha_dropout(Tensor input, const AlphaDropoutFuncOptions& options = {});
Tensor feature_alpha_dropout(Tensor input, const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace gradus::nn::functional
