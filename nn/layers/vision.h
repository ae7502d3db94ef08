// What changes the size and order of pictures, as layers; see nn/functional/vision.h.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/vision.h"

namespace gradus::nn {

class UpsampleImpl : public Stateless<UpsampleImpl, UpsampleOptions> {
 public:
  explicit UpsampleImpl(const UpsampleOptions& options_ = {});
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using Upsample = ModuleHolder<UpsampleImpl>;

// Upsample in the mode kNearest.
class UpsamplingNearest2dImpl : public Stateless<UpsamplingNearest2dImpl, UpsampleOptions> {
 public:
  explicit UpsamplingNearest2dImpl(const UpsampleOptions& options_ = {});
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using UpsamplingNearest2d = ModuleHolder<UpsamplingNearest2dImpl>;

// Upsample in the mode kBilinear with aligned corners.
class UpsamplingBilinear2dImpl : public Stateless<UpsamplingBilinear2dImpl, UpsampleOptions> {
 public:
  explicit UpsamplingBilinear2dImpl(const UpsampleOptions& options_ = {});
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using UpsamplingBilinear2d = ModuleHolder<UpsamplingBilinear2dImpl>;

class PixelShuffleImpl : public Stateless<PixelShuffleImpl, PixelShuffleOptions> {
 public:
  explicit PixelShuffleImpl(const PixelShuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using PixelShuffle = ModuleHolder<PixelShuffleImpl>;

class PixelUnshuffleImpl : public Stateless<PixelUnshuffleImpl, PixelUnshuffleOptions> {
 public:
  explicit PixelUnshuffleImpl(const PixelUnshuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using PixelUnshuffle = ModuleHolder<PixelUnshuffleImpl>;

class ChannelShuffleImpl : public Stateless<ChannelShuffleImpl, ChannelShuffleOptions> {
 public:
  explicit ChannelShuffleImpl(const ChannelShuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using ChannelShuffle = ModuleHolder<ChannelShuffleImpl>;

class FoldImpl : public Stateless<FoldImpl, FoldOptions> {
 public:
  explicit FoldImpl(const FoldOptions& options_);
  FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using Fold = ModuleHolder<FoldImpl>;

class UnfoldImpl : public Stateless<UnfoldImpl, UnfoldOptions> {
 public:
  explicit UnfoldImpl(const UnfoldOptions& options_);
  UnfoldImpl(ExpandingArray<2> kernel_size);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using Unfold = ModuleHolder<UnfoldImpl>;

}  // namespace gradus::nn
