#include "nn/functional/conv.h"

#include "autograd/ops/conv.h"

namespace gradus::nn::functional {

namespace {
// f(padding) with the list or the name.
template <class Padding, class F>
Tensor with_padding(const Padding& padding, F f) {
  if (std::holds_alternative<enumtype::kSame>(padding)) return f("same");
  if (std::holds_alternative<enumtype::kValid>(padding)) return f("valid");
  return f(IntArrayRef(*std::get<0>(padding)));
}
}  // namespace

#define GRADUS_CONV(D)                                                                           \
  Tensor conv##D##d(const Tensor& input, const Tensor& weight, const Conv##D##dFuncOptions& o) { \
    return with_padding(o.padding(), [&](auto padding) {                                         \
      return gradus::conv##D##d(input, weight, o.bias(), IntArrayRef(*o.stride()), padding,      \
                                IntArrayRef(*o.dilation()), o.groups());                         \
    });                                                                                          \
  }                                                                                              \
  Tensor conv_transpose##D##d(const Tensor& input, const Tensor& weight,                         \
                              const ConvTranspose##D##dFuncOptions& o) {                         \
    return gradus::conv_transpose##D##d(input, weight, o.bias(), *o.stride(), *o.padding(),      \
                                        *o.output_padding(), o.groups(), *o.dilation());         \
  }
GRADUS_CONV(1)
GRADUS_CONV(2)
GRADUS_CONV(3)
#undef GRADUS_CONV

}  // namespace gradus::nn::functional
