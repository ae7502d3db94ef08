// Pictures taken apart, put together, and looked at elsewhere. Any order of derivative.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// [.., C r r, H, W] to [.., C, H r, W r], and back.
Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor);
Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor);
// [N, C, ..]: channels seen as [groups, C / groups] are transposed.
Tensor channel_shuffle(const Tensor& self, int64_t groups);

// The patches of [N, C, H, W] or [C, H, W] as columns: [N, C kh kw, number of places].
Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride);
// Columns added up where they came from.
Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size,
              IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride);

// input [N, C, (D,) H, W] at the places grid [N, .., 2 or 3], (x, y(, z)) from -1 to 1: from centre
// to centre of the corner elements with align_corners, else from edge to edge. interpolation_mode:
// 0 bilinear, 1 nearest, 2 bicubic (of pictures only). padding_mode, beyond the edges: 0 zeros, 1
// the edge, 2 reflection.
Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                    int64_t padding_mode, bool align_corners);
// The grid [N, (D,) H, W, 2 or 3] that theta [N, 2, 3] or [N, 3, 4] maps the places of `size`
// ([N, C, (D,) H, W]) to.
Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners);

}  // namespace gradus
