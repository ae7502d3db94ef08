// Options of convolutions. Lists have one entry for each spatial dim, or one for all.
#pragma once

#include "nn/enums.h"
#include "nn/expanding_array.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

using conv_padding_mode_t =
    std::variant<enumtype::kZeros, enumtype::kReflect, enumtype::kReplicate, enumtype::kCircular>;
// kSame: as much as keeps the size, for stride 1. kValid: none.
template <size_t D>
using conv_padding_t = std::variant<ExpandingArray<D>, enumtype::kValid, enumtype::kSame>;

// `.padding({1, 2})` needs help to be one.
#define GRADUS_CONV_PADDING                                \
  GRADUS_ARG(padding_t, padding) = 0;                      \
                                                           \
 public:                                                   \
  auto padding(std::initializer_list<int64_t> list) {      \
    return padding(padding_t(ExpandingArray<Dims>(list))); \
  }                                                        \
  static constexpr size_t Dims = D

#define GRADUS_CONV_SHAPE(Options)                                                           \
  Options(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)          \
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {} \
  GRADUS_ARG(int64_t, in_channels);                                                          \
  GRADUS_ARG(int64_t, out_channels);                                                         \
  GRADUS_ARG(ExpandingArray<D>, kernel_size);                                                \
  GRADUS_ARG(ExpandingArray<D>, stride) = 1

// Of a convolution either way.
template <size_t D>
struct ConvNdOptions {
  using padding_t = conv_padding_t<D>;
  GRADUS_CONV_SHAPE(ConvNdOptions);
  GRADUS_CONV_PADDING;
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  GRADUS_ARG(bool, transposed) = false;
  GRADUS_ARG(ExpandingArray<D>, output_padding) = 0;
  GRADUS_ARG(int64_t, groups) = 1;
  GRADUS_ARG(bool, bias) = true;
  GRADUS_ARG(conv_padding_mode_t, padding_mode) = kZeros;
};

template <size_t D>
struct ConvOptions {
  using padding_mode_t = conv_padding_mode_t;
  using padding_t = conv_padding_t<D>;
  GRADUS_CONV_SHAPE(ConvOptions);
  GRADUS_CONV_PADDING;
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  GRADUS_ARG(int64_t, groups) = 1;
  GRADUS_ARG(bool, bias) = true;
  // What stands beyond the edges.
  GRADUS_ARG(padding_mode_t, padding_mode) = kZeros;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

template <size_t D>
struct ConvTransposeOptions {
  using padding_mode_t = conv_padding_mode_t;
  GRADUS_CONV_SHAPE(ConvTransposeOptions);
  // How much of the result is cut off at both sides of each dim, and added behind it.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  GRADUS_ARG(ExpandingArray<D>, output_padding) = 0;
  GRADUS_ARG(int64_t, groups) = 1;
  GRADUS_ARG(bool, bias) = true;
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  // Must stay kZeros.
  GRADUS_ARG(padding_mode_t, padding_mode) = kZeros;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

namespace functional {

template <size_t D>
struct ConvFuncOptions {
  using padding_t = nn::conv_padding_t<D>;
  GRADUS_ARG(Tensor, bias);
  GRADUS_ARG(ExpandingArray<D>, stride) = 1;
  GRADUS_CONV_PADDING;
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  GRADUS_ARG(int64_t, groups) = 1;
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;
using Conv3dFuncOptions = ConvFuncOptions<3>;

template <size_t D>
struct ConvTransposeFuncOptions {
  GRADUS_ARG(Tensor, bias);
  GRADUS_ARG(ExpandingArray<D>, stride) = 1;
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  GRADUS_ARG(ExpandingArray<D>, output_padding) = 0;
  GRADUS_ARG(int64_t, groups) = 1;
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;

}  // namespace functional

#undef GRADUS_CONV_PADDING
#undef GRADUS_CONV_SHAPE

}  // namespace gradus::nn
