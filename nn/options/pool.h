// Options of pooling. Lists have one entry for each dim, or one for all; the stride is the kernel's
// size unless it is set.
#pragma once

#include "nn/expanding_array.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of average pooling: `AvgPool2dOptions(3).stride(2)`.
template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  /// The size of a window.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// From one window to the next; the kernel's size unless set.
  GRADUS_ARG(ExpandingArray<D>, stride);
  /// Zeros around the input, at most half the kernel's size.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  /// Rounds the size of the result up.
  GRADUS_ARG(bool, ceil_mode) = false;
  /// Whether the zeros count in the average.
  GRADUS_ARG(bool, count_include_pad) = true;
  /// Divides by this in place of the number of elements; one dim ignores it.
  GRADUS_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
using AvgPool1dOptions = AvgPoolOptions<1>;  ///< Of AvgPool1d.
using AvgPool2dOptions = AvgPoolOptions<2>;  ///< Of AvgPool2d.
using AvgPool3dOptions = AvgPoolOptions<3>;  ///< Of AvgPool3d.

/// The options of max pooling: `MaxPool2dOptions(3).stride(2)`.
template <size_t D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  /// The size of a window.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// From one window to the next; the kernel's size unless set.
  GRADUS_ARG(ExpandingArray<D>, stride);
  /// Places around the input that are never a maximum, at most half the kernel's size.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  /// From one element of a window to the next.
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  /// Rounds the size of the result up.
  GRADUS_ARG(bool, ceil_mode) = false;
};
using MaxPool1dOptions = MaxPoolOptions<1>;  ///< Of MaxPool1d.
using MaxPool2dOptions = MaxPoolOptions<2>;  ///< Of MaxPool2d.
using MaxPool3dOptions = MaxPoolOptions<3>;  ///< Of MaxPool3d.

/// The options of pooling by norms: `LPPool2dOptions(2, 3).stride(2)`.
template <size_t D>
struct LPPoolOptions {
  LPPoolOptions(double norm_type, ExpandingArray<D> kernel_size)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}
  /// The norm's exponent p.
  GRADUS_ARG(double, norm_type);
  /// The size of a window.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// From one window to the next; the kernel's size unless set.
  GRADUS_ARG(ExpandingArray<D>, stride);
  /// Rounds the size of the result up.
  GRADUS_ARG(bool, ceil_mode) = false;
};
using LPPool1dOptions = LPPoolOptions<1>;  ///< Of LPPool1d.
using LPPool2dOptions = LPPoolOptions<2>;  ///< Of LPPool2d.
using LPPool3dOptions = LPPoolOptions<3>;  ///< Of LPPool3d.

/// The options of adaptive max pooling: `AdaptiveMaxPool2dOptions({4, 4})`.
template <class output_size_t>
struct AdaptiveMaxPoolOptions {
  AdaptiveMaxPoolOptions(output_size_t output_size) : output_size_(output_size) {}
  /// The sizes of the result; one that is missing is the input's.
  GRADUS_ARG(output_size_t, output_size);
};
using AdaptiveMaxPool1dOptions = AdaptiveMaxPoolOptions<ExpandingArray<1>>;  ///< Of its layer.
/// Of AdaptiveMaxPool2d.
using AdaptiveMaxPool2dOptions = AdaptiveMaxPoolOptions<ExpandingArrayWithOptionalElem<2>>;
/// Of AdaptiveMaxPool3d.
using AdaptiveMaxPool3dOptions = AdaptiveMaxPoolOptions<ExpandingArrayWithOptionalElem<3>>;

/// The options of adaptive average pooling: `AdaptiveAvgPool2dOptions({4, std::nullopt})`.
template <class output_size_t>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(output_size_t output_size) : output_size_(output_size) {}
  /// The sizes of the result; one that is missing is the input's.
  GRADUS_ARG(output_size_t, output_size);
};
using AdaptiveAvgPool1dOptions = AdaptiveAvgPoolOptions<ExpandingArray<1>>;  ///< Of its layer.
/// Of AdaptiveAvgPool2d.
using AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions<ExpandingArrayWithOptionalElem<2>>;
/// Of AdaptiveAvgPool3d.
using AdaptiveAvgPool3dOptions = AdaptiveAvgPoolOptions<ExpandingArrayWithOptionalElem<3>>;

