// Pooling, padding, sampling and convolutions written to given tensors: see autograd/ops/out.h.
#pragma once

#include "autograd/ops/out.h"

namespace gradus {

/// adaptive_avg_pool1d(self, output_size) into `out`.
Tensor& adaptive_avg_pool1d_out(Tensor& out, const Tensor& self, IntArrayRef output_size);
/// adaptive_avg_pool2d(self, output_size) into `out`.
Tensor& adaptive_avg_pool2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size);
/// adaptive_avg_pool3d(self, output_size) into `out`.
Tensor& adaptive_avg_pool3d_out(Tensor& out, const Tensor& self, IntArrayRef output_size);
/// adaptive_max_pool2d(self, output_size) into `out` and `indices`.
OutputPair adaptive_max_pool2d_out(Tensor& out, Tensor& indices, const Tensor& self,
                                   IntArrayRef output_size);
/// adaptive_max_pool3d(self, output_size) into `out` and `indices`.
OutputPair adaptive_max_pool3d_out(Tensor& out, Tensor& indices, const Tensor& self,
                                   IntArrayRef output_size);
/// affine_grid_generator(theta, size, align_corners) into `out`.
Tensor& affine_grid_generator_out(Tensor& out, const Tensor& theta, IntArrayRef size,
                                  bool align_corners);
/// avg_pool1d(self, kernel_size, stride, padding, ceil_mode, count_include_pad) into `out`.
Tensor& avg_pool1d_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size,
                       IntArrayRef stride = {}, IntArrayRef padding = 0, bool ceil_mode = false,
                       bool count_include_pad = true);
/// avg_pool2d(self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
/// into `out`.
Tensor& avg_pool2d_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size,
                       IntArrayRef stride = {}, IntArrayRef padding = 0, bool ceil_mode = false,
                       bool count_include_pad = true, std::optional<int64_t> divisor_override = {});
/// avg_pool3d(self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
/// into `out`.
Tensor& avg_pool3d_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size,
                       IntArrayRef stride = {}, IntArrayRef padding = 0, bool ceil_mode = false,
                       bool count_include_pad = true, std::optional<int64_t> divisor_override = {});
/// channel_shuffle(self, groups) into `out`.
Tensor& channel_shuffle_out(Tensor& out, const Tensor& self, int64_t groups);
/// col2im(self, output_size, kernel_size, dilation, padding, stride) into `out`.
Tensor& col2im_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                   IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
                   IntArrayRef stride);
/// im2col(self, kernel_size, dilation, padding, stride) into `out`.
Tensor& im2col_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
                   IntArrayRef padding, IntArrayRef stride);
/// constant_pad_nd(self, pad, value) into `out`.
Tensor& constant_pad_nd_out(Tensor& out, const Tensor& self, IntArrayRef pad,
                            const Scalar& value = 0);
/// conv_depthwise3d(self, weight, kernel_size, bias, stride, padding, dilation) into `out`.
Tensor& conv_depthwise3d_out(Tensor& out, const Tensor& self, const Tensor& weight,
                             IntArrayRef kernel_size, const std::optional<Tensor>& bias,
                             IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation);
/// conv_tbc(self, weight, bias, pad) into `out`.
Tensor& conv_tbc_out(Tensor& out, const Tensor& self, const Tensor& weight, const Tensor& bias,
                     int64_t pad = 0);
/// convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
/// into `out`.
Tensor& convolution_out(Tensor& out, const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef dilation, bool transposed, IntArrayRef output_padding,
                        int64_t groups);
/// fractional_max_pool2d(self, kernel_size, output_size, random_samples) into `output` and
/// `indices`.
OutputPair fractional_max_pool2d_out(Tensor& output, Tensor& indices, const Tensor& self,
                                     IntArrayRef kernel_size, IntArrayRef output_size,
                                     const Tensor& random_samples);
/// fractional_max_pool3d(self, kernel_size, output_size, random_samples) into `output` and
/// `indices`.
OutputPair fractional_max_pool3d_out(Tensor& output, Tensor& indices, const Tensor& self,
                                     IntArrayRef kernel_size, IntArrayRef output_size,
                                     const Tensor& random_samples);
/// grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners) into `out`.
Tensor& grid_sampler_2d_out(Tensor& out, const Tensor& input, const Tensor& grid,
                            int64_t interpolation_mode, int64_t padding_mode, bool align_corners);
/// grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners) into `out`.
Tensor& grid_sampler_3d_out(Tensor& out, const Tensor& input, const Tensor& grid,
                            int64_t interpolation_mode, int64_t padding_mode, bool align_corners);
/// max_pool2d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode) into `out` and
/// `indices`.
OutputPair max_pool2d_with_indices_out(Tensor& out, Tensor& indices, const Tensor& self,
                                       IntArrayRef kernel_size, IntArrayRef stride = {},
                                       IntArrayRef padding = 0, IntArrayRef dilation = 1,
                                       bool ceil_mode = false);
/// max_pool3d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode) into `out` and
/// `indices`.
OutputPair max_pool3d_with_indices_out(Tensor& out, Tensor& indices, const Tensor& self,
                                       IntArrayRef kernel_size, IntArrayRef stride = {},
                                       IntArrayRef padding = 0, IntArrayRef dilation = 1,
                                       bool ceil_mode = false);
/// max_unpool2d(self, indices, output_size) into `out`.
Tensor& max_unpool2d_out(Tensor& out, const Tensor& self, const Tensor& indices,
                         IntArrayRef output_size);
/// max_unpool3d(self, indices, output_size, stride, padding) into `out`.
Tensor& max_unpool3d_out(Tensor& out, const Tensor& self, const Tensor& indices,
                         IntArrayRef output_size, IntArrayRef stride, IntArrayRef padding);
/// pixel_shuffle(self, upscale_factor) into `out`.
Tensor& pixel_shuffle_out(Tensor& out, const Tensor& self, int64_t upscale_factor);
/// pixel_unshuffle(self, downscale_factor) into `out`.
Tensor& pixel_unshuffle_out(Tensor& out, const Tensor& self, int64_t downscale_factor);
/// reflection_pad1d(self, padding) into `out`.
Tensor& reflection_pad1d_out(Tensor& out, const Tensor& self, IntArrayRef padding);
/// reflection_pad2d(self, padding) into `out`.
Tensor& reflection_pad2d_out(Tensor& out, const Tensor& self, IntArrayRef padding);
/// reflection_pad3d(self, padding) into `out`.
Tensor& reflection_pad3d_out(Tensor& out, const Tensor& self, IntArrayRef padding);
/// replication_pad1d(self, padding) into `out`.
Tensor& replication_pad1d_out(Tensor& out, const Tensor& self, IntArrayRef padding);
/// replication_pad2d(self, padding) into `out`.
Tensor& replication_pad2d_out(Tensor& out, const Tensor& self, IntArrayRef padding);
/// replication_pad3d(self, padding) into `out`.
Tensor& replication_pad3d_out(Tensor& out, const Tensor& self, IntArrayRef padding);
/// upsample_bicubic2d(self, output_size, align_corners, scales_h, scales_w) into `out`.
Tensor& upsample_bicubic2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               bool align_corners, std::optional<double> scales_h = {},
                               std::optional<double> scales_w = {});
/// upsample_bilinear2d(self, output_size, align_corners, scales_h, scales_w) into `out`.
Tensor& upsample_bilinear2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                                bool align_corners, std::optional<double> scales_h = {},
                                std::optional<double> scales_w = {});
/// upsample_linear1d(self, output_size, align_corners, scales) into `out`.
Tensor& upsample_linear1d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                              bool align_corners, std::optional<double> scales = {});
/// upsample_nearest1d(self, output_size, scales) into `out`.
Tensor& upsample_nearest1d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               std::optional<double> scales = {});
/// upsample_nearest2d(self, output_size, scales_h, scales_w) into `out`.
Tensor& upsample_nearest2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               std::optional<double> scales_h = {},
                               std::optional<double> scales_w = {});
/// upsample_nearest3d(self, output_size, scales_d, scales_h, scales_w) into `out`.
Tensor& upsample_nearest3d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               std::optional<double> scales_d = {},
                               std::optional<double> scales_h = {},
                               std::optional<double> scales_w = {});
/// upsample_trilinear3d(self, output_size, align_corners, scales_d, scales_h, scales_w) into `out`.
Tensor& upsample_trilinear3d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                                 bool align_corners, std::optional<double> scales_d = {},
                                 std::optional<double> scales_h = {},
                                 std::optional<double> scales_w = {});

}  // namespace gradus
