// Options of normalisation.
#pragma once

#include <vector>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  GRADUS_ARG(int64_t, num_features);
  GRADUS_ARG(double, eps) = 1e-5;
  // The weight of the newest batch in the running statistics; none for the average over all.
  GRADUS_ARG(std::optional<double>, momentum) = 0.1;
  GRADUS_ARG(bool, affine) = true;
  GRADUS_ARG(bool, track_running_stats) = true;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

struct InstanceNormOptions {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  GRADUS_ARG(int64_t, num_features);
  GRADUS_ARG(double, eps) = 1e-5;
  GRADUS_ARG(double, momentum) = 0.1;
  GRADUS_ARG(bool, affine) = false;
  GRADUS_ARG(bool, track_running_stats) = false;
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

struct RMSNormOptions {
  RMSNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  GRADUS_ARG(std::vector<int64_t>, normalized_shape);
  // By default the machine epsilon of the input's type.
  GRADUS_ARG(std::optional<double>, eps) = std::nullopt;
  GRADUS_ARG(bool, elementwise_affine) = true;
};

// Over `size` channels.
struct LocalResponseNormOptions {
  LocalResponseNormOptions(int64_t size) : size_(size) {}
  GRADUS_ARG(int64_t, size);
  GRADUS_ARG(double, alpha) = 1e-4;
  GRADUS_ARG(double, beta) = 0.75;
  GRADUS_ARG(double, k) = 1.;
};
struct CrossMapLRN2dOptions {
  CrossMapLRN2dOptions(int64_t size) : size_(size) {}
  GRADUS_ARG(int64_t, size);
  GRADUS_ARG(double, alpha) = 1e-4;
  GRADUS_ARG(double, beta) = 0.75;
  GRADUS_ARG(int64_t, k) = 1;
};

struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  GRADUS_ARG(std::vector<int64_t>, normalized_shape);
  GRADUS_ARG(double, eps) = 1e-5;
  GRADUS_ARG(bool, elementwise_affine) = true;
};

struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  GRADUS_ARG(int64_t, num_groups);
  GRADUS_ARG(int64_t, num_channels);
  GRADUS_ARG(double, eps) = 1e-5;
  GRADUS_ARG(bool, affine) = true;
};

namespace functional {
struct BatchNormFuncOptions {
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(Tensor, bias);
  GRADUS_ARG(bool, training) = false;
  GRADUS_ARG(double, momentum) = 0.1;
  GRADUS_ARG(double, eps) = 1e-5;
};
struct InstanceNormFuncOptions {
  GRADUS_ARG(Tensor, running_mean);
  GRADUS_ARG(Tensor, running_var);
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(Tensor, bias);
  GRADUS_ARG(bool, use_input_stats) = true;
  GRADUS_ARG(double, momentum) = 0.1;
  GRADUS_ARG(double, eps) = 1e-5;
};
using LocalResponseNormFuncOptions = LocalResponseNormOptions;
struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  GRADUS_ARG(std::vector<int64_t>, normalized_shape);
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(Tensor, bias);
  GRADUS_ARG(double, eps) = 1e-5;
};
struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  GRADUS_ARG(int64_t, num_groups);
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(Tensor, bias);
  GRADUS_ARG(double, eps) = 1e-5;
};
struct NormalizeFuncOptions {
  GRADUS_ARG(double, p) = 2.0;
  GRADUS_ARG(int64_t, dim) = 1;
  GRADUS_ARG(double, eps) = 1e-12;
  GRADUS_ARG(std::optional<Tensor>, out);
};
}  // namespace functional

}  // namespace gradus::nn
