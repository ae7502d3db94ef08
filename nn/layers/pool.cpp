#include "nn/layers/pool.h"

#include "nn/functional/pool.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

namespace F = functional;

namespace {

// The functions of one, two and three dims.
constexpr std::tuple avg_pool{&F::avg_pool1d, &F::avg_pool2d, &F::avg_pool3d};
constexpr std::tuple adaptive_avg_pool{&F::adaptive_avg_pool1d, &F::adaptive_avg_pool2d,
                                       &F::adaptive_avg_pool3d};
constexpr std::tuple lp_pool{&F::lp_pool1d, &F::lp_pool2d, &F::lp_pool3d};
constexpr std::tuple max_pool{&F::max_pool1d, &F::max_pool2d, &F::max_pool3d};
constexpr std::tuple max_pool_with_indices{&F::max_pool1d_with_indices, &F::max_pool2d_with_indices,
                                           &F::max_pool3d_with_indices};
constexpr std::tuple adaptive_max_pool{&F::adaptive_max_pool1d, &F::adaptive_max_pool2d,
                                       &F::adaptive_max_pool3d};
constexpr std::tuple adaptive_max_pool_with_indices{&F::adaptive_max_pool1d_with_indices,
                                                    &F::adaptive_max_pool2d_with_indices,
                                                    &F::adaptive_max_pool3d_with_indices};
constexpr std::tuple max_unpool{&F::max_unpool1d, &F::max_unpool2d, &F::max_unpool3d};

template <size_t D>
void check(const FractionalMaxPoolOptions<D>& o) {
  if (o.output_size().has_value() == o.output_ratio().has_value())
    fail("FractionalMaxPool{}d: needs either an output_size or an output_ratio, got {}", D,
         o.output_size() ? "both" : "none");
  if (!o.output_ratio()) return;
  for (const double r : **o.output_ratio())
    if (!(r > 0 && r < 1))
      fail("FractionalMaxPool{}d: output_ratio must be between 0 and 1, got {}", D, r);
}

}  // namespace

template <size_t D, class Derived>
AvgPoolImpl<D, Derived>::AvgPoolImpl(ExpandingArray<D> kernel_size)
    : AvgPoolImpl(AvgPoolOptions<D>(kernel_size)) {}
template <size_t D, class Derived>
AvgPoolImpl<D, Derived>::AvgPoolImpl(const AvgPoolOptions<D>& options_)
    : Stateless<Derived, AvgPoolOptions<D>>(options_) {}
template <size_t D, class Derived>
void AvgPoolImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const auto& o = this->options;
  LayerLine(out, "AvgPool", D)("kernel_size", o.kernel_size())("stride", o.stride())("padding",
                                                                                     o.padding());
}
template <size_t D, class Derived>
Tensor AvgPoolImpl<D, Derived>::forward(const Tensor& input) {
  return std::get<D - 1>(avg_pool)(input, this->options);
}

template <size_t D, class Sizes, class Derived>
AdaptiveAvgPoolImpl<D, Sizes, Derived>::AdaptiveAvgPoolImpl(Sizes output_size)
    : AdaptiveAvgPoolImpl(AdaptiveAvgPoolOptions<Sizes>(output_size)) {}
template <size_t D, class Sizes, class Derived>
AdaptiveAvgPoolImpl<D, Sizes, Derived>::AdaptiveAvgPoolImpl(
    const AdaptiveAvgPoolOptions<Sizes>& options_)
    : Stateless<Derived, AdaptiveAvgPoolOptions<Sizes>>(options_) {}
template <size_t D, class Sizes, class Derived>
void AdaptiveAvgPoolImpl<D, Sizes, Derived>::pretty_print(std::ostream& out) const {
  LayerLine(out, "AdaptiveAvgPool", D)("output_size", this->options.output_size());
}
template <size_t D, class Sizes, class Derived>
Tensor AdaptiveAvgPoolImpl<D, Sizes, Derived>::forward(const Tensor& input) {
  return std::get<D - 1>(adaptive_avg_pool)(input, this->options);
}

template <size_t D, class Derived>
LPPoolImpl<D, Derived>::LPPoolImpl(double norm_type, ExpandingArray<D> kernel_size)
    : LPPoolImpl(LPPoolOptions<D>(norm_type, kernel_size)) {}
template <size_t D, class Derived>
LPPoolImpl<D, Derived>::LPPoolImpl(const LPPoolOptions<D>& options_)
    : Stateless<Derived, LPPoolOptions<D>>(options_) {}