/// The options of the layers that undo max pooling: those that it was made with.
template <size_t D>
struct MaxUnpoolOptions {
  MaxUnpoolOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  /// The size of a window.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// From one window to the next; the kernel's size unless set.
  GRADUS_ARG(ExpandingArray<D>, stride);
  /// Places around the input of the pooling.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;  ///< Of MaxUnpool1d.
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;  ///< Of MaxUnpool2d.
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;  ///< Of MaxUnpool3d.

/// The options of fractional max pooling. Either output_size or output_ratio must be set:
/// `FractionalMaxPool2dOptions(2).output_ratio(0.7)`.
template <size_t D>
struct FractionalMaxPoolOptions {
  FractionalMaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size) {}
  /// The size of a window.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// The sizes of the result.
  GRADUS_ARG(std::optional<ExpandingArray<D>>, output_size) = std::nullopt;
  using ExpandingArrayDouble = ExpandingArray<D, double>;  ///< What output_ratio() takes.
  /// The sizes of the result as parts of the input's, between 0 and 1.
  GRADUS_ARG(std::optional<ExpandingArrayDouble>, output_ratio) = std::nullopt;
  /// Where the windows stand: [N, C, D] in [0, 1). Drawn at each call unless set.
  GRADUS_ARG(Tensor, _random_samples);
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;  ///< Of FractionalMaxPool2d.
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;  ///< Of FractionalMaxPool3d.

namespace functional {
using AvgPool1dFuncOptions = AvgPool1dOptions;                      ///< Of avg_pool1d.
using AvgPool2dFuncOptions = AvgPool2dOptions;                      ///< Of avg_pool2d.
using AvgPool3dFuncOptions = AvgPool3dOptions;                      ///< Of avg_pool3d.
using MaxPool1dFuncOptions = MaxPool1dOptions;                      ///< Of max_pool1d.
using MaxPool2dFuncOptions = MaxPool2dOptions;                      ///< Of max_pool2d.
using MaxPool3dFuncOptions = MaxPool3dOptions;                      ///< Of max_pool3d.
using LPPool1dFuncOptions = LPPool1dOptions;                        ///< Of lp_pool1d.
using LPPool2dFuncOptions = LPPool2dOptions;                        ///< Of lp_pool2d.
using LPPool3dFuncOptions = LPPool3dOptions;                        ///< Of lp_pool3d.
using AdaptiveMaxPool1dFuncOptions = AdaptiveMaxPool1dOptions;      ///< Of adaptive_max_pool1d.
using AdaptiveMaxPool2dFuncOptions = AdaptiveMaxPool2dOptions;      ///< Of adaptive_max_pool2d.
using AdaptiveMaxPool3dFuncOptions = AdaptiveMaxPool3dOptions;      ///< Of adaptive_max_pool3d.
using AdaptiveAvgPool1dFuncOptions = AdaptiveAvgPool1dOptions;      ///< Of adaptive_avg_pool1d.
using AdaptiveAvgPool2dFuncOptions = AdaptiveAvgPool2dOptions;      ///< Of adaptive_avg_pool2d.
using AdaptiveAvgPool3dFuncOptions = AdaptiveAvgPool3dOptions;      ///< Of adaptive_avg_pool3d.
using FractionalMaxPool2dFuncOptions = FractionalMaxPool2dOptions;  ///< Of fractional_max_pool2d.
using FractionalMaxPool3dFuncOptions = FractionalMaxPool3dOptions;  ///< Of fractional_max_pool3d.

/// The options of max_unpool1d to max_unpool3d: those of the layers and the result's sizes.
template <size_t D>
struct MaxUnpoolFuncOptions {
  MaxUnpoolFuncOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  /// The size of a window.
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  /// From one window to the next; the kernel's size unless set.
  GRADUS_ARG(ExpandingArray<D>, stride);
  /// Places around the input of the pooling.
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  /// The sizes of the result, the last D or all of them; by default the smallest possible.
  GRADUS_ARG(std::optional<std::vector<int64_t>>, output_size) = std::nullopt;
};
using MaxUnpool1dFuncOptions = MaxUnpoolFuncOptions<1>;  ///< Of max_unpool1d.
using MaxUnpool2dFuncOptions = MaxUnpoolFuncOptions<2>;  ///< Of max_unpool2d.
using MaxUnpool3dFuncOptions = MaxUnpoolFuncOptions<3>;  ///< Of max_unpool3d.
}  // namespace functional

}  // namespace gradus::nn
