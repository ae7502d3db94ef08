// Pictures taken apart, put together, and looked at elsewhere. Any order of derivative.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// [.., C r r, H, W] to [.., C, H r, W r]: r r channels become an r x r square of pixels. Throws
/// Error when the channels are not a multiple of r r. Shi et al., Real-Time Single Image and Video
/// Super-Resolution, 2016.
Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor);
/// The way back of pixel_shuffle(): [.., C, H r, W r] to [.., C r r, H, W].
Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor);
/// [N, C, ..] with its channels, seen as [groups, C / groups], transposed. Throws Error when they
/// do not make `groups` groups. Zhang et al., ShuffleNet, 2018.
Tensor channel_shuffle(const Tensor& self, int64_t groups);

/// The patches of [N, C, H, W] or [C, H, W] that a kernel covers, as columns: [N, C kh kw, number
/// of places]. The arguments are those of conv2d(); this is what nn::Unfold does. Throws Error when
/// the kernel does not fit.
Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride);
/// The transpose of im2col(): columns [N, C kh kw, number of places] added up in pictures of
/// output_size [H, W] where they came from. This is what nn::Fold does.
Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size,
              IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride);

/// input [N, C, (D,) H, W] looked up at the places grid [N, .., 2 or 3]: (x, y(, z)) from -1 to 1
/// reaches from centre to centre of the corner elements with align_corners, else from edge to edge.
/// interpolation_mode: 0 bilinear, 1 nearest, 2 bicubic (of pictures only). padding_mode, beyond
/// the edges: 0 zeros, 1 the edge, 2 reflection. Throws Error when shapes or types do not fit.
/// Jaderberg et al., Spatial Transformer Networks, 2015.
Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                    int64_t padding_mode, bool align_corners);
/// The grid [N, (D,) H, W, 2 or 3] of places for grid_sampler() to which theta [N, 2, 3] or [N, 3,
/// 4] maps those of a picture of `size` [N, C, (D,) H, W].
Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners);

}  // namespace gradus
