// Distances and similarities of vectors.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace gradus {

// The p-norm of x1 - x2 + eps over the last dim.
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2, double eps = 1e-6,
                         bool keepdim = false);
// The p-norm of self - other.
Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p = 2);
// x1 . x2 / (|x1| |x2|) over `dim`, with norms of at least eps.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1, double eps = 1e-8);

// The p-norm distances between the rows of x1 [..., n, k] and x2 [..., m, k]: [..., n, m]. With p
// of 2 compute_mode 1 multiplies matrices, |a|^2 + |b|^2 - 2 a b, which is quick but rounds short
// distances between large vectors; 2 subtracts; 0 multiplies where n or m is above 25. p >= 0.
Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2,
             std::optional<int64_t> compute_mode = {});
// The p-norm distances between the rows of self [n, k], each pair once: [n (n - 1) / 2].
Tensor pdist(const Tensor& self, double p = 2);

}  // namespace gradus
