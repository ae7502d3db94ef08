// Convolutions as layers; see nn/functional/conv.h for what each computes.
#pragma once

#include "nn/any_value.h"
#include "nn/cloneable.h"
#include "nn/options/conv.h"

namespace gradus::nn {

// The last line of each layer's class keeps its table of virtual functions in the library, so that
// programs need not compile it.

/// What all convolutions share. They hold the parameters `weight` and, unless the options say
/// bias(false), `bias`.
template <size_t D, class Derived>
class ConvNdImpl : public Cloneable<Derived> {
 public:
  explicit ConvNdImpl(ConvNdOptions<D> options_);
  /// Throws Error unless channels and groups are positive and fit each other, and when padding
  /// kSame comes with a stride.
  void reset() override;
  /// Draws both parameters anew, uniform within 1 / sqrt(weights per output).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  ConvNdOptions<D> options;
  Tensor weight;  // [out_channels, in_channels / groups, kernel...], transposed [in_channels,
                  // out_channels / groups, kernel...]
  Tensor bias;    // [out_channels]

 protected:
  Tensor* member(std::string_view name) override;
  Tensor convolve(const Tensor& input) const;
  Tensor transpose(const Tensor& input, const std::optional<IntArrayRef>& output_size) const;
};

/// What Conv1d to Conv3d share.
template <size_t D, class Derived>
class ConvImpl : public ConvNdImpl<D, Derived> {
 public:
  ConvImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size);
  explicit ConvImpl(const ConvOptions<D>& options_);
  /// input [N, in_channels, places...] or without N; see functional::conv1d.
  Tensor forward(const Tensor& input);
};
/// Convolves [N, in_channels, L] or [in_channels, L]: `Conv1d(in_channels, out_channels,
/// kernel_size)`; see functional::conv1d, and ConvNdImpl for its parameters.
class Conv1dImpl : public ConvImpl<1, Conv1dImpl> {
 public:
  using ConvImpl::ConvImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Convolves [N, in_channels, H, W] or [in_channels, H, W]: `Conv2d(Conv2dOptions(3, 16,
/// 5).stride(2))`; see functional::conv2d, and ConvNdImpl for its parameters.
class Conv2dImpl : public ConvImpl<2, Conv2dImpl> {
 public:
  using ConvImpl::ConvImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Convolves [N, in_channels, D, H, W] or [in_channels, D, H, W]; see functional::conv3d, and
/// ConvNdImpl for its parameters.
class Conv3dImpl : public ConvImpl<3, Conv3dImpl> {
 public:
  using ConvImpl::ConvImpl;
  void pretty_print(std::ostream& out) const override;
};
using Conv1d = ModuleHolder<Conv1dImpl>;  ///< Holds a Conv1dImpl.
using Conv2d = ModuleHolder<Conv2dImpl>;  ///< Holds a Conv2dImpl.
using Conv3d = ModuleHolder<Conv3dImpl>;  ///< Holds a Conv3dImpl.

/// What ConvTranspose1d to ConvTranspose3d share.
template <size_t D, class Derived>
class ConvTransposeNdImpl : public ConvNdImpl<D, Derived> {
 public:
  ConvTransposeNdImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size);
  explicit ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_);
  /// input [N, in_channels, places...] or without N; see functional::conv_transpose1d. With an
  /// output_size, one of those that a convolution would turn into the input's, the output padding
  /// follows from it. Throws Error when the output_size is none of these.
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);

 protected:
  DefaultArguments _forward_default_args() const override;
};
/// The transposed Conv1d, which makes L larger; see functional::conv_transpose1d, and ConvNdImpl
/// for its parameters.
class ConvTranspose1dImpl : public ConvTransposeNdImpl<1, ConvTranspose1dImpl> {
 public:
  using ConvTransposeNdImpl::ConvTransposeNdImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The transposed Conv2d: `ConvTranspose2d(ConvTranspose2dOptions(16, 3, 4).stride(2))`; see
/// functional::conv_transpose2d, and ConvNdImpl for its parameters.
class ConvTranspose2dImpl : public ConvTransposeNdImpl<2, ConvTranspose2dImpl> {
 public:
  using ConvTransposeNdImpl::ConvTransposeNdImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The transposed Conv3d; see functional::conv_transpose3d, and ConvNdImpl for its parameters.
class ConvTranspose3dImpl : public ConvTransposeNdImpl<3, ConvTranspose3dImpl> {
 public:
  using ConvTransposeNdImpl::ConvTransposeNdImpl;
  void pretty_print(std::ostream& out) const override;
};
using ConvTranspose1d = ModuleHolder<ConvTranspose1dImpl>;  ///< Holds a ConvTranspose1dImpl.
using ConvTranspose2d = ModuleHolder<ConvTranspose2dImpl>;  ///< Holds a ConvTranspose2dImpl.
using ConvTranspose3d = ModuleHolder<ConvTranspose3dImpl>;  ///< Holds a ConvTranspose3dImpl.

}  // namespace gradus::nn
