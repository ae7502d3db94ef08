// Layers that learn the size of their input from the first one.
#pragma once

#include "nn/layers/conv.h"
#include "nn/layers/linear.h"
#include "nn/layers/normalisation.h"

namespace gradus::detail {

// The options that a layer is made of.
template <size_t D, class Derived>
nn::ConvOptions<D> lazy_options_of(const nn::ConvImpl<D, Derived>*);
template <size_t D, class Derived>
nn::ConvTransposeOptions<D> lazy_options_of(const nn::ConvTransposeNdImpl<D, Derived>*);
// What a lazy layer is made of when it is given nothing.
template <class Options>
Options lazy_defaults(Options o) {
  return o;
}
inline nn::InstanceNormOptions lazy_defaults(nn::InstanceNormOptions o) {
  return o.affine(true).track_running_stats(true);
}
template <class Derived, class Options>
Options lazy_options_of(const nn::NormImplBase<Derived, Options>*);
nn::LinearOptions lazy_options_of(const nn::LinearImpl*);

}  // namespace gradus::detail

namespace gradus::nn {

/// What lazy layers share. Until the first input comes, or loaded parameters do, the size of the
/// input is 0 in the options, and parameters and buffers have no elements; then they are made and
/// drawn. What an optimiser was given before stays right, but the draws come with the first input,
/// and a converted type with them.
template <class Base>
class LazyLayer : public Base {
 public:
  /// The options of the layer; the size of the input that they say is not used.
  using Options = decltype(gradus::detail::lazy_options_of(static_cast<const Base*>(nullptr)));
  explicit LazyLayer(const Options& options_);
  void reset() override;
  /// Prints the layer's name with "Lazy" before it, until the size is known.
  void pretty_print(std::ostream& out) const override;
  /// Reads parameters of any input size when the size is not known yet.
  void load(serialize::InputArchive& archive) override;
  /// Whether the size of the input is not known yet.
  bool has_uninitialized_params() const { return !known_; }
  /// Makes and draws the parameters for inputs like this one. Does nothing when they are there.
  /// Throws Error when the input has too few dims.
  void initialize_parameters(const Tensor& input);

 protected:
  LazyLayer(const Options& options_, const Tensor& draws);
  std::function<void()> take_sizes(const std::function<Tensor(const std::string&)>& saved) override;
  void initialize(int64_t size);
  // Back to where no size is known.
  void forget();
  bool known_ = false;
};

/// A layer from tensor to tensor that learns the size of its input from the first one: see
/// LazyLayer.
template <class Base>
class LazyImpl : public LazyLayer<Base> {
 public:
  using typename LazyLayer<Base>::Options;
  explicit LazyImpl(const Options& options_) : LazyLayer<Base>(options_) {}
  /// Of the options' other arguments: `LazyLinear(3)`, `LazyConv2d(16, 5)`, `LazyBatchNorm2d()`. As
  /// in PyTorch, a lazy InstanceNorm is then affine and tracks statistics.
  template <class... Args>
  requires(std::is_constructible_v<Options, int64_t, Args...>) explicit LazyImpl(Args... args)
      : LazyLayer<Base>(gradus::detail::lazy_defaults(Options(0, args...))) {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return this->separate(new LazyImpl(*this), device);
  }
  /// The layer's forward(), after initialize_parameters().
  Tensor forward(const Tensor& input) {
    this->initialize_parameters(input);
    return Base::forward(input);
  }
};
/// LazyImpl for transposed convolutions.
template <class Base>
class LazyTransposedImpl : public LazyLayer<Base> {
 public:
  using typename LazyLayer<Base>::Options;
  explicit LazyTransposedImpl(const Options& options_) : LazyLayer<Base>(options_) {}
  /// Of the options' other arguments: `LazyConvTranspose2d(16, 5)`.
  template <class... Args>
  requires(std::is_constructible_v<Options, int64_t, Args...>) explicit LazyTransposedImpl(
      Args... args)
      : LazyLayer<Base>(Options(0, args...)) {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return this->separate(new LazyTransposedImpl(*this), device);
  }
  /// The layer's forward(), after initialize_parameters().
  Tensor forward(const Tensor& input,
                 const std::optional<IntArrayRef>& output_size = std::nullopt) {
    this->initialize_parameters(input);
    return Base::forward(input, output_size);
  }
};

using LazyLinearImpl = LazyImpl<LinearImpl>;                              ///< See LazyLayer.
using LazyConv1dImpl = LazyImpl<Conv1dImpl>;                              ///< See LazyLayer.
using LazyConv2dImpl = LazyImpl<Conv2dImpl>;                              ///< See LazyLayer.
using LazyConv3dImpl = LazyImpl<Conv3dImpl>;                              ///< See LazyLayer.
using LazyConvTranspose1dImpl = LazyTransposedImpl<ConvTranspose1dImpl>;  ///< See LazyLayer.
using LazyConvTranspose2dImpl = LazyTransposedImpl<ConvTranspose2dImpl>;  ///< See LazyLayer.
using LazyConvTranspose3dImpl = LazyTransposedImpl<ConvTranspose3dImpl>;  ///< See LazyLayer.
using LazyBatchNorm1dImpl = LazyImpl<BatchNorm1dImpl>;                    ///< See LazyLayer.
using LazyBatchNorm2dImpl = LazyImpl<BatchNorm2dImpl>;                    ///< See LazyLayer.
using LazyBatchNorm3dImpl = LazyImpl<BatchNorm3dImpl>;                    ///< See LazyLayer.
using LazyInstanceNorm1dImpl = LazyImpl<InstanceNorm1dImpl>;              ///< See LazyLayer.
using LazyInstanceNorm2dImpl = LazyImpl<InstanceNorm2dImpl>;              ///< See LazyLayer.
using LazyInstanceNorm3dImpl = LazyImpl<InstanceNorm3dImpl>;              ///< See LazyLayer.

using LazyLinear = ModuleHolder<LazyLinearImpl>;                    ///< `LazyLinear(out_features)`
using LazyConv1d = ModuleHolder<LazyConv1dImpl>;                    ///< `LazyConv1d(16, 5)`
using LazyConv2d = ModuleHolder<LazyConv2dImpl>;                    ///< `LazyConv2d(16, 5)`
using LazyConv3d = ModuleHolder<LazyConv3dImpl>;                    ///< `LazyConv3d(16, 5)`
using LazyConvTranspose1d = ModuleHolder<LazyConvTranspose1dImpl>;  ///< See LazyTransposedImpl.
using LazyConvTranspose2d = ModuleHolder<LazyConvTranspose2dImpl>;  ///< See LazyTransposedImpl.
using LazyConvTranspose3d = ModuleHolder<LazyConvTranspose3dImpl>;  ///< See LazyTransposedImpl.
using LazyBatchNorm1d = ModuleHolder<LazyBatchNorm1dImpl>;          ///< `LazyBatchNorm1d()`
using LazyBatchNorm2d = ModuleHolder<LazyBatchNorm2dImpl>;          ///< `LazyBatchNorm2d()`
using LazyBatchNorm3d = ModuleHolder<LazyBatchNorm3dImpl>;          ///< `LazyBatchNorm3d()`
using LazyInstanceNorm1d = ModuleHolder<LazyInstanceNorm1dImpl>;    ///< `LazyInstanceNorm1d()`
using LazyInstanceNorm2d = ModuleHolder<LazyInstanceNorm2dImpl>;    ///< `LazyInstanceNorm2d()`
using LazyInstanceNorm3d = ModuleHolder<LazyInstanceNorm3dImpl>;    ///< `LazyInstanceNorm3d()`

}  // namespace gradus::nn
