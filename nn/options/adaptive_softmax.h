// Options of the adaptive softmax.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/base/arg.h"

namespace gradus::nn {

/// The options of AdaptiveLogSoftmaxWithLoss.
struct AdaptiveLogSoftmaxWithLossOptions {
  AdaptiveLogSoftmaxWithLossOptions(int64_t in_features, int64_t n_classes,
                                    std::vector<int64_t> cutoffs)
      : in_features_(in_features), n_classes_(n_classes), cutoffs_(std::move(cutoffs)) {}
  /// The size of the input's last dim.
  GRADUS_ARG(int64_t, in_features);
  /// How many classes there are.
  GRADUS_ARG(int64_t, n_classes);
  /// The first class of each cluster, rising, between 1 and n_classes - 1.
  GRADUS_ARG(std::vector<int64_t>, cutoffs);
  /// Cluster i, from 1, works on in_features / div_value^i features.
  GRADUS_ARG(double, div_value) = 4.;
  /// Whether the head has a bias.
  GRADUS_ARG(bool, head_bias) = false;
};

}  // namespace gradus::nn
