// A batch norm behind a convolution or a linear layer, folded into that layer's weights.
#pragma once

#include <tuple>

#include "nn/deepcopy.h"

namespace gradus::nn::utils {

/// The weight and bias of a convolution that does what one with conv_w and conv_b does before a
/// batch norm of running mean bn_rm and variance bn_rv, all [channels]: w · bn_w / √(bn_rv +
/// bn_eps) and (b - bn_rm) · bn_w / √(bn_rv + bn_eps) + bn_b. `transpose` says that the output
/// channels are dim 1 of conv_w. conv_b, bn_w and bn_b may be undefined.
std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b,
                                                const Tensor& bn_rm, const Tensor& bn_rv,
                                                double bn_eps, const Tensor& bn_w,
                                                const Tensor& bn_b, bool transpose = false);
/// The same for a linear layer, whose rows are the channels.
std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b,
                                                  const Tensor& bn_rm, const Tensor& bn_rv,
                                                  double bn_eps, const Tensor& bn_w,
                                                  const Tensor& bn_b);

namespace detail {
// Throws Error unless both are in eval mode and the norm has statistics.
void check_fusion(const char* op, const Module& layer, const Module& norm, const Tensor& mean,
                  const Tensor& var);
void check_fused_features(int64_t features, int64_t channels);
// Gives the layer these parameters.
void put_fused(Module& layer, const std::tuple<Tensor, Tensor>& weight_and_bias);
}  // namespace detail

/// A copy of the convolution that does what it and the batch norm behind it do in eval mode:
/// `fuse_conv_bn_eval(conv, bn)` of two holders; `transpose` for transposed convolutions. Throws
/// Error unless both are in eval mode and the norm has running statistics.
template <gradus::detail::a_module_holder Conv, gradus::detail::a_module_holder Norm>
Conv fuse_conv_bn_eval(const Conv& conv, const Norm& bn, bool transpose = false) {
  detail::check_fusion("fuse_conv_bn_eval", *conv, *bn, bn->running_mean, bn->running_var);
  Conv fused = deepcopy(conv);
  fused->options.bias(true);
  detail::put_fused(
      *fused, fuse_conv_bn_weights(fused->weight, fused->bias, bn->running_mean, bn->running_var,
                                   bn->options.eps(), bn->weight, bn->bias, transpose));
  return fused;
}
/// The same of a linear layer, whose features are the norm's channels.
template <gradus::detail::a_module_holder Linear, gradus::detail::a_module_holder Norm>
Linear fuse_linear_bn_eval(const Linear& linear, const Norm& bn) {
  detail::check_fusion("fuse_linear_bn_eval", *linear, *bn, bn->running_mean, bn->running_var);
  detail::check_fused_features(linear->options.out_features(), bn->options.num_features());
  Linear fused = deepcopy(linear);
  fused->options.bias(true);
  detail::put_fused(
      *fused, fuse_linear_bn_weights(fused->weight, fused->bias, bn->running_mean, bn->running_var,
                                     bn->options.eps(), bn->weight, bn->bias));
  return fused;
}

}  // namespace gradus::nn::utils
