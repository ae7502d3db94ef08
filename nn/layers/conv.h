// Convolutions as layers.
#pragma once

#include "nn/any_value.h"
#include "nn/cloneable.h"
#include "nn/options/conv.h"

namespace gradus::nn {

// What all of them share. The weight is [out_channels, in_channels / groups, kernel...], transposed
// [in_channels, out_channels / groups, kernel...].
template <size_t D, class Derived>
class ConvNdImpl : public Cloneable<Derived> {
 public:
  explicit ConvNdImpl(ConvNdOptions<D> options_);
  void reset() override;
  // Uniform within 1 / sqrt(weights per output).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  ConvNdOptions<D> options;
  Tensor weight;
  Tensor bias;  // [out_channels]

 protected:
  Tensor convolve(const Tensor& input) const;
  Tensor transpose(const Tensor& input, const std::optional<IntArrayRef>& output_size) const;
};

// Conv2d(in_channels, out_channels, kernel_size). See autograd/ops/image/conv.h for the shapes.
#define GRADUS_CONV(D)                                                                        \
  class Conv##D##dImpl : public ConvNdImpl<D, Conv##D##dImpl> {                               \
   public:                                                                                    \
    Conv##D##dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size); \
    explicit Conv##D##dImpl(Conv##D##dOptions options_);                                      \
    Tensor forward(const Tensor& input);                                                      \
  };                                                                                          \
  extern template class ConvNdImpl<D, Conv##D##dImpl>;                                        \
  using Conv##D##d = ModuleHolder<Conv##D##dImpl>
GRADUS_CONV(1);
GRADUS_CONV(2);
GRADUS_CONV(3);
#undef GRADUS_CONV

// Declares what GRADUS_FORWARD_HAS_DEFAULT_ARGS would define.
#define GRADUS_DEFAULT_ARGS                           \
  bool _forward_has_default_args() override;          \
  unsigned int _forward_num_required_args() override; \
  std::vector<AnyValue> _forward_populate_default_args(std::vector<AnyValue>&&) override;

// With an output_size, one of those that a convolution would turn into the input's, the output
// padding follows from it.
#define GRADUS_CONV(D)                                                            \
  class ConvTranspose##D##dImpl : public ConvNdImpl<D, ConvTranspose##D##dImpl> { \
   public:                                                                        \
    ConvTranspose##D##dImpl(int64_t in_channels, int64_t out_channels,            \
                            ExpandingArray<D> kernel_size);                       \
    explicit ConvTranspose##D##dImpl(ConvTranspose##D##dOptions options_);        \
    Tensor forward(const Tensor& input,                                           \
                   const std::optional<IntArrayRef>& output_size = std::nullopt); \
                                                                                  \
   protected:                                                                     \
    GRADUS_DEFAULT_ARGS                                                           \
  };                                                                              \
  extern template class ConvNdImpl<D, ConvTranspose##D##dImpl>;                   \
  using ConvTranspose##D##d = ModuleHolder<ConvTranspose##D##dImpl>
GRADUS_CONV(1);
GRADUS_CONV(2);
GRADUS_CONV(3);
#undef GRADUS_CONV
#undef GRADUS_DEFAULT_ARGS

}  // namespace gradus::nn
