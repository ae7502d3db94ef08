// Pooling over the last 1 to 3 dims, before which the input has one (channels) or two (batch and
// channels). Lists have one entry for each of these dims, or one for all; no stride means that of
// the kernel. Any order of derivative. Throws where shapes do not fit, naming them.
#pragma once

#include <tuple>

#include "tensor/tensor.h"

namespace gradus {

// A dim of the result is floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, with
// ceil_mode rounded up, but no window starts behind the input. Padding is at most half the kernel.
// Indices (int64) count the elements of an input plane. Maxima of windows: NaN wins.
// Averages: padding counts as zeros with count_include_pad; divisor_override replaces the number of
// elements.
#define GRADUS_POOL(D)                                                                        \
  Tensor max_pool##D##d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {}, \
                        IntArrayRef padding = 0, IntArrayRef dilation = 1,                    \
                        bool ceil_mode = false);                                              \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(                                     \
      const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},                   \
      IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);             \
  Tensor avg_pool##D##d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {}, \
                        IntArrayRef padding = 0, bool ceil_mode = false,                      \
                        bool count_include_pad = true,                                        \
                        std::optional<int64_t> divisor_override = std::nullopt);              \
  /* Of windows from floor(i in / out) to ceil((i + 1) in / out). */                          \
  Tensor adaptive_avg_pool##D##d(const Tensor& self, IntArrayRef output_size);                \
  std::tuple<Tensor, Tensor> adaptive_max_pool##D##d(const Tensor& self, IntArrayRef output_size);
GRADUS_POOL(1)
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

// Elements at the places that max pooling took them from, zeros elsewhere; of equal indices the
// last counts. Throws when an index is out of range.
Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size);
Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size,
                    IntArrayRef stride = 1, IntArrayRef padding = 0);

// Max pooling of windows that random_samples [N, C, 2 or 3] in [0, 1) place. Graham, Fractional
// max-pooling, 2014.
std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples);
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples);

}  // namespace gradus
