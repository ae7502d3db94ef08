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

/// The cross-correlation of input [N, C, L] or [C, L] with weight [O, C / groups, K], plus bias
/// [O]:
///   y[n, o, i] = bias[o] + sum over c, k of weight[o, c, k] input[n, c, i stride + k dilation -
///   padding]
/// where zeros stand outside of the input. The result has
/// floor((L + 2 padding - dilation (K - 1) - 1) / stride) + 1 places. Channels fall into `groups`
/// that do not mix. Types agree; not bool. Throws Error when shapes do not fit.
Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1,
              int64_t groups = 1);
/// With `padding` by name: "same" pads with as many zeros as keep the size (the odd one behind; the
/// stride must be 1), "valid" with none.
template <detail::a_padding_name S>
Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, const S& padding, IntArrayRef dilation = 1, int64_t groups = 1) {
  return detail::conv_padded_by_name(1, input, weight, bias, stride, padding, dilation, groups);
}
/// The cross-correlation of input [N, C, H, W] or [C, H, W] with weight [O, C / groups, KH, KW],
/// plus bias [O]; each of the last two dims as in conv1d(). Lists have an entry for each of them,
/// or one for both.
Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1,
              int64_t groups = 1);
/// With `padding` "same" or "valid"; see conv1d().
template <detail::a_padding_name S>
Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, const S& padding, IntArrayRef dilation = 1, int64_t groups = 1) {
  return detail::conv_padded_by_name(2, input, weight, bias, stride, padding, dilation, groups);
}
/// The cross-correlation of input [N, C, D, H, W] or [C, D, H, W] with weight
/// [O, C / groups, KD, KH, KW], plus bias [O]; each of the last three dims as in conv1d().
Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1,
              int64_t groups = 1);
/// With `padding` "same" or "valid"; see conv1d().
template <detail::a_padding_name S>
Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, const S& padding, IntArrayRef dilation = 1, int64_t groups = 1) {
  return detail::conv_padded_by_name(3, input, weight, bias, stride, padding, dilation, groups);
}

/// The transpose of conv1d() as a linear map (the gradient of it by its input): each element of
/// input [N, C, L] or [C, L] is spread by weight [C, O / groups, K], and what meets is added up,
/// plus bias [O]. The result has
/// (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1 places. Throws Error when
/// output_padding is not less than stride or dilation, or shapes do not fit.
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                        IntArrayRef padding = 0, IntArrayRef output_padding = 0, int64_t groups = 1,
                        IntArrayRef dilation = 1);
/// The transpose of conv2d(): input [N, C, H, W] or [C, H, W], weight [C, O / groups, KH, KW]; each
/// of the last two dims as in conv_transpose1d().
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                        IntArrayRef padding = 0, IntArrayRef output_padding = 0, int64_t groups = 1,
                        IntArrayRef dilation = 1);
/// The transpose of conv3d(): input [N, C, D, H, W] or [C, D, H, W], weight
/// [C, O / groups, KD, KH, KW]; each of the last three dims as in conv_transpose1d().
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                        IntArrayRef padding = 0, IntArrayRef output_padding = 0, int64_t groups = 1,
                        IntArrayRef dilation = 1);

/// Any of the above: the number of spatial dims is the weight's, less 2; `transposed` chooses
/// conv_transpose*d(), which alone reads output_padding.
Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                   IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups);
/// conv1d() over time first: input [T, N, in], weight [kernel, in, out], bias [out] give
/// [T + 2 pad - kernel + 1, N, out].
Tensor conv_tbc(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t pad = 0);

}  // namespace gradus
