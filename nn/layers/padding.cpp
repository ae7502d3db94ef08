#include "nn/layers/padding.h"

#include "autograd/ops/image/resample.h"
#include "nn/print.h"

namespace gradus::nn {

namespace {

// The name of the layer that has these options, and its mode of gradus::pad.
struct Kind {
  const char *layer, *mode;
};
template <size_t D>
Kind kind(const ReflectionPadOptions<D>&) {
  return {"ReflectionPad", "reflect"};
}
template <size_t D>
Kind kind(const ReplicationPadOptions<D>&) {
  return {"ReplicationPad", "replicate"};
}
template <size_t D>
Kind kind(const ZeroPadOptions<D>&) {
  return {"ZeroPad", "constant"};
}
template <size_t D>
Kind kind(const CircularPadOptions<D>&) {
  return {"CircularPad", "circular"};
}

}  // namespace

template <size_t D, class Derived, class Options>
PadImpl<D, Derived, Options>::PadImpl(ExpandingArray<D * 2> padding) : PadImpl(Options(padding)) {}
template <size_t D, class Derived, class Options>
PadImpl<D, Derived, Options>::PadImpl(const Options& options_)
    : Stateless<Derived, Options>(options_) {}
template <size_t D, class Derived, class Options>
void PadImpl<D, Derived, Options>::pretty_print(std::ostream& out) const {
  LayerLine(out, kind(this->options).layer, D)("padding", this->options.padding());
}
template <size_t D, class Derived, class Options>
Tensor PadImpl<D, Derived, Options>::forward(const Tensor& input) {
  return pad(input, *this->options.padding(), kind(this->options).mode);
}

template <size_t D, class Derived>
ConstantPadImpl<D, Derived>::ConstantPadImpl(ExpandingArray<D * 2> padding, double value)
    : ConstantPadImpl(ConstantPadOptions<D>(padding, value)) {}
template <size_t D, class Derived>
ConstantPadImpl<D, Derived>::ConstantPadImpl(const ConstantPadOptions<D>& options_)
    : Stateless<Derived, ConstantPadOptions<D>>(options_) {}
template <size_t D, class Derived>
void ConstantPadImpl<D, Derived>::pretty_print(std::ostream& out) const {
  LayerLine(out, "ConstantPad", D)("padding", this->options.padding())("value",
                                                                       this->options.value());
}
template <size_t D, class Derived>
Tensor ConstantPadImpl<D, Derived>::forward(const Tensor& input) {
  return constant_pad_nd(input, *this->options.padding(), this->options.value());
}

// A layer and the template that it is made of.
#define GRADUS_LAYER(Name, ...) \
  template class __VA_ARGS__;   \
  void Name::pretty_print(std::ostream& out) const { __VA_ARGS__::pretty_print(out); }
GRADUS_LAYER(ReflectionPad1dImpl, PadImpl<1, ReflectionPad1dImpl, ReflectionPad1dOptions>)
GRADUS_LAYER(ReflectionPad2dImpl, PadImpl<2, ReflectionPad2dImpl, ReflectionPad2dOptions>)
GRADUS_LAYER(ReflectionPad3dImpl, PadImpl<3, ReflectionPad3dImpl, ReflectionPad3dOptions>)
GRADUS_LAYER(ReplicationPad1dImpl, PadImpl<1, ReplicationPad1dImpl, ReplicationPad1dOptions>)
GRADUS_LAYER(ReplicationPad2dImpl, PadImpl<2, ReplicationPad2dImpl, ReplicationPad2dOptions>)
GRADUS_LAYER(ReplicationPad3dImpl, PadImpl<3, ReplicationPad3dImpl, ReplicationPad3dOptions>)
GRADUS_LAYER(ZeroPad1dImpl, PadImpl<1, ZeroPad1dImpl, ZeroPad1dOptions>)
GRADUS_LAYER(ZeroPad2dImpl, PadImpl<2, ZeroPad2dImpl, ZeroPad2dOptions>)
GRADUS_LAYER(ZeroPad3dImpl, PadImpl<3, ZeroPad3dImpl, ZeroPad3dOptions>)
GRADUS_LAYER(CircularPad1dImpl, PadImpl<1, CircularPad1dImpl, CircularPad1dOptions>)
GRADUS_LAYER(CircularPad2dImpl, PadImpl<2, CircularPad2dImpl, CircularPad2dOptions>)
GRADUS_LAYER(CircularPad3dImpl, PadImpl<3, CircularPad3dImpl, CircularPad3dOptions>)
GRADUS_LAYER(ConstantPad1dImpl, ConstantPadImpl<1, ConstantPad1dImpl>)
GRADUS_LAYER(ConstantPad2dImpl, ConstantPadImpl<2, ConstantPad2dImpl>)
GRADUS_LAYER(ConstantPad3dImpl, ConstantPadImpl<3, ConstantPad3dImpl>)
#undef GRADUS_LAYER

}  // namespace gradus::nn
