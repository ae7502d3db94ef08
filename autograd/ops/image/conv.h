// Convolutions of 1 to 3 spatial dims. Inputs are [N, C, spatial...], or without N; weights [out,
// in / groups, kernel...], of transposed convolutions [in, out / groups, kernel...]; the bias has
// one element for each channel of the result. All are of one type, not bool. Lists have one entry
// for each spatial dim, or one for all. Throws where shapes do not fit, naming them. Any order of
// derivative.
//
// 3 x 3 taps of stride 1 between 16 or more float32 channels go by the tiles of Lavin and Gray,
// Fast algorithms for convolutional neural networks (2016): an infinity or nan then spreads over
// its tile of 4 x 4 results.
#pragma once

#include <string_view>

#include "tensor/tensor.h"

namespace gradus {

namespace detail {
// "same": stride 1 and as much padding as keeps the size, the odd one behind. "valid": none.
Tensor conv_padded_by_name(int64_t dims, const Tensor& input, const Tensor& weight,
                           const std::optional<Tensor>& bias, IntArrayRef stride,
                           std::string_view padding, IntArrayRef dilation, int64_t groups);
template <class S>
concept a_padding_name = std::is_convertible_v<S, std::string_view> && !std::is_integral_v<S>;
}  // namespace detail

// A place of the result is floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 wide;
// of the transposed one (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1,
// where output_padding is less than stride or dilation.
#define GRADUS_CONV(D)                                                                             \
  Tensor conv##D##d(const Tensor& input, const Tensor& weight,                                     \
                    const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,                \
                    IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);        \
  template <detail::a_padding_name S>                                                              \
  Tensor conv##D##d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,  \
                    IntArrayRef stride, const S& padding, IntArrayRef dilation = 1,                \
                    int64_t groups = 1) {                                                          \
    return detail::conv_padded_by_name(D, input, weight, bias, stride, padding, dilation, groups); \
  }                                                                                                \
  Tensor conv_transpose##D##d(const Tensor& input, const Tensor& weight,                           \
                              const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,      \
                              IntArrayRef padding = 0, IntArrayRef output_padding = 0,             \
                              int64_t groups = 1, IntArrayRef dilation = 1);
GRADUS_CONV(1)
GRADUS_CONV(2)
GRADUS_CONV(3)
#undef GRADUS_CONV

// Any of the above; the number of spatial dims is the weight's.
Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                   IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups);
// Over time: input [T, N, in], weight [kernel, in, out], bias [out].
Tensor conv_tbc(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t pad = 0);

}  // namespace gradus
