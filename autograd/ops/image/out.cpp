#include "autograd/ops/image/out.h"

#include "autograd/ops/image/image.h"
#include "autograd/ops/nn/native.h"

namespace gradus {

using detail::write_out;
using detail::write_pair;
using detail::write_triple;

Tensor& adaptive_avg_pool1d_out(Tensor& out, const Tensor& self, IntArrayRef output_size) {
  return write_out("adaptive_avg_pool1d", out, adaptive_avg_pool1d(self, output_size));
}
Tensor& adaptive_avg_pool2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size) {
  return write_out("adaptive_avg_pool2d", out, adaptive_avg_pool2d(self, output_size));
}
Tensor& adaptive_avg_pool3d_out(Tensor& out, const Tensor& self, IntArrayRef output_size) {
  return write_out("adaptive_avg_pool3d", out, adaptive_avg_pool3d(self, output_size));
}
OutputPair adaptive_max_pool2d_out(Tensor& out, Tensor& indices, const Tensor& self,
                                   IntArrayRef output_size) {
  return write_pair("adaptive_max_pool2d", out, indices, adaptive_max_pool2d(self, output_size));
}
OutputPair adaptive_max_pool3d_out(Tensor& out, Tensor& indices, const Tensor& self,
                                   IntArrayRef output_size) {
  return write_pair("adaptive_max_pool3d", out, indices, adaptive_max_pool3d(self, output_size));
}
Tensor& affine_grid_generator_out(Tensor& out, const Tensor& theta, IntArrayRef size,
                                  bool align_corners) {
  return write_out("affine_grid_generator", out, affine_grid_generator(theta, size, align_corners));
}
Tensor& avg_pool1d_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                       IntArrayRef padding, bool ceil_mode, bool count_include_pad) {
  return write_out("avg_pool1d", out,
                   avg_pool1d(self, kernel_size, stride, padding, ceil_mode, count_include_pad));
}
Tensor& avg_pool2d_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                       IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                       std::optional<int64_t> divisor_override) {
  return write_out("avg_pool2d", out,
                   avg_pool2d(self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                              divisor_override));
}
Tensor& avg_pool3d_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                       IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                       std::optional<int64_t> divisor_override) {
  return write_out("avg_pool3d", out,
                   avg_pool3d(self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                              divisor_override));
}
Tensor& channel_shuffle_out(Tensor& out, const Tensor& self, int64_t groups) {
  return write_out("channel_shuffle", out, channel_shuffle(self, groups));
}
Tensor& col2im_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                   IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
                   IntArrayRef stride) {
  return write_out("col2im", out,
                   col2im(self, output_size, kernel_size, dilation, padding, stride));
}
Tensor& im2col_out(Tensor& out, const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
                   IntArrayRef padding, IntArrayRef stride) {
  return write_out("im2col", out, im2col(self, kernel_size, dilation, padding, stride));
}
Tensor& constant_pad_nd_out(Tensor& out, const Tensor& self, IntArrayRef pad, const Scalar& value) {
  return write_out("constant_pad_nd", out, constant_pad_nd(self, pad, value));
}
Tensor& conv_depthwise3d_out(Tensor& out, const Tensor& self, const Tensor& weight,
                             IntArrayRef kernel_size, const std::optional<Tensor>& bias,
                             IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation) {
  return write_out("conv_depthwise3d", out,
                   conv_depthwise3d(self, weight, kernel_size, bias, stride, padding, dilation));
}
Tensor& conv_tbc_out(Tensor& out, const Tensor& self, const Tensor& weight, const Tensor& bias,
                     int64_t pad) {
  return write_out("conv_tbc", out, conv_tbc(self, weight, bias, pad));
}
Tensor& convolution_out(Tensor& out, const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef dilation, bool transposed, IntArrayRef output_padding,
                        int64_t groups) {
  return write_out("convolution", out,
                   convolution(input, weight, bias, stride, padding, dilation, transposed,
                               output_padding, groups));
}
OutputPair fractional_max_pool2d_out(Tensor& output, Tensor& indices, const Tensor& self,
                                     IntArrayRef kernel_size, IntArrayRef output_size,
                                     const Tensor& random_samples) {
  return write_pair("fractional_max_pool2d", output, indices,
                    fractional_max_pool2d(self, kernel_size, output_size, random_samples));
}
OutputPair fractional_max_pool3d_out(Tensor& output, Tensor& indices, const Tensor& self,
                                     IntArrayRef kernel_size, IntArrayRef output_size,
                                     const Tensor& random_samples) {
  return write_pair("fractional_max_pool3d", output, indices,
                    fractional_max_pool3d(self, kernel_size, output_size, random_samples));
}
Tensor& grid_sampler_2d_out(Tensor& out, const Tensor& input, const Tensor& grid,
                            int64_t interpolation_mode, int64_t padding_mode, bool align_corners) {
  return write_out("grid_sampler_2d", out,
                   grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners));
}
Tensor& grid_sampler_3d_out(Tensor& out, const Tensor& input, const Tensor& grid,
                            int64_t interpolation_mode, int64_t padding_mode, bool align_corners) {
  return write_out("grid_sampler_3d", out,
                   grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners));
}
OutputPair max_pool2d_with_indices_out(Tensor& out, Tensor& indices, const Tensor& self,
                                       IntArrayRef kernel_size, IntArrayRef stride,
                                       IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return write_pair(
      "max_pool2d_with_indices", out, indices,
      max_pool2d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode));
}
OutputPair max_pool3d_with_indices_out(Tensor& out, Tensor& indices, const Tensor& self,
                                       IntArrayRef kernel_size, IntArrayRef stride,
                                       IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return write_pair(
      "max_pool3d_with_indices", out, indices,
      max_pool3d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode));
}
Tensor& max_unpool2d_out(Tensor& out, const Tensor& self, const Tensor& indices,
                         IntArrayRef output_size) {
  return write_out("max_unpool2d", out, max_unpool2d(self, indices, output_size));
}
Tensor& max_unpool3d_out(Tensor& out, const Tensor& self, const Tensor& indices,
                         IntArrayRef output_size, IntArrayRef stride, IntArrayRef padding) {
  return write_out("max_unpool3d", out, max_unpool3d(self, indices, output_size, stride, padding));
}
Tensor& pixel_shuffle_out(Tensor& out, const Tensor& self, int64_t upscale_factor) {
  return write_out("pixel_shuffle", out, pixel_shuffle(self, upscale_factor));
}
Tensor& pixel_unshuffle_out(Tensor& out, const Tensor& self, int64_t downscale_factor) {
  return write_out("pixel_unshuffle", out, pixel_unshuffle(self, downscale_factor));
}
Tensor& reflection_pad1d_out(Tensor& out, const Tensor& self, IntArrayRef padding) {
  return write_out("reflection_pad1d", out, reflection_pad1d(self, padding));
}
Tensor& reflection_pad2d_out(Tensor& out, const Tensor& self, IntArrayRef padding) {
  return write_out("reflection_pad2d", out, reflection_pad2d(self, padding));
}
Tensor& reflection_pad3d_out(Tensor& out, const Tensor& self, IntArrayRef padding) {
  return write_out("reflection_pad3d", out, reflection_pad3d(self, padding));
}
Tensor& replication_pad1d_out(Tensor& out, const Tensor& self, IntArrayRef padding) {
  return write_out("replication_pad1d", out, replication_pad1d(self, padding));
}
Tensor& replication_pad2d_out(Tensor& out, const Tensor& self, IntArrayRef padding) {
  return write_out("replication_pad2d", out, replication_pad2d(self, padding));
}
Tensor& replication_pad3d_out(Tensor& out, const Tensor& self, IntArrayRef padding) {
  return write_out("replication_pad3d", out, replication_pad3d(self, padding));
}
Tensor& upsample_bicubic2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               bool align_corners, std::optional<double> scales_h,
                               std::optional<double> scales_w) {
  return write_out("upsample_bicubic2d", out,
                   upsample_bicubic2d(self, output_size, align_corners, scales_h, scales_w));
}
Tensor& upsample_bilinear2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                                bool align_corners, std::optional<double> scales_h,
                                std::optional<double> scales_w) {
  return write_out("upsample_bilinear2d", out,
                   upsample_bilinear2d(self, output_size, align_corners, scales_h, scales_w));
}
Tensor& upsample_linear1d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                              bool align_corners, std::optional<double> scales) {
  return write_out("upsample_linear1d", out,
                   upsample_linear1d(self, output_size, align_corners, scales));
}
Tensor& upsample_nearest1d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               std::optional<double> scales) {
  return write_out("upsample_nearest1d", out, upsample_nearest1d(self, output_size, scales));
}
Tensor& upsample_nearest2d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               std::optional<double> scales_h, std::optional<double> scales_w) {
  return write_out("upsample_nearest2d", out,
                   upsample_nearest2d(self, output_size, scales_h, scales_w));
}
Tensor& upsample_nearest3d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                               std::optional<double> scales_d, std::optional<double> scales_h,
                               std::optional<double> scales_w) {
  return write_out("upsample_nearest3d", out,
                   upsample_nearest3d(self, output_size, scales_d, scales_h, scales_w));
}
Tensor& upsample_trilinear3d_out(Tensor& out, const Tensor& self, IntArrayRef output_size,
                                 bool align_corners, std::optional<double> scales_d,
                                 std::optional<double> scales_h, std::optional<double> scales_w) {
  return write_out(
      "upsample_trilinear3d", out,
      upsample_trilinear3d(self, output_size, align_corners, scales_d, scales_h, scales_w));
}

}  // namespace gradus
