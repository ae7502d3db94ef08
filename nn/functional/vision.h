// Padding, interpolation and other work on pictures, as functions; see
// autograd/ops/image/resample.h and vision.h.
#pragma once

#include "nn/options/padding.h"
#include "nn/options/vision.h"

namespace gradus::nn::functional {

Tensor pad(const Tensor& input, const PadFuncOptions& options);
// [N, C, spatial...] with 1 to 3 spatial dims: kLinear is for 1, kBilinear and kBicubic for 2,
// kTrilinear for 3, the others for any. antialias: kBilinear and kBicubic.
Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);
Tensor channel_shuffle(const Tensor& input, int64_t groups);
Tensor fold(const Tensor& input, const FoldFuncOptions& options);
Tensor unfold(const Tensor& input, const UnfoldFuncOptions& options);
Tensor grid_sample(const Tensor& input, const Tensor& grid,
                   const GridSampleFuncOptions& options = {});
Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners = false);

}  // namespace gradus::nn::functional
