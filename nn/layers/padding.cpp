#include "nn/layers/padding.h"

#include "autograd/ops/image/resample.h"
#include "nn/print.h"

namespace gradus::nn {

#define GRADUS_PAD(Name, D, mode)                                                            \
  Name##D##dImpl::Name##D##dImpl(ExpandingArray<D * 2> padding)                              \
      : Stateless(Name##D##dOptions(std::move(padding))) {}                                  \
  Name##D##dImpl::Name##D##dImpl(const Name##D##dOptions& options_) : Stateless(options_) {} \
  void Name##D##dImpl::pretty_print(std::ostream& out) const {                               \
    Line(out, #Name #D "d")("padding", options.padding());                                   \
  }                                                                                          \
  Tensor Name##D##dImpl::forward(const Tensor& input) {                                      \
    return pad(input, *options.padding(), mode);                                             \
  }
#define GRADUS_PADS(Name, mode) \
  GRADUS_PAD(Name, 1, mode) GRADUS_PAD(Name, 2, mode) GRADUS_PAD(Name, 3, mode)
GRADUS_PADS(ReflectionPad, "reflect")
GRADUS_PADS(ReplicationPad, "replicate")
GRADUS_PADS(ZeroPad, "constant")
GRADUS_PADS(CircularPad, "circular")

#define GRADUS_CONSTANT_PAD(D)                                                               \
  ConstantPad##D##dImpl::ConstantPad##D##dImpl(ExpandingArray<D * 2> padding, double value)  \
      : Stateless(ConstantPad##D##dOptions(std::move(padding), value)) {}                    \
  ConstantPad##D##dImpl::ConstantPad##D##dImpl(const ConstantPad##D##dOptions& options_)     \
      : Stateless(options_) {}                                                               \
  void ConstantPad##D##dImpl::pretty_print(std::ostream& out) const {                        \
    Line(out, "ConstantPad" #D "d")("padding", options.padding())("value", options.value()); \
  }                                                                                          \
  Tensor ConstantPad##D##dImpl::forward(const Tensor& input) {                               \
    return constant_pad_nd(input, *options.padding(), options.value());                      \
  }
GRADUS_CONSTANT_PAD(1)
GRADUS_CONSTANT_PAD(2)
GRADUS_CONSTANT_PAD(3)

}  // namespace gradus::nn
