// Options of what changes the size and order of pictures.
#pragma once

#include <vector>

#include "nn/enums.h"
#include "nn/expanding_array.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

// One of size (of the result) and scale_factor, for each spatial dim.
struct UpsampleOptions {
  using mode_t =
      std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear, enumtype::kBicubic,
                   enumtype::kTrilinear, enumtype::kArea, enumtype::kNearestExact>;
  GRADUS_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  GRADUS_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  GRADUS_ARG(mode_t, mode) = kNearest;
  GRADUS_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  GRADUS_ARG(int64_t, upscale_factor);
};
struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  GRADUS_ARG(int64_t, downscale_factor);
};
struct ChannelShuffleOptions {
  ChannelShuffleOptions(int64_t groups) : groups_(groups) {}
  GRADUS_ARG(int64_t, groups);
};

struct FoldOptions {
  FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<2>, output_size);
  GRADUS_ARG(ExpandingArray<2>, kernel_size);
  GRADUS_ARG(ExpandingArray<2>, dilation) = 1;
  GRADUS_ARG(ExpandingArray<2>, padding) = 0;
  GRADUS_ARG(ExpandingArray<2>, stride) = 1;
};
struct UnfoldOptions {
  UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  GRADUS_ARG(ExpandingArray<2>, kernel_size);
  GRADUS_ARG(ExpandingArray<2>, dilation) = 1;
  GRADUS_ARG(ExpandingArray<2>, padding) = 0;
  GRADUS_ARG(ExpandingArray<2>, stride) = 1;
};

namespace functional {
struct InterpolateFuncOptions {
  using mode_t = UpsampleOptions::mode_t;
  GRADUS_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  GRADUS_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  GRADUS_ARG(mode_t, mode) = kNearest;
  // The centres of the corner elements stay in place, else their outer edges.
  GRADUS_ARG(std::optional<bool>, align_corners) = std::nullopt;
  // Places follow from the ratio of sizes and not from scale_factor.
  GRADUS_ARG(std::optional<bool>, recompute_scale_factor) = std::nullopt;
  GRADUS_ARG(bool, antialias) = false;
};
struct GridSampleFuncOptions {
  using mode_t = std::variant<enumtype::kBilinear, enumtype::kNearest, enumtype::kBicubic>;
  using padding_mode_t = std::variant<enumtype::kZeros, enumtype::kBorder, enumtype::kReflection>;
  GRADUS_ARG(mode_t, mode) = kBilinear;
  GRADUS_ARG(padding_mode_t, padding_mode) = kZeros;
  GRADUS_ARG(std::optional<bool>, align_corners) = std::nullopt;
};
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;
using FoldFuncOptions = FoldOptions;
using UnfoldFuncOptions = UnfoldOptions;
}  // namespace functional

}  // namespace gradus::nn
