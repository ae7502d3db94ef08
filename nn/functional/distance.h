// Distances as functions; see autograd/ops/linalg/distance.h.
#pragma once

#include "autograd/ops/linalg/distance.h"
#include "nn/options/distance.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

using gradus::pdist;

/// x1 · x2 / (|x1| |x2|) over a dim, with norms of at least eps. The shapes broadcast.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                         const CosineSimilarityFuncOptions& options = {});
/// The p-norm of x1 - x2 + eps over the last dim. The shapes broadcast.
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                         const PairwiseDistanceFuncOptions& options = {});

}  // namespace gradus::nn::functional
