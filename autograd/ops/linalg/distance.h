// Distances and similarities of vectors.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace gradus {

/// The p-norm of x1 - x2 + eps over the last dim: [..., d] gives [...]. Shapes broadcast.
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2, double eps = 1e-6,
                         bool keepdim = false);
/// The p-norm of all elements of self - other, a 0-dim tensor. Shapes broadcast.
Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p = 2);
/// The cosine of the angle between x1 and x2 along `dim`: x1 . x2 / (|x1| |x2|), with norms of at
/// least eps. Shapes broadcast.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1, double eps = 1e-8);

/// The p-norm distances between the rows of x1 [..., n, k] and x2 [..., m, k]: [..., n, m]; batch
/// dims broadcast. With p = 2 compute_mode 1 multiplies matrices, |a|^2 + |b|^2 - 2 a b, which is
/// quick but rounds short distances between large vectors; 2 subtracts; 0, the default, multiplies
/// where n or m is above 25. Throws Error unless both are of one floating type, and for a negative
/// p.
Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2,
             std::optional<int64_t> compute_mode = {});
/// The p-norm distances between the rows of self [n, k], each pair once: [n (n - 1) / 2], row 0
/// with the later ones first. Throws Error for a negative p.
Tensor pdist(const Tensor& self, double p = 2);

}  // namespace gradus
