#include "nn/functional/normalisation.h"

#include "autograd/ops/nn/normalisation.h"
#include "tensor/base/fail.h"
#include "tensor/shape.h"

namespace gradus::nn::functional {

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum,
                  double eps) {
  if (training && input.dim() >= 2 && input.size(1) > 0 && input.numel() == input.size(1))
    fail("batch_norm: training needs more than 1 value per channel, got shape {}", input.sizes());
  return gradus::batch_norm(input, weight, bias, running_mean, running_var, training, momentum,
                            eps);
}
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& o) {
  return batch_norm(input, running_mean, running_var, o.weight(), o.bias(), o.training(),
                    o.momentum(), o.eps());
}
Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& o) {
  return gradus::instance_norm(input, o.weight(), o.bias(), o.running_mean(), o.running_var(),
                               o.use_input_stats(), o.momentum(), o.eps());
}
Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight,
                std::optional<double> eps) {
  return gradus::rms_norm(input, normalized_shape, weight, eps);
}
Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& o) {
  return gradus::local_response_norm(input, o.size(), o.alpha(), o.beta(), o.k());
}
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& o) {
  return gradus::layer_norm(input, o.normalized_shape(), o.weight(), o.bias(), o.eps());
}
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& o) {
  return gradus::group_norm(input, o.num_groups(), o.weight(), o.bias(), o.eps());
}
Tensor normalize(const Tensor& input, double p, int64_t dim, double eps) {
  return input / input.norm(p, dim, /*keepdim=*/true).clamp_min(eps);
}
Tensor normalize(const Tensor& input, NormalizeFuncOptions o) {
  const Tensor y = normalize(input, o.p(), o.dim(), o.eps());
  return o.out() ? o.out()->copy_(y) : y;
}

}  // namespace gradus::nn::functional
