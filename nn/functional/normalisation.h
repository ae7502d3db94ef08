// Normalisation as functions.
#pragma once

#include "nn/options/normalisation.h"

namespace gradus::nn::functional {

/// (x - mean) / √(variance + eps) · weight + bias for each channel (dim 1), over all other dims
/// (Ioffe and Szegedy, "Batch normalization", 2015). In training by the batch, whose mean and
/// unbiased variance enter the running ones with the weight `momentum`; else by the running ones.
/// Throws Error in training on one value per channel.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias = {}, bool training = false,
                  double momentum = 0.1, double eps = 1e-5);
/// batch_norm for each channel of each example by itself: input [N, C, places...] (Ulyanov, Vedaldi
/// and Lempitsky, "Instance normalization", 2016). The running statistics follow the mean over the
/// batch.
Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options = {});
/// x / √(mean x² + eps) · weight over the last dims, which must be normalized_shape (Zhang and
/// Sennrich, "Root mean square layer normalization", 2019). eps is by default the type's machine
/// epsilon.
Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = std::nullopt);
/// x / (k + alpha mean x²)^beta, where the mean is over `size` channels (dim 1) around each; zeros
/// stand for channels that do not exist (Krizhevsky, Sutskever and Hinton, "ImageNet classification
/// with deep convolutional neural networks", 2012).
Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options);
/// (x - mean) / √(variance + eps) · weight + bias over the last dims, which must be
/// normalized_shape (Ba, Kiros and Hinton, "Layer normalization", 2016).
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
/// layer_norm over each of num_groups groups of channels (dim 1) and all later dims; weight and
/// bias are [C] (Wu and He, "Group normalization", 2018).
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
/// input / max(p-norm over dim, eps).
Tensor normalize(const Tensor& input, NormalizeFuncOptions options = {});
Tensor normalize(const Tensor& input, double p, int64_t dim = 1, double eps = 1e-12);

}  // namespace gradus::nn::functional
