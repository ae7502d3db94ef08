// Options of distances.
#pragma once

#include <cstdint>

#include "tensor/base/arg.h"

namespace gradus::nn {

/// The options of CosineSimilarity.
struct CosineSimilarityOptions {
  /// The dim that holds the vectors.
  GRADUS_ARG(int64_t, dim) = 1;
  /// The least norm that is divided by.
  GRADUS_ARG(double, eps) = 1e-8;
};
/// The options of PairwiseDistance.
struct PairwiseDistanceOptions {
  /// The norm's exponent.
  GRADUS_ARG(double, p) = 2.0;
  /// Is added to each difference of elements.
  GRADUS_ARG(double, eps) = 1e-6;
  /// Keeps the last dim, as one of size 1.
  GRADUS_ARG(bool, keepdim) = false;
};

namespace functional {
/// Of cosine_similarity.
using CosineSimilarityFuncOptions = CosineSimilarityOptions;
/// Of pairwise_distance.
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;
}  // namespace functional

}  // namespace gradus::nn
