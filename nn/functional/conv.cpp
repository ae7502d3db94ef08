#include "nn/functional/conv.h"

#include "autograd/ops/image/conv.h"

namespace gradus::nn::functional {

namespace {

// `conv` is the operation of D dims that takes the padding as a list.
template <size_t D>
Tensor convolve(Tensor (*conv)(const Tensor&, const Tensor&, const std::optional<Tensor>&,
                               IntArrayRef, IntArrayRef, IntArrayRef, int64_t),
                const Tensor& input, const Tensor& weight, const ConvFuncOptions<D>& o) {
  const auto& padding = o.padding();
  if (const auto* list = std::get_if<ExpandingArray<D>>(&padding))
    return conv(input, weight, o.bias(), *o.stride(), **list, *o.dilation(), o.groups());
  const bool same = std::holds_alternative<enumtype::kSame>(padding);
  return gradus::detail::conv_padded_by_name(D, input, weight, o.bias(), *o.stride(),
                                             same ? "same" : "valid", *o.dilation(), o.groups());
}

template <size_t D, class Conv>
Tensor convolve_transposed(Conv conv, const Tensor& input, const Tensor& weight,
                           const ConvTransposeFuncOptions<D>& o) {
  return conv(input, weight, o.bias(), *o.stride(), *o.padding(), *o.output_padding(), o.groups(),
              *o.dilation());
}

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& o) {
  return convolve(gradus::conv1d, input, weight, o);
}
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& o) {
  return convolve(gradus::conv2d, input, weight, o);
}
Tensor conv3d(const Tensor& input, const Tensor& weight, const Conv3dFuncOptions& o) {
  return convolve(gradus::conv3d, input, weight, o);
}

Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& o) {
  return convolve_transposed(gradus::conv_transpose1d, input, weight, o);
}
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& o) {
  return convolve_transposed(gradus::conv_transpose2d, input, weight, o);
}
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose3dFuncOptions& o) {
  return convolve_transposed(gradus::conv_transpose3d, input, weight, o);
}

}  // namespace gradus::nn::functional
