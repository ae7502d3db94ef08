// Distances as layers; see autograd/ops/linalg/distance.h.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/distance.h"

namespace gradus::nn {

/// The cosine of the angle between vectors; see functional::cosine_similarity.
class CosineSimilarityImpl : public Stateless<CosineSimilarityImpl, CosineSimilarityOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::cosine_similarity.
  Tensor forward(const Tensor& input1, const Tensor& input2);
};
using CosineSimilarity = ModuleHolder<CosineSimilarityImpl>;  ///< Holds a CosineSimilarityImpl.

/// The distance of vectors in the last dim; see functional::pairwise_distance.
class PairwiseDistanceImpl : public Stateless<PairwiseDistanceImpl, PairwiseDistanceOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::pairwise_distance.
  Tensor forward(const Tensor& input1, const Tensor& input2);
};
using PairwiseDistance = ModuleHolder<PairwiseDistanceImpl>;  ///< Holds a PairwiseDistanceImpl.

}  // namespace gradus::nn
