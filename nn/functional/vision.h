// Padding, interpolation and other work on pictures, as functions; see
// autograd/ops/image/resample.h and vision.h.
#pragma once

#include "nn/options/padding.h"
#include "nn/options/vision.h"

namespace gradus::nn::functional {

/// What stands around the input: a number (kConstant), the elements mirrored without the edge
/// (kReflect), the edge (kReplicate), or the other end (kCircular). The list of the options holds
/// what to add in front and behind, for the last dim first; negative numbers cut off. All modes but
/// kConstant are for the last 1 to 3 dims of inputs with one or two dims more.
Tensor pad(const Tensor& input, const PadFuncOptions& options);
/// Makes [N, C, places...] with 1 to 3 dims of places larger or smaller, to a size or by a factor.
/// kLinear is for 1 dim, kBilinear and kBicubic are for 2, kTrilinear is for 3, the others for any.
/// antialias is for kBilinear and kBicubic. Throws Error for a mode or a list that does not fit the
/// dims.
Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
/// interpolate, by a name of old.
Tensor upsample(const Tensor& input, const InterpolateFuncOptions& options = {});
/// interpolate of mode kNearest, to a size or by a factor.
Tensor upsample_nearest(const Tensor& input, const InterpolateFuncOptions& options = {});
/// interpolate of mode kBilinear with align_corners, to a size or by a factor.
Tensor upsample_bilinear(const Tensor& input, const InterpolateFuncOptions& options = {});
/// The sizes that interpolate gives the last `dim` dims of an input, for (input, size,
/// scale_factor, recompute_scale_factor), by libtorch's name.
std::vector<int64_t> _interp_output_size(
    int64_t dim, std::tuple<Tensor, std::optional<std::vector<int64_t>>,
                            std::optional<std::vector<double>>, std::optional<bool>>
                     closed_over_args);
/// [..., C r², H, W] to [..., C, H r, W r] with r = upscale_factor (Shi et al., "Real-time single
/// image and video super-resolution", 2016).
Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
/// [..., C, H r, W r] to [..., C r², H, W] with r = downscale_factor, the reverse of pixel_shuffle.
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);
/// input [N, C, ...]: channels seen as [groups, C / groups] are transposed.
Tensor channel_shuffle(const Tensor& input, int64_t groups);
/// Adds the patches of [N, C kh kw, places] up to pictures [N, C, H, W], each where unfold took it
/// from; or both without N.
Tensor fold(const Tensor& input, const FoldFuncOptions& options);
/// The patches of [N, C, H, W] as columns [N, C kh kw, places]; or both without N.
Tensor unfold(const Tensor& input, const UnfoldFuncOptions& options);
/// input [N, C, (D,) H, W] looked up at the places grid [N, ..., 2 or 3], which are (x, y(, z))
/// from -1 to 1: from centre to centre of the corner elements with align_corners, else from edge to
/// edge. kBicubic is for pictures only.
Tensor grid_sample(const Tensor& input, const Tensor& grid,
                   const GridSampleFuncOptions& options = {});
/// The grid [N, (D,) H, W, 2 or 3] for grid_sample that theta [N, 2, 3] or [N, 3, 4] maps the
/// places of `size`, [N, C, (D,) H, W], to. Throws Error unless all sizes are positive.
Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners = false);

}  // namespace gradus::nn::functional
