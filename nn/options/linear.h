// Options of the linear layers and of those that reshape.
#pragma once

#include <vector>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of Linear: `LinearOptions(4, 3).bias(false)`.
struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  /// The size of the input's last dim.
  GRADUS_ARG(int64_t, in_features);
  /// The size of the result's last dim.
  GRADUS_ARG(int64_t, out_features);
  /// Whether there is a bias.
  GRADUS_ARG(bool, bias) = true;
};

/// The options of Bilinear.
struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  /// The size of the first input's last dim.
  GRADUS_ARG(int64_t, in1_features);
  /// The size of the second input's last dim.
  GRADUS_ARG(int64_t, in2_features);
  /// The size of the result's last dim.
  GRADUS_ARG(int64_t, out_features);
  /// Whether there is a bias.
  GRADUS_ARG(bool, bias) = true;
};

/// The options of Flatten.
struct FlattenOptions {
  /// The first dim that is merged.
  GRADUS_ARG(int64_t, start_dim) = 1;
  /// The last dim that is merged.
  GRADUS_ARG(int64_t, end_dim) = -1;
};

/// The options of Unflatten: `UnflattenOptions(1, {2, 5})`.
struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  /// The dim that is split.
  GRADUS_ARG(int64_t, dim);
  /// What it is split into; one of them may be -1.
  GRADUS_ARG(std::vector<int64_t>, sizes);
};

}  // namespace gradus::nn
