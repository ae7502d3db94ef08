// Pooling as functions. The input has places of one to three dims behind one dim (channels) or two
// (batch and channels). Any order of derivative.
#pragma once

#include <tuple>

#include "nn/options/pool.h"

namespace gradus::nn::functional {

// --- Averages ----

/// The average of each window of input [N, C, L] or [C, L]: `avg_pool1d(x, 3)`. The result has
/// floor((L + 2 padding - kernel_size) / stride) + 1 places, rounded up with ceil_mode, where no
/// window starts behind the input. Throws Error for shapes and options that do not fit.
Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options);
/// avg_pool1d in two dims, for input [N, C, H, W] or [C, H, W].
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
/// avg_pool1d in three dims, for input [N, C, D, H, W] or [C, D, H, W].
Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& options);

/// The averages of n = output_size windows of input [N, C, L] or [C, L], which together cover the
/// input: window i reaches from floor(i L / n) to ceil((i + 1) L / n).
Tensor adaptive_avg_pool1d(const Tensor& input, const AdaptiveAvgPool1dFuncOptions& options);
/// adaptive_avg_pool1d in two dims: `adaptive_avg_pool2d(x, {{7, std::nullopt}})` keeps the width.
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options);
/// adaptive_avg_pool1d in three dims.
Tensor adaptive_avg_pool3d(const Tensor& input, const AdaptiveAvgPool3dFuncOptions& options);

/// The p-norm of each window of input [N, C, L] or [C, L] with p = norm_type: (sum xᵖ)^(1/p). It
/// takes no absolute values, so it is meant for inputs that are not negative, or an even p.
Tensor lp_pool1d(const Tensor& input, const LPPool1dFuncOptions& options);
/// lp_pool1d in two dims.
Tensor lp_pool2d(const Tensor& input, const LPPool2dFuncOptions& options);
/// lp_pool1d in three dims.
Tensor lp_pool3d(const Tensor& input, const LPPool3dFuncOptions& options);

// --- Maxima ----

/// The maximum of each window of input [N, C, L] or [C, L]: `max_pool1d(x, 3)`. NaN counts as the
/// largest. The result has floor((L + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1
/// places, rounded up with ceil_mode, where no window starts behind the input. Throws Error for
/// shapes and options that do not fit.
Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options);
/// max_pool1d in two dims, for input [N, C, H, W] or [C, H, W].
Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options);
/// max_pool1d in three dims, for input [N, C, D, H, W] or [C, D, H, W].
Tensor max_pool3d(const Tensor& input, const MaxPool3dFuncOptions& options);
/// max_pool1d and where each maximum was: int64, the number of the element in its row.
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input,
                                                   const MaxPool1dFuncOptions& options);
/// max_pool2d and where each maximum was: int64, counted through the plane [H, W].
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input,
                                                   const MaxPool2dFuncOptions& options);
/// max_pool3d and where each maximum was: int64, counted through [D, H, W].
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& input,
                                                   const MaxPool3dFuncOptions& options);

/// The maxima of the windows that adaptive_avg_pool1d describes.
Tensor adaptive_max_pool1d(const Tensor& input, const AdaptiveMaxPool1dFuncOptions& options);
/// adaptive_max_pool1d in two dims.
Tensor adaptive_max_pool2d(const Tensor& input, const AdaptiveMaxPool2dFuncOptions& options);
/// adaptive_max_pool1d in three dims.
Tensor adaptive_max_pool3d(const Tensor& input, const AdaptiveMaxPool3dFuncOptions& options);
/// adaptive_max_pool1d and where each maximum was, as max_pool1d_with_indices counts.
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(
    const Tensor& input, const AdaptiveMaxPool1dFuncOptions& options);
/// adaptive_max_pool2d and where each maximum was, as max_pool2d_with_indices counts.
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(
    const Tensor& input, const AdaptiveMaxPool2dFuncOptions& options);
/// adaptive_max_pool3d and where each maximum was, as max_pool3d_with_indices counts.
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(
    const Tensor& input, const AdaptiveMaxPool3dFuncOptions& options);

/// The maxima of windows at random places of input [N, C, H, W] or [C, H, W] (Graham, "Fractional
/// max-pooling", 2014). The places are drawn from the default generator unless the options have
/// them. Throws Error unless the options have an output_size or an output_ratio.
Tensor fractional_max_pool2d(const Tensor& input, const FractionalMaxPool2dFuncOptions& options);
/// fractional_max_pool2d in three dims.
Tensor fractional_max_pool3d(const Tensor& input, const FractionalMaxPool3dFuncOptions& options);
/// fractional_max_pool2d and where each maximum was, as max_pool2d_with_indices counts.
std::tuple<Tensor, Tensor> fractional_max_pool2d_with_indices(
    const Tensor& input, const FractionalMaxPool2dFuncOptions& options);
/// fractional_max_pool3d and where each maximum was, as max_pool3d_with_indices counts.
std::tuple<Tensor, Tensor> fractional_max_pool3d_with_indices(
    const Tensor& input, const FractionalMaxPool3dFuncOptions& options);

// --- The way back ----

/// Zeros, and the elements of `input` at the `indices` that max_pool1d_with_indices gave with them.
/// Without an output_size the result has the smallest size that the pooling can have come from.
/// Throws Error for an output_size that the pooling cannot have come from, and for an index out of
/// range.
Tensor max_unpool1d(const Tensor& input, const Tensor& indices,
                    const MaxUnpool1dFuncOptions& options);
/// max_unpool1d in two dims.
Tensor max_unpool2d(const Tensor& input, const Tensor& indices,
                    const MaxUnpool2dFuncOptions& options);
/// max_unpool1d in three dims.
Tensor max_unpool3d(const Tensor& input, const Tensor& indices,
                    const MaxUnpool3dFuncOptions& options);

/// The sizes that max_unpool gives the last dims: those that pooling would turn into the input's,
/// or output_size when it lies within a stride of them. Throws Error when it does not.
std::vector<int64_t> _unpool_output_size(const Tensor& input, const IntArrayRef& kernel_size,
                                         const IntArrayRef& stride, const IntArrayRef& padding,
                                         const std::optional<std::vector<int64_t>>& output_size);

}  // namespace gradus::nn::functional
