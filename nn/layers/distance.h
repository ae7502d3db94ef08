// Distances as layers; see autograd/ops/linalg/distance.h.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/distance.h"

namespace gradus::nn {

class CosineSimilarityImpl : public Stateless<CosineSimilarityImpl, CosineSimilarityOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2);
};
using CosineSimilarity = ModuleHolder<CosineSimilarityImpl>;

class PairwiseDistanceImpl : public Stateless<PairwiseDistanceImpl, PairwiseDistanceOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2);
};
using PairwiseDistance = ModuleHolder<PairwiseDistanceImpl>;

}  // namespace gradus::nn
