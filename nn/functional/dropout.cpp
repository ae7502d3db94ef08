#include "nn/functional/dropout.h"

#include "autograd/ops/nn/dropout.h"
#include "tensor/base/fail.h"

namespace gradus::nn::functional {

Tensor dropout(Tensor input, double p, bool training, bool inplace) {
  return inplace ? gradus::dropout_(input, p, training) : gradus::dropout(input, p, training);
}
Tensor dropout(Tensor input, const DropoutFuncOptions& o) {
  return dropout(input, o.p(), o.training(), o.inplace());
}

namespace {
Tensor drop_channels(const Tensor& input, const DropoutFuncOptions& o, int64_t batched_dims) {
  const bool batched = input.dim() == batched_dims;
  const Tensor x = batched ? input : input.unsqueeze(0);
  const Tensor y = o.inplace() ? gradus::feature_dropout_(x, o.p(), o.training())
                               : gradus::feature_dropout(x, o.p(), o.training());
  if (o.inplace()) return input;
  return batched ? y : y.squeeze(0);
}
}  // namespace

Tensor dropout1d(Tensor input, const Dropout1dFuncOptions& o) {
  if (input.dim() != 2 && input.dim() != 3)
    fail("dropout1d: expected 2 or 3 dims, got {}", input.sizes());
  return drop_channels(input, o, 3);
}
Tensor dropout2d(Tensor input, const Dropout2dFuncOptions& o) { return drop_channels(input, o, 4); }
Tensor dropout3d(Tensor input, const Dropout3dFuncOptions& o) { return drop_channels(input, o, 5); }
Tensor alpha_dropout(Tensor input, const AlphaDropoutFuncOptions& o) {
  return o.inplace() ? gradus::alpha_dropout_(input, o.p(), o.training())
                     : gradus::alpha_dropout(input, o.p(), o.training());
}
Tensor feature_alpha_dropout(Tensor input, const FeatureAlphaDropoutFuncOptions& o) {
  return o.inplace() ? gradus::feature_alpha_dropout_(input, o.p(), o.training())
                     : gradus::feature_alpha_dropout(input, o.p(), o.training());
}

}  // namespace gradus::nn::functional
