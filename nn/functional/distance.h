// Distances as functions; see autograd/ops/linalg/distance.h.
#pragma once

#include "autograd/ops/linalg/distance.h"
#include "nn/options/distance.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

using gradus::pdist;

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                         const CosineSimilarityFuncOptions& options = {});
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                         const PairwiseDistanceFuncOptions& options = {});

}  // namespace gradus::nn::functional
