// Convolutions as functions; see autograd/ops/image/conv.h.
#pragma once

#include "nn/options/conv.h"

namespace gradus::nn::functional {

#define GRADUS_CONV(D)                                                   \
  Tensor conv##D##d(const Tensor& input, const Tensor& weight,           \
                    const Conv##D##dFuncOptions& options = {});          \
  Tensor conv_transpose##D##d(const Tensor& input, const Tensor& weight, \
                              const ConvTranspose##D##dFuncOptions& options = {});
GRADUS_CONV(1)
GRADUS_CONV(2)
GRADUS_CONV(3)
#undef GRADUS_CONV

}  // namespace gradus::nn::functional
