// Pooling as functions; see autograd/ops/image/pool.h.
#pragma once

#include <tuple>

#include "nn/options/pool.h"

namespace gradus::nn::functional {

#define GRADUS_POOL(D)                                                                             \
  Tensor avg_pool##D##d(const Tensor& input, const AvgPool##D##dFuncOptions& options);             \
  Tensor max_pool##D##d(const Tensor& input, const MaxPool##D##dFuncOptions& options);             \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(const Tensor& input,                      \
                                                         const MaxPool##D##dFuncOptions& options); \
  Tensor adaptive_avg_pool##D##d(const Tensor& input,                                              \
                                 const AdaptiveAvgPool##D##dFuncOptions& options);                 \
  Tensor adaptive_max_pool##D##d(const Tensor& input,                                              \
                                 const AdaptiveMaxPool##D##dFuncOptions& options);                 \
  std::tuple<Tensor, Tensor> adaptive_max_pool##D##d_with_indices(                                 \
      const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& options);                       \
  /* The p-norm of each window: (sum x^p)^(1/p). */                                                \
  Tensor lp_pool##D##d(const Tensor& input, const LPPool##D##dFuncOptions& options);               \
  /* Without output_size the smallest that the pooling can have come from. */                      \
  Tensor max_unpool##D##d(const Tensor& input, const Tensor& indices,                              \
                          const MaxUnpool##D##dFuncOptions& options);
GRADUS_POOL(1)
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

// Draws its windows unless they are given.
#define GRADUS_POOL(D)                                                                 \
  Tensor fractional_max_pool##D##d(const Tensor& input,                                \
                                   const FractionalMaxPool##D##dFuncOptions& options); \
  std::tuple<Tensor, Tensor> fractional_max_pool##D##d_with_indices(                   \
      const Tensor& input, const FractionalMaxPool##D##dFuncOptions& options);
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

}  // namespace gradus::nn::functional
