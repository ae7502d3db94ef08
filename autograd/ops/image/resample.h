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

/// self with `value` around it. `pad` gives how many places to add in front and behind, in pairs,
/// for the last dim first; negative counts cut off. Throws Error when there are more pairs than
/// dims, or more is cut off than there is.
Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value = 0);
/// self with more places around it, which `mode` fills: "constant" as constant_pad_nd(), or for the
/// last 1 to 3 dims of an input with one or two dims more "reflect" (mirrored at the edge, without
/// it), "replicate" (the edge) or "circular" (from the other end). Throws Error when the mode has
/// not enough elements for it, and for a value beside another mode than "constant".
Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode = "constant",
           std::optional<double> value = std::nullopt);
/// pad() by mode "reflect" of the last dim of [N, C, L] or [C, L]; `pad` has 2 counts.
Tensor reflection_pad1d(const Tensor& self, IntArrayRef pad);
/// pad() by mode "reflect" of the last two dims of [N, C, H, W] or [C, H, W]; `pad` has 4 counts,
/// for the last dim first.
Tensor reflection_pad2d(const Tensor& self, IntArrayRef pad);
/// pad() by mode "reflect" of the last three dims of [N, C, D, H, W] or [C, D, H, W]; `pad` has 6
/// counts, for the last dim first.
Tensor reflection_pad3d(const Tensor& self, IntArrayRef pad);
/// pad() by mode "replicate" of the last dim of [N, C, L] or [C, L]; `pad` has 2 counts.
Tensor replication_pad1d(const Tensor& self, IntArrayRef pad);
/// pad() by mode "replicate" of the last two dims of [N, C, H, W] or [C, H, W]; `pad` has 4 counts,
/// for the last dim first.
Tensor replication_pad2d(const Tensor& self, IntArrayRef pad);
/// pad() by mode "replicate" of the last three dims of [N, C, D, H, W] or [C, D, H, W]; `pad` has 6
/// counts, for the last dim first.
Tensor replication_pad3d(const Tensor& self, IntArrayRef pad);

// --- Interpolation ----

// To output_size places; self is [N, C, spatial...] with as many spatial dims as the name says.
// `scales` say how much larger the result is meant to be where that is not the ratio of sizes.
// The nearest modes follow them in every number of dims, and the gradient is that of the value.
// PyTorch's nearest forgets them where a size stays or doubles: in two dims, and in the gradient
// also in one and three, which then is not the derivative of its own value.

/// Each of output_size places takes the element of self [N, C, L] nearest in place, rounded down:
/// floor(i L / output_size), or floor(i / scales) where the scale is given.
Tensor upsample_nearest1d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales = {});
/// upsample_nearest1d() along both spatial dims of [N, C, H, W].
Tensor upsample_nearest2d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
/// upsample_nearest1d() along the three spatial dims of [N, C, D, H, W].
Tensor upsample_nearest3d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_d = {}, std::optional<double> scales_h = {},
                          std::optional<double> scales_w = {});
/// upsample_nearest1d() that compares the centres of elements: floor((i + 0.5) L / output_size).
Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales = {});
/// _upsample_nearest_exact1d() along both spatial dims of [N, C, H, W].
Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales_h = {},
                                 std::optional<double> scales_w = {});
/// _upsample_nearest_exact1d() along the three spatial dims of [N, C, D, H, W].
Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales_d = {},
                                 std::optional<double> scales_h = {},
                                 std::optional<double> scales_w = {});
/// Places between two elements of self [N, C, L] mix them in proportion. With align_corners the
/// centres of the first and last element stay in place, else their outer edges, and `scales`, where
/// given, replaces the ratio of sizes. Floating point.
Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                         std::optional<double> scales = {});
/// upsample_linear1d() along both spatial dims of [N, C, H, W]. Floating point or uint8, whose
/// results are rounded.
Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                           std::optional<double> scales_h = {},
                           std::optional<double> scales_w = {});
/// upsample_linear1d() along the three spatial dims of [N, C, D, H, W]. Floating point.
Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                            std::optional<double> scales_d = {},
                            std::optional<double> scales_h = {},
                            std::optional<double> scales_w = {});
/// Each place of the result mixes 4 x 4 elements of self [N, C, H, W] by Keys' cubic kernel with a
/// = -0.75; the edge repeats. align_corners as in upsample_linear1d(). Floating point or uint8,
/// whose results are rounded. Keys, Cubic Convolution Interpolation for Digital Image Processing,
/// 1981.
Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                          std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
/// upsample_bilinear2d() that mixes more elements where sizes shrink, so that high frequencies do
/// not fold back ("antialias").
Tensor _upsample_bilinear2d_aa(const Tensor& self, IntArrayRef output_size, bool align_corners,
                               std::optional<double> scales_h = {},
                               std::optional<double> scales_w = {});
/// upsample_bicubic2d() with a = -0.5 that mixes more elements where sizes shrink, so that high
/// frequencies do not fold back ("antialias").
Tensor _upsample_bicubic2d_aa(const Tensor& self, IntArrayRef output_size, bool align_corners,
                              std::optional<double> scales_h = {},
                              std::optional<double> scales_w = {});

}  // namespace gradus
