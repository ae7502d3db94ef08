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
// Each channel of each example by itself, which needs 3 dims or more; otherwise like batch_norm.
// The running statistics follow the mean over the batch.
Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                     const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                     const std::optional<Tensor>& running_var, bool use_input_stats,
                     double momentum, double eps, bool cudnn_enabled = false);
// x / sqrt(mean x^2 + eps) * weight over the last dims, as layer_norm; eps is by default the type's
// machine epsilon.
Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape,
                const std::optional<Tensor>& weight = {}, std::optional<double> eps = {});
// x / (k + alpha mean x^2)^beta over `size` channels around each; zeros stand for those that do not
// exist.
Tensor local_response_norm(const Tensor& input, int64_t size, double alpha = 1e-4,
                           double beta = 0.75, double k = 1);
// The same over an odd number of channels, size or one less, and, as PyTorch has it, the first.
Tensor cross_map_lrn2d(const Tensor& input, int64_t size, double alpha = 1e-4, double beta = 0.75,
                       double k = 1);

}  // namespace gradus
