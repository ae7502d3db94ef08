// What changes the size and order of pictures, as layers; see nn/functional/vision.h.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/vision.h"

namespace gradus::nn {

/// Makes pictures, rows or volumes larger or smaller; see functional::interpolate.
class UpsampleImpl : public Stateless<UpsampleImpl, UpsampleOptions> {
 public:
  explicit UpsampleImpl(const UpsampleOptions& options_ = {});
  void pretty_print(std::ostream& out) const override;
  /// input [N, C, places...]; see functional::interpolate.
  Tensor forward(const Tensor& input);
};
using Upsample = ModuleHolder<UpsampleImpl>;  ///< Holds a UpsampleImpl.

/// Upsample in the mode kNearest.
class UpsamplingNearest2dImpl : public Stateless<UpsamplingNearest2dImpl, UpsampleOptions> {
 public:
  explicit UpsamplingNearest2dImpl(const UpsampleOptions& options_ = {});
  void pretty_print(std::ostream& out) const override;
  /// input [N, C, H, W]; see functional::interpolate.
  Tensor forward(const Tensor& input);
};
/// Holds a UpsamplingNearest2dImpl.
using UpsamplingNearest2d = ModuleHolder<UpsamplingNearest2dImpl>;

/// Upsample in the mode kBilinear with aligned corners.
class UpsamplingBilinear2dImpl : public Stateless<UpsamplingBilinear2dImpl, UpsampleOptions> {
 public:
  explicit UpsamplingBilinear2dImpl(const UpsampleOptions& options_ = {});
  void pretty_print(std::ostream& out) const override;
  /// input [N, C, H, W]; see functional::interpolate.
  Tensor forward(const Tensor& input);
};
/// Holds a UpsamplingBilinear2dImpl.
using UpsamplingBilinear2d = ModuleHolder<UpsamplingBilinear2dImpl>;

/// Spreads channels over places: `PixelShuffle(2)`; see functional::pixel_shuffle.
class PixelShuffleImpl : public Stateless<PixelShuffleImpl, PixelShuffleOptions> {
 public:
  explicit PixelShuffleImpl(const PixelShuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  /// [..., C r², H, W] to [..., C, H r, W r].
  Tensor forward(const Tensor& input);
};
using PixelShuffle = ModuleHolder<PixelShuffleImpl>;  ///< Holds a PixelShuffleImpl.

/// Gathers places into channels, the reverse of PixelShuffle; see functional::pixel_unshuffle.
class PixelUnshuffleImpl : public Stateless<PixelUnshuffleImpl, PixelUnshuffleOptions> {
 public:
  explicit PixelUnshuffleImpl(const PixelUnshuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  /// [..., C, H r, W r] to [..., C r², H, W].
  Tensor forward(const Tensor& input);
};
using PixelUnshuffle = ModuleHolder<PixelUnshuffleImpl>;  ///< Holds a PixelUnshuffleImpl.

/// Mixes the channels of groups; see functional::channel_shuffle.
class ChannelShuffleImpl : public Stateless<ChannelShuffleImpl, ChannelShuffleOptions> {
 public:
  explicit ChannelShuffleImpl(const ChannelShuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  /// input [N, C, ...]; the result has its sizes.
  Tensor forward(const Tensor& input);
};
using ChannelShuffle = ModuleHolder<ChannelShuffleImpl>;  ///< Holds a ChannelShuffleImpl.

/// Adds patches up to a picture: `Fold({28, 28}, 3)`; see functional::fold.
class FoldImpl : public Stateless<FoldImpl, FoldOptions> {
 public:
  explicit FoldImpl(const FoldOptions& options_);
  FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size);
  void pretty_print(std::ostream& out) const override;
  /// [N, C kh kw, places] to [N, C, H, W], or both without N.
  Tensor forward(const Tensor& input);
};
using Fold = ModuleHolder<FoldImpl>;  ///< Holds a FoldImpl.

/// Takes a picture apart into patches: `Unfold(3)`; see functional::unfold.
class UnfoldImpl : public Stateless<UnfoldImpl, UnfoldOptions> {
 public:
  explicit UnfoldImpl(const UnfoldOptions& options_);
  UnfoldImpl(ExpandingArray<2> kernel_size);
  void pretty_print(std::ostream& out) const override;
  /// [N, C, H, W] to [N, C kh kw, places], or both without N.
  Tensor forward(const Tensor& input);
};
using Unfold = ModuleHolder<UnfoldImpl>;  ///< Holds a UnfoldImpl.

}  // namespace gradus::nn
