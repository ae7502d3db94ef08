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
GRADUS_MODULE(Upsample);

class PixelShuffleImpl : public Stateless<PixelShuffleImpl, PixelShuffleOptions> {
 public:
  explicit PixelShuffleImpl(const PixelShuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
GRADUS_MODULE(PixelShuffle);

class PixelUnshuffleImpl : public Stateless<PixelUnshuffleImpl, PixelUnshuffleOptions> {
 public:
  explicit PixelUnshuffleImpl(const PixelUnshuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
GRADUS_MODULE(PixelUnshuffle);

class ChannelShuffleImpl : public Stateless<ChannelShuffleImpl, ChannelShuffleOptions> {
 public:
  explicit ChannelShuffleImpl(const ChannelShuffleOptions& options_);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
GRADUS_MODULE(ChannelShuffle);

class FoldImpl : public Stateless<FoldImpl, FoldOptions> {
 public:
  explicit FoldImpl(const FoldOptions& options_);
  FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
GRADUS_MODULE(Fold);

class UnfoldImpl : public Stateless<UnfoldImpl, UnfoldOptions> {
 public:
  explicit UnfoldImpl(const UnfoldOptions& options_);
  UnfoldImpl(ExpandingArray<2> kernel_size);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
GRADUS_MODULE(Unfold);

}  // namespace gradus::nn
