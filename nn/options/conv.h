// Options of convolutions. Lists have one entry for each spatial dim, or one for all.
#pragma once

#include "nn/choice.h"
#include "nn/enums.h"
#include "nn/expanding_array.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// What may stand beyond the edges: zeros, or what padding of that name puts there.
using conv_padding_mode_t =
    std::variant<enumtype::kZeros, enumtype::kReflect, enumtype::kReplicate, enumtype::kCircular>;
/// How much is added at both sides of each dim. kSame: as much as keeps the size, for stride 1.
/// kValid: nothing.
template <size_t D>
using conv_padding_t = std::variant<ExpandingArray<D>, enumtype::kValid, enumtype::kSame>;

}  // namespace gradus::nn

namespace gradus::detail {
// One number for each dim, and which kind it is.
template <size_t D>
using PaddingChoice = Choice<nn::conv_padding_t<D>, 8 * D + 8, 8>;
}  // namespace gradus::detail

namespace gradus::nn {

/// The options of Conv1d to Conv3d: `Conv2dOptions(3, 16, 5).stride(2).padding(kValid)`.
template <size_t D>
struct ConvOptions {
  using padding_mode_t = conv_padding_mode_t;  ///< What padding_mode() takes.
  using padding_t = conv_padding_t<D>;         ///< What padding() takes.
  ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  /// The input's channels.
  GRADUS_ARG(int64_t, in_channels);
  /// The result's channels.
  GRADUS_ARG(int64_t, out_channels);
  /// The size of the kernel.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// From one place of the kernel to the next.
  GRADUS_ARG(ExpandingArray<D>, stride) = 1;
  /// How much is added at both sides of each dim: numbers, kSame (keeps the size, for stride 1) or
  /// kValid (nothing).
  GRADUS_CHOICE_IN(padding_t, padding, gradus::detail::PaddingChoice<D>) = 0;
  /// From one element of the kernel to the next.
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  /// In how many groups the channels are convolved apart from each other.
  GRADUS_ARG(int64_t, groups) = 1;
  /// Whether there is a bias.
  GRADUS_ARG(bool, bias) = true;
  /// What stands beyond the edges: kZeros, kReflect, kReplicate or kCircular.
  GRADUS_CHOICE(padding_mode_t, padding_mode) = kZeros;

 public:
  /// padding({1, 2}), a number for each dim.
  auto padding(std::initializer_list<int64_t> list) -> decltype(*this) {
    return padding(padding_t(ExpandingArray<D>(list)));
  }
};
using Conv1dOptions = ConvOptions<1>;  ///< Of Conv1d.
using Conv2dOptions = ConvOptions<2>;  ///< Of Conv2d.
using Conv3dOptions = ConvOptions<3>;  ///< Of Conv3d.

/// What ConvNdImpl keeps of the options of a convolution or of a transposed one.
template <size_t D>
struct ConvNdOptions : ConvOptions<D> {
  ConvNdOptions(ConvOptions<D> options) : ConvOptions<D>(std::move(options)) {}
  /// Whether it is the transposed one.
  GRADUS_ARG(bool, transposed) = false;
  /// What the transposed one adds behind the result.
  GRADUS_ARG(ExpandingArray<D>, output_padding) = 0;
};

/// The options of ConvTranspose1d to ConvTranspose3d: `ConvTranspose2dOptions(16, 3, 4).stride(2)`.
template <size_t D>
struct ConvTransposeOptions {
  using padding_mode_t = conv_padding_mode_t;  ///< What padding_mode() takes.
  ConvTransposeOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  /// The input's channels.
  GRADUS_ARG(int64_t, in_channels);
  /// The result's channels.
  GRADUS_ARG(int64_t, out_channels);
  /// The size of the kernel.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// How far apart the input's elements stand in the result.
  GRADUS_ARG(ExpandingArray<D>, stride) = 1;
  /// How much of the result is cut off at both sides of each dim.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  /// How much is added behind the result, less than the stride or the dilation.
  GRADUS_ARG(ExpandingArray<D>, output_padding) = 0;
  /// In how many groups the channels are convolved apart from each other.
  GRADUS_ARG(int64_t, groups) = 1;
  /// Whether there is a bias.
  GRADUS_ARG(bool, bias) = true;
  /// From one element of the kernel to the next.
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  /// Must stay kZeros.
  GRADUS_CHOICE(padding_mode_t, padding_mode) = kZeros;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;  ///< Of ConvTranspose1d.
using ConvTranspose2dOptions = ConvTransposeOptions<2>;  ///< Of ConvTranspose2d.
using ConvTranspose3dOptions = ConvTransposeOptions<3>;  ///< Of ConvTranspose3d.

namespace functional {

/// The options of conv1d to conv3d: `Conv2dFuncOptions().bias(b).stride(2)`.
template <size_t D>
struct ConvFuncOptions {
  using padding_t = nn::conv_padding_t<D>;  ///< What padding() takes.
  /// [out_channels]; undefined for none.
  GRADUS_ARG(Tensor, bias);
  /// From one place of the kernel to the next.
  GRADUS_ARG(ExpandingArray<D>, stride) = 1;
  /// How much is added at both sides of each dim: numbers, kSame (keeps the size, for stride 1) or
  /// kValid (nothing).
  GRADUS_CHOICE_IN(padding_t, padding, gradus::detail::PaddingChoice<D>) = 0;
  /// From one element of the kernel to the next.
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  /// In how many groups the channels are convolved apart from each other.
  GRADUS_ARG(int64_t, groups) = 1;

 public:
  /// padding({1, 2}), a number for each dim.
  auto padding(std::initializer_list<int64_t> list) -> decltype(*this) {
    return padding(padding_t(ExpandingArray<D>(list)));
  }
};
using Conv1dFuncOptions = ConvFuncOptions<1>;  ///< Of conv1d.
using Conv2dFuncOptions = ConvFuncOptions<2>;  ///< Of conv2d.
using Conv3dFuncOptions = ConvFuncOptions<3>;  ///< Of conv3d.

/// The options of conv_transpose1d to conv_transpose3d.
template <size_t D>
struct ConvTransposeFuncOptions {
  /// [out_channels]; undefined for none.
  GRADUS_ARG(Tensor, bias);
  /// How far apart the input's elements stand in the result.
  GRADUS_ARG(ExpandingArray<D>, stride) = 1;
  /// How much of the result is cut off at both sides of each dim.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  /// How much is added behind the result, less than the stride or the dilation.
  GRADUS_ARG(ExpandingArray<D>, output_padding) = 0;
  /// In how many groups the channels are convolved apart from each other.
  GRADUS_ARG(int64_t, groups) = 1;
  /// From one element of the kernel to the next.
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;  ///< Of conv_transpose1d.
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;  ///< Of conv_transpose2d.
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;  ///< Of conv_transpose3d.

}  // namespace functional

}  // namespace gradus::nn
