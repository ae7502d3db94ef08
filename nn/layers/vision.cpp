#include "nn/layers/vision.h"

#include <sstream>

#include "nn/functional/vision.h"
#include "nn/print.h"

namespace gradus::nn {

#define GRADUS_MAKE(Name) \
  Name##Impl::Name##Impl(const Name##Options& options_) : Stateless(options_) {}
GRADUS_MAKE(Upsample)
GRADUS_MAKE(PixelShuffle)
GRADUS_MAKE(PixelUnshuffle)
GRADUS_MAKE(ChannelShuffle)
GRADUS_MAKE(Fold)
GRADUS_MAKE(Unfold)
FoldImpl::FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
    : Stateless(FoldOptions(output_size, kernel_size)) {}
UnfoldImpl::UnfoldImpl(ExpandingArray<2> kernel_size) : Stateless(UnfoldOptions(kernel_size)) {}

UpsamplingNearest2dImpl::UpsamplingNearest2dImpl(const UpsampleOptions& options_)
    : Stateless(UpsampleOptions(options_).mode(kNearest)) {}
UpsamplingBilinear2dImpl::UpsamplingBilinear2dImpl(const UpsampleOptions& options_)
    : Stateless(UpsampleOptions(options_).mode(kBilinear).align_corners(true)) {}

namespace {

void print_upsample(std::ostream& out, const char* name, const UpsampleOptions& options) {
  LayerLine line(out, name);
  if (options.scale_factor()) {
    std::ostringstream list;
    for (const double s : *options.scale_factor()) list << (list.tellp() > 0 ? ", " : "") << s;
    line("scale_factor", "[" + list.str() + "]");
  } else {
    line("size", IntArrayRef(options.size().value_or(std::vector<int64_t>())));
  }
  line("mode", enumtype::get_enum_name(options.mode()));
}
Tensor upsample(const Tensor& input, const UpsampleOptions& options) {
  return functional::interpolate(input, functional::InterpolateFuncOptions()
                                            .size(options.size())
                                            .scale_factor(options.scale_factor())
                                            .mode(options.mode())
                                            .align_corners(options.align_corners()));
}

}  // namespace

void UpsampleImpl::pretty_print(std::ostream& out) const {
  print_upsample(out, "Upsample", options);
}
Tensor UpsampleImpl::forward(const Tensor& input) { return upsample(input, options); }
void UpsamplingNearest2dImpl::pretty_print(std::ostream& out) const {
  print_upsample(out, "UpsamplingNearest2d", options);
}
Tensor UpsamplingNearest2dImpl::forward(const Tensor& input) { return upsample(input, options); }
void UpsamplingBilinear2dImpl::pretty_print(std::ostream& out) const {
  print_upsample(out, "UpsamplingBilinear2d", options);
}
Tensor UpsamplingBilinear2dImpl::forward(const Tensor& input) { return upsample(input, options); }

void PixelShuffleImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "PixelShuffle")("upscale_factor", options.upscale_factor());
}
Tensor PixelShuffleImpl::forward(const Tensor& input) {
  return functional::pixel_shuffle(input, options);
}
void PixelUnshuffleImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "PixelUnshuffle")("downscale_factor", options.downscale_factor());
}
Tensor PixelUnshuffleImpl::forward(const Tensor& input) {
  return functional::pixel_unshuffle(input, options);
}
void ChannelShuffleImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "ChannelShuffle")("groups", options.groups());
}
Tensor ChannelShuffleImpl::forward(const Tensor& input) {
  return functional::channel_shuffle(input, options.groups());
}

void FoldImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Fold")("output_size", options.output_size())(
      "kernel_size", options.kernel_size())("dilation", options.dilation())(
      "padding", options.padding())("stride", options.stride());
}
Tensor FoldImpl::forward(const Tensor& input) { return functional::fold(input, options); }

void UnfoldImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Unfold")("kernel_size", options.kernel_size())("dilation", options.dilation())(
      "padding", options.padding())("stride", options.stride());
}
Tensor UnfoldImpl::forward(const Tensor& input) { return functional::unfold(input, options); }

}  // namespace gradus::nn
