// Padding and interpolation: what is linear in each spatial dim. Any order of derivative.
#pragma once

#include <string_view>

#include "tensor/tensor.h"

namespace gradus {

namespace raw {
struct Axis;
}
namespace detail {
// Recorded raw::resample.
Tensor resample(const char* op, const Tensor& x, std::vector<raw::Axis> axes);
// The same where the result or x has no elements: zeros, made without axes, which might be long.
Tensor resampled_none(const char* op, const Tensor& x, IntArrayRef out);
}  // namespace detail

// `pad` gives what to add in front and behind, for the last dim first; negative counts cut off.
Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value = 0);
// mode: "constant", and for the last 1 to 3 dims of inputs with one or two dims more: "reflect"
// (without the edge), "replicate" (the edge), "circular".
Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode = "constant",
           std::optional<double> value = std::nullopt);
#define GRADUS_PAD(D)                                               \
  Tensor reflection_pad##D##d(const Tensor& self, IntArrayRef pad); \
  Tensor replication_pad##D##d(const Tensor& self, IntArrayRef pad);
GRADUS_PAD(1)
GRADUS_PAD(2)
GRADUS_PAD(3)
#undef GRADUS_PAD

// To output_size places; self is [N, C, spatial...] with as many spatial dims as the name says.
// `scales` say how much larger the result is meant to be where that is not the ratio of sizes.
// The nearest modes follow them in every number of dims, and the gradient is that of the value.
// PyTorch's nearest forgets them where a size stays or doubles: in two dims, and in the gradient
// also in one and three, which then is not the derivative of its own value.
Tensor upsample_nearest1d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales = {});
Tensor upsample_nearest2d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
Tensor upsample_nearest3d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_d = {}, std::optional<double> scales_h = {},
                          std::optional<double> scales_w = {});
Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales = {});
Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales_h = {},
                                 std::optional<double> scales_w = {});
Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales_d = {},
                                 std::optional<double> scales_h = {},
                                 std::optional<double> scales_w = {});
// Those below take floating types; in two dims uint8 too, with results rounded.
// align_corners: the centres of the corner elements stay in place, else their outer edges.
Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                         std::optional<double> scales = {});
Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                           std::optional<double> scales_h = {},
                           std::optional<double> scales_w = {});
Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                            std::optional<double> scales_d = {},
                            std::optional<double> scales_h = {},
                            std::optional<double> scales_w = {});
Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                          std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
// The same after a filter that keeps high frequencies from folding back when sizes shrink.
Tensor _upsample_bilinear2d_aa(const Tensor& self, IntArrayRef output_size, bool align_corners,
                               std::optional<double> scales_h = {},
                               std::optional<double> scales_w = {});
Tensor _upsample_bicubic2d_aa(const Tensor& self, IntArrayRef output_size, bool align_corners,
                              std::optional<double> scales_h = {},
                              std::optional<double> scales_w = {});

}  // namespace gradus
