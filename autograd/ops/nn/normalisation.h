// Normalisation: (x - mean) / sqrt(variance + eps) * weight + bias, with the mean and the biased
// variance over some of the dims.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// (x - mean) / sqrt(variance + eps) * weight + bias for each channel, over all dims but dim 1 of
/// input [N, C, ...]. weight, bias and the running statistics are [C], and may be missing. When
/// training, mean and (biased) variance are those of the batch, and the running ones move towards
/// them, r = (1 - momentum) r + momentum new, in place, with the unbiased variance; else the
/// running ones are used. Throws Error below 2 dims, and when training on one value for each
/// channel. Ioffe and Szegedy, Batch Normalization, 2015.
Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                  const std::optional<Tensor>& running_var, bool training, double momentum,
                  double eps, bool cudnn_enabled = false);
/// (x - mean) / sqrt(variance + eps) * weight + bias over the last dims, whose sizes must be
/// normalized_shape; weight and bias, which may be missing, have that shape. Throws Error when the
/// shapes differ. Ba et al., Layer Normalization, 2016.
Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                  const std::optional<Tensor>& weight = {}, const std::optional<Tensor>& bias = {},
                  double eps = 1e-5, bool cudnn_enable = false);
/// The same over each of num_groups groups of channels (dim 1) and all later dims of [N, C, ...];
/// weight and bias, which may be missing, are [C]. Throws Error when the channels do not make
/// num_groups groups. Wu and He, Group Normalization, 2018.
Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight = {},
                  const std::optional<Tensor>& bias = {}, double eps = 1e-5,
                  bool cudnn_enabled = false);
/// batch_norm() of each example by itself: mean and variance over the later dims of [N, C, ...],
/// which has 3 dims or more. Without use_input_stats the running statistics are used; else they
/// move towards the mean of those over the batch. Ulyanov et al., Instance Normalization, 2016.
Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                     const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                     const std::optional<Tensor>& running_var, bool use_input_stats,
                     double momentum, double eps, bool cudnn_enabled = false);
/// x / sqrt(mean of x^2 + eps) * weight over the last dims, whose sizes must be normalized_shape;
/// eps is by default the machine epsilon of the type. Zhang and Sennrich, Root Mean Square Layer
/// Normalization, 2019.
Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape,
                const std::optional<Tensor>& weight = {}, std::optional<double> eps = {});
/// x / (k + alpha mean of x^2)^beta, the mean over `size` channels (dim 1) around each; zeros stand
/// for those that do not exist. Throws Error below 3 dims. Krizhevsky et al., ImageNet
/// Classification with Deep Convolutional Neural Networks, 2012.
Tensor local_response_norm(const Tensor& input, int64_t size, double alpha = 1e-4,
                           double beta = 0.75, double k = 1);
/// local_response_norm() of [N, C, H, W] over an odd number of channels, size or one less, and, as
/// PyTorch has it, the first.
Tensor cross_map_lrn2d(const Tensor& input, int64_t size, double alpha = 1e-4, double beta = 0.75,
                       double k = 1);

}  // namespace gradus