template <size_t D, class Derived>
void LPPoolImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const auto& o = this->options;
  LayerLine(out, "LPPool", D)("norm_type", o.norm_type())("kernel_size", o.kernel_size())(
      "stride", o.stride())("ceil_mode", o.ceil_mode());
}
template <size_t D, class Derived>
Tensor LPPoolImpl<D, Derived>::forward(const Tensor& input) {
  return std::get<D - 1>(lp_pool)(input, this->options);
}

template <size_t D, class Derived>
MaxPoolImpl<D, Derived>::MaxPoolImpl(ExpandingArray<D> kernel_size)
    : MaxPoolImpl(MaxPoolOptions<D>(kernel_size)) {}
template <size_t D, class Derived>
MaxPoolImpl<D, Derived>::MaxPoolImpl(const MaxPoolOptions<D>& options_)
    : Stateless<Derived, MaxPoolOptions<D>>(options_) {}
template <size_t D, class Derived>
void MaxPoolImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const auto& o = this->options;
  LayerLine(out, "MaxPool", D)("kernel_size", o.kernel_size())("stride", o.stride())(
      "padding", o.padding())("dilation", o.dilation())("ceil_mode", o.ceil_mode());
}
template <size_t D, class Derived>
Tensor MaxPoolImpl<D, Derived>::forward(const Tensor& input) {
  return std::get<D - 1>(max_pool)(input, this->options);
}
template <size_t D, class Derived>
std::tuple<Tensor, Tensor> MaxPoolImpl<D, Derived>::forward_with_indices(const Tensor& input) {
  return std::get<D - 1>(max_pool_with_indices)(input, this->options);
}

template <size_t D, class Sizes, class Derived>
AdaptiveMaxPoolImpl<D, Sizes, Derived>::AdaptiveMaxPoolImpl(Sizes output_size)
    : AdaptiveMaxPoolImpl(AdaptiveMaxPoolOptions<Sizes>(output_size)) {}
template <size_t D, class Sizes, class Derived>
AdaptiveMaxPoolImpl<D, Sizes, Derived>::AdaptiveMaxPoolImpl(
    const AdaptiveMaxPoolOptions<Sizes>& options_)
    : Stateless<Derived, AdaptiveMaxPoolOptions<Sizes>>(options_) {}
template <size_t D, class Sizes, class Derived>
void AdaptiveMaxPoolImpl<D, Sizes, Derived>::pretty_print(std::ostream& out) const {
  LayerLine(out, "AdaptiveMaxPool", D)("output_size", this->options.output_size());
}
template <size_t D, class Sizes, class Derived>
Tensor AdaptiveMaxPoolImpl<D, Sizes, Derived>::forward(const Tensor& input) {
  return std::get<D - 1>(adaptive_max_pool)(input, this->options);
}
template <size_t D, class Sizes, class Derived>
std::tuple<Tensor, Tensor> AdaptiveMaxPoolImpl<D, Sizes, Derived>::forward_with_indices(
    const Tensor& input) {
  return std::get<D - 1>(adaptive_max_pool_with_indices)(input, this->options);
}

template <size_t D, class Derived>
FractionalMaxPoolImpl<D, Derived>::FractionalMaxPoolImpl(ExpandingArray<D> kernel_size)
    : FractionalMaxPoolImpl(FractionalMaxPoolOptions<D>(kernel_size)) {}
template <size_t D, class Derived>
FractionalMaxPoolImpl<D, Derived>::FractionalMaxPoolImpl(FractionalMaxPoolOptions<D> options_)
    : options(std::move(options_)) {
  FractionalMaxPoolImpl::reset();
}
template <size_t D, class Derived>
void FractionalMaxPoolImpl<D, Derived>::reset() {
  check(options);
  _random_samples = this->register_buffer("_random_samples", options._random_samples());
}
template <size_t D, class Derived>
void FractionalMaxPoolImpl<D, Derived>::pretty_print(std::ostream& out) const {
  LayerLine(out, "FractionalMaxPool", D);
}
template <size_t D, class Derived>
Tensor FractionalMaxPoolImpl<D, Derived>::forward(const Tensor& input) {
  return std::get<0>(forward_with_indices(input));
}
template <size_t D, class Derived>
std::tuple<Tensor, Tensor> FractionalMaxPoolImpl<D, Derived>::forward_with_indices(
    const Tensor& input) {
  FractionalMaxPoolOptions<D> o = options;
  o._random_samples(_random_samples);
  if constexpr (D == 2)
    return F::fractional_max_pool2d_with_indices(input, o);
  else
    return F::fractional_max_pool3d_with_indices(input, o);
}

