// Options of pooling. Lists have one entry for each dim, or one for all; the stride is the kernel's
// size unless it is set.
#pragma once

#include "nn/expanding_array.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

// name, for the options of a layer and of its function
#define GRADUS_POOL_NAMES(Name)                \
  using Name##1dOptions = Name##Options<1>;    \
  using Name##2dOptions = Name##Options<2>;    \
  using Name##3dOptions = Name##Options<3>;    \
  namespace functional {                       \
  using Name##1dFuncOptions = Name##1dOptions; \
  using Name##2dFuncOptions = Name##2dOptions; \
  using Name##3dFuncOptions = Name##3dOptions; \
  }

template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  GRADUS_ARG(ExpandingArray<D>, stride);
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  // Rounds the size of the result up.
  GRADUS_ARG(bool, ceil_mode) = false;
  GRADUS_ARG(bool, count_include_pad) = true;
  // In place of the number of elements.
  GRADUS_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
GRADUS_POOL_NAMES(AvgPool)

template <size_t D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  GRADUS_ARG(ExpandingArray<D>, stride);
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  GRADUS_ARG(ExpandingArray<D>, dilation) = 1;
  GRADUS_ARG(bool, ceil_mode) = false;
};
GRADUS_POOL_NAMES(MaxPool)

template <size_t D>
struct LPPoolOptions {
  LPPoolOptions(double norm_type, ExpandingArray<D> kernel_size)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADUS_ARG(double, norm_type);
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  GRADUS_ARG(ExpandingArray<D>, stride);
  GRADUS_ARG(bool, ceil_mode) = false;
};
GRADUS_POOL_NAMES(LPPool)
#undef GRADUS_POOL_NAMES

// A missing size is the input's.
template <class output_size_t>
struct AdaptiveMaxPoolOptions {
  AdaptiveMaxPoolOptions(output_size_t output_size) : output_size_(output_size) {}
  GRADUS_ARG(output_size_t, output_size);
};
template <class output_size_t>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(output_size_t output_size) : output_size_(output_size) {}
  GRADUS_ARG(output_size_t, output_size);
};
#define GRADUS_POOL_NAMES(Name)                                             \
  using Name##1dOptions = Name##Options<ExpandingArray<1>>;                 \
  using Name##2dOptions = Name##Options<ExpandingArrayWithOptionalElem<2>>; \
  using Name##3dOptions = Name##Options<ExpandingArrayWithOptionalElem<3>>; \
  namespace functional {                                                    \
  using Name##1dFuncOptions = Name##1dOptions;                              \
  using Name##2dFuncOptions = Name##2dOptions;                              \
  using Name##3dFuncOptions = Name##3dOptions;                              \
  }
GRADUS_POOL_NAMES(AdaptiveMaxPool)
GRADUS_POOL_NAMES(AdaptiveAvgPool)
#undef GRADUS_POOL_NAMES

template <size_t D>
struct MaxUnpoolOptions {
  MaxUnpoolOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  GRADUS_ARG(ExpandingArray<D>, stride);
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

// One of output_size and output_ratio.
template <size_t D>
struct FractionalMaxPoolOptions {
  FractionalMaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  GRADUS_ARG(std::optional<ExpandingArray<D>>, output_size) = std::nullopt;
  using ExpandingArrayDouble = ExpandingArray<D, double>;
  GRADUS_ARG(std::optional<ExpandingArrayDouble>, output_ratio) = std::nullopt;
  GRADUS_ARG(Tensor, _random_samples);
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;

namespace functional {
template <size_t D>
struct MaxUnpoolFuncOptions {
  MaxUnpoolFuncOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<D>, kernel_size);
  GRADUS_ARG(ExpandingArray<D>, stride);
  GRADUS_ARG(ExpandingArray<D>, padding) = 0;
  GRADUS_ARG(std::optional<std::vector<int64_t>>, output_size) = std::nullopt;
};
using MaxUnpool1dFuncOptions = MaxUnpoolFuncOptions<1>;
using MaxUnpool2dFuncOptions = MaxUnpoolFuncOptions<2>;
using MaxUnpool3dFuncOptions = MaxUnpoolFuncOptions<3>;
using FractionalMaxPool2dFuncOptions = FractionalMaxPool2dOptions;
using FractionalMaxPool3dFuncOptions = FractionalMaxPool3dOptions;
}  // namespace functional

}  // namespace gradus::nn
