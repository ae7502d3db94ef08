// Pooling over the last 1 to 3 dims, before which the input has one (channels) or two (batch and
// channels). Lists have one entry for each of these dims, or one for all; no stride means that of
// the kernel. Any order of derivative. Throws where shapes do not fit, naming them.
#pragma once

#include <tuple>

#include "tensor/tensor.h"

namespace gradus {

// --- The largest of each window ----

/// The largest element of each window of `kernel_size` elements; a nan counts as the largest.
/// [N, C, L] or [C, L] becomes [N, C, L'] or [C, L'] with
///   L' = floor((L + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1.
/// No stride means `kernel_size`. With `ceil_mode` the quotient is rounded up, but no window starts
/// behind the input. Padding never wins. The gradient goes to the element that was taken.
/// Throws Error when the padding is more than half of the kernel or the kernel does not fit.
Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
/// The largest element of each window of [N, C, H, W] or [C, H, W]; each of the last two dims as in
/// max_pool1d(). Lists have an entry for each of them, or one for both.
Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
/// The largest element of each window of [N, C, D, H, W] or [C, D, H, W]; each of the last three
/// dims as in max_pool1d().
Tensor max_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);

/// The values of max_pool1d() and where they were: int64 indices along the input's last dim.
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);
/// The values of max_pool2d() and where they were: int64 numbers that count the elements of an
/// input plane [H, W] row by row, as max_unpool2d() takes them.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);
/// The values of max_pool3d() and where they were: int64 numbers that count the elements of an
/// input volume [D, H, W] row by row, as max_unpool3d() takes them.
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);

/// The largest elements of windows that cover each spatial dim so that the result has
/// `output_size` elements there: window i of n reaches from floor(i size / n) to
/// ceil((i + 1) size / n). Gives the values and their int64 indices as max_pool1d_with_indices().
/// Input [N, C, L] or [C, L].
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self, IntArrayRef output_size);
/// As adaptive_max_pool1d(), of [N, C, H, W] or [C, H, W].
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self, IntArrayRef output_size);
/// As adaptive_max_pool1d(), of [N, C, D, H, W] or [C, D, H, W].
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& self, IntArrayRef output_size);

/// The largest elements of windows whose places are random: random_samples [N, C, 2], in [0, 1) and
/// of the input's type, moves the windows of each plane. Input [N, C, H, W] or [C, H, W]; gives the
/// values [.., output_size] and their int64 indices in the plane. Throws Error when the windows do
/// not fit. Benjamin Graham, Fractional Max-Pooling, 2014.
std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples);
/// As fractional_max_pool2d(), of [N, C, D, H, W] or [C, D, H, W] with random_samples [N, C, 3].
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples);

/// The way back from max_pool2d_with_indices(): planes of `output_size` [H, W] that hold each
/// element of `self` at the place its index names, and zeros elsewhere. Of equal indices the last
/// counts. Throws Error when an index is out of range.
Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size);
/// The way back from max_pool3d_with_indices(), to volumes of `output_size` [D, H, W]; see
/// max_unpool2d(). stride and padding are there for libtorch's sake, and are not read.
Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size,
                    IntArrayRef stride = 1, IntArrayRef padding = 0);

// --- The average of each window ----

/// The mean of each window of `kernel_size` elements. [N, C, L] or [C, L] becomes [N, C, L'] or
/// [C, L'] with L' = floor((L + 2 padding - kernel_size) / stride) + 1; stride and ceil_mode as in
/// max_pool1d(). Padding counts as zeros with `count_include_pad`, else it does not count.
/// `divisor_override` replaces the number of elements that the sum is divided by.
/// Throws Error when the padding is more than half of the kernel, the kernel does not fit, or the
/// divisor is 0.
Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = std::nullopt);
/// The mean of each window of [N, C, H, W] or [C, H, W]; each of the last two dims as in
/// avg_pool1d(). Lists have an entry for each of them, or one for both.
Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = std::nullopt);
/// The mean of each window of [N, C, D, H, W] or [C, D, H, W]; each of the last three dims as in
/// avg_pool1d().
Tensor avg_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = std::nullopt);

/// The mean of windows that cover the last dim so that the result has `output_size` elements there;
/// the windows are those of adaptive_max_pool1d(). Input [N, C, L] or [C, L].
Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size);
/// As adaptive_avg_pool1d(), of [N, C, H, W] or [C, H, W]. With output_size 1, the mean of each
/// plane.
Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size);
/// As adaptive_avg_pool1d(), of [N, C, D, H, W] or [C, D, H, W].
Tensor adaptive_avg_pool3d(const Tensor& self, IntArrayRef output_size);

}  // namespace gradus
