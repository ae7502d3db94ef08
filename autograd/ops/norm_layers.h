// Normalisation: (x - mean) / sqrt(variance + eps) * weight + bias, with the mean and the biased
// variance over some of the dims.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// Over all dims but dim 1, the channels; weight, bias and the running statistics have one element
// for each channel, and may be missing. Training normalises by the batch, whose statistics enter
// the running ones with weight `momentum` (the unbiased variance); else the running ones are used.
// Throws when training on one value per channel.
Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                  const std::optional<Tensor>& running_var, bool training, double momentum,
                  double eps, bool cudnn_enabled = false);
// Over the last dims, which must be normalized_shape, as must be those of weight and bias.
Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                  const std::optional<Tensor>& weight = {}, const std::optional<Tensor>& bias = {},
                  double eps = 1e-5, bool cudnn_enable = false);
// Over each of num_groups groups of channels (dim 1) and all later dims; weight and bias have one
// element for each channel.
Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight = {},
                  const std::optional<Tensor>& bias = {}, double eps = 1e-5,
                  bool cudnn_enabled = false);

}  // namespace gradus
