#include "nn/utils/fusion.h"

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus::nn::utils {

std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b,
                                                const Tensor& bn_rm, const Tensor& bn_rv,
                                                double bn_eps, const Tensor& bn_w,
                                                const Tensor& bn_b, bool transpose) {
  const NoGradGuard untaped;
  const auto type = conv_w.dtype();
  Tensor scale = (bn_rv + bn_eps).rsqrt();
  if (bn_w.defined()) scale = scale * bn_w;
  std::vector<int64_t> shape(size_t(conv_w.dim()), 1);
  shape.at(transpose ? 1 : 0) = -1;
  const Tensor weight = (conv_w * scale.reshape(shape)).to(type);
  Tensor bias = ((conv_b.defined() ? conv_b : zeros_like(bn_rm)) - bn_rm) * scale;
  if (bn_b.defined()) bias = bias + bn_b;
  return {weight.detach().set_requires_grad(conv_w.requires_grad()),
          bias.to(conv_b.defined() ? conv_b.dtype() : type)
              .detach()
              .set_requires_grad(conv_b.defined() && conv_b.requires_grad())};
}

std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b,
                                                  const Tensor& bn_rm, const Tensor& bn_rv,
                                                  double bn_eps, const Tensor& bn_w,
                                                  const Tensor& bn_b) {
  return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b);
}

namespace detail {

void check_fusion(const char* op, const Module& layer, const Module& norm, const Tensor& mean,
                  const Tensor& var) {
  if (layer.is_training() || norm.is_training())
    fail("{}: both modules must be in eval mode, {} is in training", op,
         gradus::detail::short_module_name(layer.is_training() ? layer : norm));
  if (!mean.defined() || !var.defined()) fail("{}: the norm has no running statistics", op);
}
void check_fused_features(int64_t features, int64_t channels) {
  if (features != channels && channels != 1)
    fail("fuse_linear_bn_eval: the layer has {} features, the norm {} channels", features,
         channels);
}
void put_fused(Module& layer, const std::tuple<Tensor, Tensor>& weight_and_bias) {
  using gradus::detail::ModuleAccess;
  const auto& [weight, bias] = weight_and_bias;
  ModuleAccess::put("fuse", layer, "weight", weight);
  Tensor& at = ModuleAccess::place("fuse", layer, "bias");
  ModuleAccess::parameters(layer)["bias"] = bias;
  at = bias;
}

}  // namespace detail

}  // namespace gradus::nn::utils