template <size_t D, class Derived>
MaxUnpoolImpl<D, Derived>::MaxUnpoolImpl(ExpandingArray<D> kernel_size)
    : MaxUnpoolImpl(MaxUnpoolOptions<D>(kernel_size)) {}
template <size_t D, class Derived>
MaxUnpoolImpl<D, Derived>::MaxUnpoolImpl(const MaxUnpoolOptions<D>& options_)
    : Stateless<Derived, MaxUnpoolOptions<D>>(options_) {}
template <size_t D, class Derived>
void MaxUnpoolImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const auto& o = this->options;
  LayerLine(out, "MaxUnpool", D)("kernel_size", o.kernel_size())("stride", o.stride())("padding",
                                                                                       o.padding());
}
template <size_t D, class Derived>
Tensor MaxUnpoolImpl<D, Derived>::forward(const Tensor& input, const Tensor& indices,
                                          const std::optional<std::vector<int64_t>>& output_size) {
  const auto& o = this->options;
  return std::get<D - 1>(max_unpool)(input, indices,
                                     F::MaxUnpoolFuncOptions<D>(o.kernel_size())
                                         .stride(o.stride())
                                         .padding(o.padding())
                                         .output_size(output_size));
}
template <size_t D, class Derived>
DefaultArguments MaxUnpoolImpl<D, Derived>::_forward_default_args() const {
  return {{2, AnyValue(std::optional<std::vector<int64_t>>())}};
}

// A layer and the template that it is made of.
#define GRADUS_LAYER(Name, ...) \
  template class __VA_ARGS__;   \
  void Name::pretty_print(std::ostream& out) const { __VA_ARGS__::pretty_print(out); }
GRADUS_LAYER(AvgPool1dImpl, AvgPoolImpl<1, AvgPool1dImpl>)
GRADUS_LAYER(AvgPool2dImpl, AvgPoolImpl<2, AvgPool2dImpl>)
GRADUS_LAYER(AvgPool3dImpl, AvgPoolImpl<3, AvgPool3dImpl>)
GRADUS_LAYER(AdaptiveAvgPool1dImpl,
             AdaptiveAvgPoolImpl<1, ExpandingArray<1>, AdaptiveAvgPool1dImpl>)
GRADUS_LAYER(AdaptiveAvgPool2dImpl,
             AdaptiveAvgPoolImpl<2, ExpandingArrayWithOptionalElem<2>, AdaptiveAvgPool2dImpl>)
GRADUS_LAYER(AdaptiveAvgPool3dImpl,
             AdaptiveAvgPoolImpl<3, ExpandingArrayWithOptionalElem<3>, AdaptiveAvgPool3dImpl>)
GRADUS_LAYER(LPPool1dImpl, LPPoolImpl<1, LPPool1dImpl>)
GRADUS_LAYER(LPPool2dImpl, LPPoolImpl<2, LPPool2dImpl>)
GRADUS_LAYER(LPPool3dImpl, LPPoolImpl<3, LPPool3dImpl>)
GRADUS_LAYER(MaxPool1dImpl, MaxPoolImpl<1, MaxPool1dImpl>)
GRADUS_LAYER(MaxPool2dImpl, MaxPoolImpl<2, MaxPool2dImpl>)
GRADUS_LAYER(MaxPool3dImpl, MaxPoolImpl<3, MaxPool3dImpl>)
GRADUS_LAYER(AdaptiveMaxPool1dImpl,
             AdaptiveMaxPoolImpl<1, ExpandingArray<1>, AdaptiveMaxPool1dImpl>)
GRADUS_LAYER(AdaptiveMaxPool2dImpl,
             AdaptiveMaxPoolImpl<2, ExpandingArrayWithOptionalElem<2>, AdaptiveMaxPool2dImpl>)
GRADUS_LAYER(AdaptiveMaxPool3dImpl,
             AdaptiveMaxPoolImpl<3, ExpandingArrayWithOptionalElem<3>, AdaptiveMaxPool3dImpl>)
GRADUS_LAYER(FractionalMaxPool2dImpl, FractionalMaxPoolImpl<2, FractionalMaxPool2dImpl>)
GRADUS_LAYER(FractionalMaxPool3dImpl, FractionalMaxPoolImpl<3, FractionalMaxPool3dImpl>)
GRADUS_LAYER(MaxUnpool1dImpl, MaxUnpoolImpl<1, MaxUnpool1dImpl>)
GRADUS_LAYER(MaxUnpool2dImpl, MaxUnpoolImpl<2, MaxUnpool2dImpl>)
GRADUS_LAYER(MaxUnpool3dImpl, MaxUnpoolImpl<3, MaxUnpool3dImpl>)
#undef GRADUS_LAYER

}  // namespace gradus::nn
