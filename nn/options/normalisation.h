// Options of normalisation.
#pragma once

#include <vector>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of BatchNorm1d to BatchNorm3d: `BatchNormOptions(64).momentum(0.05)`.
struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  /// How many channels there are.
  GRADUS_ARG(int64_t, num_features);
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
  /// The weight of the newest batch in the running statistics; none for the average over all
  /// batches.
  GRADUS_ARG(std::optional<double>, momentum) = 0.1;
  /// Whether there are a weight and a bias.
  GRADUS_ARG(bool, affine) = true;
  /// Whether statistics are kept for eval mode.
  GRADUS_ARG(bool, track_running_stats) = true;
};
/// Of BatchNorm1d.
using BatchNorm1dOptions = BatchNormOptions;
/// Of BatchNorm2d.
using BatchNorm2dOptions = BatchNormOptions;
/// Of BatchNorm3d.
using BatchNorm3dOptions = BatchNormOptions;

/// The options of InstanceNorm1d to InstanceNorm3d.
struct InstanceNormOptions {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  /// How many channels there are.
  GRADUS_ARG(int64_t, num_features);
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
  /// The weight of the newest batch in the running statistics.
  GRADUS_ARG(double, momentum) = 0.1;
  /// Whether there are a weight and a bias.
  GRADUS_ARG(bool, affine) = false;
  /// Whether statistics are kept for eval mode.
  GRADUS_ARG(bool, track_running_stats) = false;
};
/// Of InstanceNorm1d.
using InstanceNorm1dOptions = InstanceNormOptions;
/// Of InstanceNorm2d.
using InstanceNorm2dOptions = InstanceNormOptions;
/// Of InstanceNorm3d.
using InstanceNorm3dOptions = InstanceNormOptions;

/// The options of RMSNorm: `RMSNormOptions({64})`.
struct RMSNormOptions {
  RMSNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  /// The sizes of the last dims.
  GRADUS_ARG(std::vector<int64_t>, normalized_shape);
  /// Is added to the mean square; the machine epsilon of the input's type unless set.
  GRADUS_ARG(std::optional<double>, eps) = std::nullopt;
  /// Whether there is a weight.
  GRADUS_ARG(bool, elementwise_affine) = true;
};

/// The options of LocalResponseNorm and local_response_norm.
struct LocalResponseNormOptions {
  LocalResponseNormOptions(int64_t size) : size_(size) {}
  /// Over how many channels.
  GRADUS_ARG(int64_t, size);
  /// The factor of the mean square.
  GRADUS_ARG(double, alpha) = 1e-4;
  /// The exponent.
  GRADUS_ARG(double, beta) = 0.75;
  /// Is added to the mean square.
  GRADUS_ARG(double, k) = 1.;
};
/// The options of CrossMapLRN2d.
struct CrossMapLRN2dOptions {
  CrossMapLRN2dOptions(int64_t size) : size_(size) {}
  /// Over how many channels.
  GRADUS_ARG(int64_t, size);
  /// The factor of the mean square.
  GRADUS_ARG(double, alpha) = 1e-4;
  /// The exponent.
  GRADUS_ARG(double, beta) = 0.75;
  /// Is added to the mean square.
  GRADUS_ARG(int64_t, k) = 1;
};

/// The options of LayerNorm: `LayerNormOptions({64})`.
struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  /// The sizes of the last dims.
  GRADUS_ARG(std::vector<int64_t>, normalized_shape);
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
  /// Whether there are a weight and a bias.
  GRADUS_ARG(bool, elementwise_affine) = true;
  /// Whether there is a bias too where there is a weight.
  GRADUS_ARG(bool, bias) = true;
};

/// The options of GroupNorm: `GroupNormOptions(4, 64)`.
struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  /// How many groups there are.
  GRADUS_ARG(int64_t, num_groups);
  /// How many channels there are, a multiple of the groups.
  GRADUS_ARG(int64_t, num_channels);
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
  /// Whether there are a weight and a bias.
  GRADUS_ARG(bool, affine) = true;
};

namespace functional {
/// The options of batch_norm.
struct BatchNormFuncOptions {
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, bias);
  /// Normalises by the batch; else by the running statistics.
  GRADUS_ARG(bool, training) = false;
  /// The weight of the batch in the running statistics.
  GRADUS_ARG(double, momentum) = 0.1;
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
};
/// The options of instance_norm.
struct InstanceNormFuncOptions {
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, running_mean);
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, running_var);
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, bias);
  /// Normalises by the input; else by the running statistics.
  GRADUS_ARG(bool, use_input_stats) = true;
  /// The weight of the input in the running statistics.
  GRADUS_ARG(double, momentum) = 0.1;
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
};
/// Of local_response_norm.
using LocalResponseNormFuncOptions = LocalResponseNormOptions;
/// The options of layer_norm.
struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  /// The sizes of the last dims.
  GRADUS_ARG(std::vector<int64_t>, normalized_shape);
  /// normalized_shape; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// normalized_shape; undefined for none.
  GRADUS_ARG(Tensor, bias);
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
};
/// The options of group_norm.
struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  /// How many groups there are.
  GRADUS_ARG(int64_t, num_groups);
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// [C]; undefined for none.
  GRADUS_ARG(Tensor, bias);
  /// Is added to the variance.
  GRADUS_ARG(double, eps) = 1e-5;
};
/// The options of normalize.
struct NormalizeFuncOptions {
  /// The norm's exponent.
  GRADUS_ARG(double, p) = 2.0;
  /// The dim that holds the vectors.
  GRADUS_ARG(int64_t, dim) = 1;
  /// The least norm that is divided by.
  GRADUS_ARG(double, eps) = 1e-12;
  /// Where the result is written, if anywhere.
  GRADUS_ARG(std::optional<Tensor>, out);
};
}  // namespace functional

}  // namespace gradus::nn
