// Convolutions as functions. Any order of derivative.
#pragma once

#include "nn/options/conv.h"

namespace gradus::nn::functional {

/// Convolves input [N, in, L] or [in, L] with weight [out, in / groups, kernel]:
/// `conv1d(x, w, Conv1dFuncOptions().bias(b).padding(1))`. The result is [N, out, places] with
/// floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 places. All tensors are of one
/// dtype, not bool. Throws Error for shapes and options that do not fit.
Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options = {});
/// conv1d in two dims: input [N, in, H, W] or [in, H, W], weight [out, in / groups, kh, kw].
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options = {});
/// conv1d in three dims: input [N, in, D, H, W] or without N, weight [out, in / groups, kd, kh,
/// kw].
Tensor conv3d(const Tensor& input, const Tensor& weight, const Conv3dFuncOptions& options = {});

/// The transposed conv1d, which is its gradient by the input: input [N, in, L] or [in, L], weight
/// [in, out / groups, kernel]. The result is [N, out, places] with (L - 1) stride - 2 padding +
/// dilation (kernel - 1) + output_padding + 1 places. Throws Error for shapes and options that do
/// not fit.
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& options = {});
/// conv_transpose1d in two dims.
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& options = {});
/// conv_transpose1d in three dims.
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose3dFuncOptions& options = {});

}  // namespace gradus::nn::functional
