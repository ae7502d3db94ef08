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
  Line(out, kind(this->options).layer, D)("padding", this->options.padding());
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
  Line(out, "ConstantPad", D)("padding", this->options.padding())("value", this->options.value());
}
template <size_t D, class Derived>
Tensor ConstantPadImpl<D, Derived>::forward(const Tensor& input) {
  return constant_pad_nd(input, *this->options.padding(), this->options.value());
}

#define GRADUS_PADS(D)                                                              \
  template class PadImpl<D, ReflectionPad##D##dImpl, ReflectionPad##D##dOptions>;   \
  template class PadImpl<D, ReplicationPad##D##dImpl, ReplicationPad##D##dOptions>; \
  template class PadImpl<D, ZeroPad##D##dImpl, ZeroPad##D##dOptions>;               \
  template class PadImpl<D, CircularPad##D##dImpl, CircularPad##D##dOptions>;
GRADUS_PADS(1)
GRADUS_PADS(2)
GRADUS_PADS(3)
#undef GRADUS_PADS
template class ConstantPadImpl<1, ConstantPad1dImpl>;
template class ConstantPadImpl<2, ConstantPad2dImpl>;
template class ConstantPadImpl<3, ConstantPad3dImpl>;

}  // namespace gradus::nn
