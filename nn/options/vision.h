// Options of what changes the size and order of pictures.
#pragma once

#include <vector>

#include "nn/choice.h"
#include "nn/enums.h"
#include "nn/expanding_array.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of Upsample: one of size and scale_factor must be set.
struct UpsampleOptions {
  /// What mode() takes.
  using mode_t =
      std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear, enumtype::kBicubic,
                   enumtype::kTrilinear, enumtype::kArea, enumtype::kNearestExact>;
  /// The sizes of the result's spatial dims.
  GRADUS_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  /// How much larger each spatial dim becomes.
  GRADUS_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  /// How values between elements are found: kNearest, kNearestExact, kArea, kLinear (1 spatial
  /// dim), kBilinear and kBicubic (2), or kTrilinear (3).
  GRADUS_CHOICE(mode_t, mode) = kNearest;
  /// The centres of the corner elements stay in place, else their outer edges. For the linear and
  /// cubic modes.
  GRADUS_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

/// The options of PixelShuffle.
struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  /// How many times larger height and width become.
  GRADUS_ARG(int64_t, upscale_factor);
};
/// The options of PixelUnshuffle.
struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  /// How many times smaller height and width become.
  GRADUS_ARG(int64_t, downscale_factor);
};
/// The options of ChannelShuffle.
struct ChannelShuffleOptions {
  ChannelShuffleOptions(int64_t groups) : groups_(groups) {}
  /// How many groups of channels there are.
  GRADUS_ARG(int64_t, groups);
};

/// The options of Fold.
struct FoldOptions {
  FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  /// Height and width of the picture.
  GRADUS_ARG(ExpandingArray<2>, output_size);
  /// Height and width of a patch.
  GRADUS_ARG(ExpandingArray<2>, kernel_size);
  /// From one element of a patch to the next.
  GRADUS_ARG(ExpandingArray<2>, dilation) = 1;
  /// Zeros around the picture that patches may cover.
  GRADUS_ARG(ExpandingArray<2>, padding) = 0;
  /// From one patch to the next.
  GRADUS_ARG(ExpandingArray<2>, stride) = 1;
};
/// The options of Unfold.
struct UnfoldOptions {
  UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  /// Height and width of a patch.
  GRADUS_ARG(ExpandingArray<2>, kernel_size);
  /// From one element of a patch to the next.
  GRADUS_ARG(ExpandingArray<2>, dilation) = 1;
  /// Zeros around the picture that patches may cover.
  GRADUS_ARG(ExpandingArray<2>, padding) = 0;
  /// From one patch to the next.
  GRADUS_ARG(ExpandingArray<2>, stride) = 1;
};

namespace functional {
/// The options of interpolate: one of size and scale_factor must be set.
struct InterpolateFuncOptions {
  /// What mode() takes.
  using mode_t = UpsampleOptions::mode_t;
  /// The sizes of the result's spatial dims.
  GRADUS_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  /// How much larger each spatial dim becomes.
  GRADUS_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  /// See UpsampleOptions.
  GRADUS_CHOICE(mode_t, mode) = kNearest;
  /// The centres of the corner elements stay in place, else their outer edges. For the linear and
  /// cubic modes.
  GRADUS_ARG(std::optional<bool>, align_corners) = std::nullopt;
  /// Places follow from the ratio of sizes and not from scale_factor.
  GRADUS_ARG(std::optional<bool>, recompute_scale_factor) = std::nullopt;
  /// Keeps high frequencies from folding back when sizes shrink; for kBilinear and kBicubic.
  GRADUS_ARG(bool, antialias) = false;
};
/// The options of grid_sample.
struct GridSampleFuncOptions {
  /// What mode() takes.
  using mode_t = std::variant<enumtype::kBilinear, enumtype::kNearest, enumtype::kBicubic>;
  /// What padding_mode() takes.
  using padding_mode_t = std::variant<enumtype::kZeros, enumtype::kBorder, enumtype::kReflection>;
  /// kBilinear, kNearest or kBicubic.
  GRADUS_CHOICE(mode_t, mode) = kBilinear;
  /// What stands outside of the input: kZeros, kBorder (the edge) or kReflection.
  GRADUS_CHOICE(padding_mode_t, padding_mode) = kZeros;
  /// -1 and 1 are the centres of the corner elements, else their outer edges.
  GRADUS_ARG(std::optional<bool>, align_corners) = std::nullopt;
};
/// Of pixel_shuffle.
using PixelShuffleFuncOptions = PixelShuffleOptions;
/// Of pixel_unshuffle.
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;
/// Of fold.
using FoldFuncOptions = FoldOptions;
/// Of unfold.
using UnfoldFuncOptions = UnfoldOptions;
}  // namespace functional

}  // namespace gradus::nn
