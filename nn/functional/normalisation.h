// Normalisation as functions.
#pragma once

#include "nn/options/normalisation.h"

namespace gradus::nn::functional {

// See gradus::batch_norm.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias = {}, bool training = false,
                  double momentum = 0.1, double eps = 1e-5);
Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options = {});
Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = std::nullopt);
Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options);
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
// input / max(p-norm over dim, eps)
Tensor normalize(const Tensor& input, NormalizeFuncOptions options = {});
Tensor normalize(const Tensor& input, double p, int64_t dim = 1, double eps = 1e-12);

}  // namespace gradus::nn::functional
