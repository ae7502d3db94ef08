// Activations of neural networks. The elementwise ones take floating types (those marked so,
// integers too); names ending in _ write into their argument.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// max(x, 0) is relu() in pointwise.h. Between 0 and 6; also integers.
Tensor relu6(const Tensor& self);
Tensor& relu6_(const Tensor& self);
// x where x > 0, else negative_slope * x.
Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope = 0.01);
Tensor& leaky_relu_(const Tensor& self, const Scalar& negative_slope = 0.01);
// leaky_relu with learned slopes: one weight, or one for each channel (dim 1).
Tensor prelu(const Tensor& self, const Tensor& weight);
// leaky_relu whose slope is drawn from [lower, upper] for each element when training, else their
// mean.
Tensor rrelu(const Tensor& self, const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
             bool training = false, std::optional<Generator> generator = std::nullopt);
Tensor& rrelu_(const Tensor& self, const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
               bool training = false, std::optional<Generator> generator = std::nullopt);
// scale * x where x > 0, else scale * alpha * (exp(input_scale * x) - 1).
Tensor elu(const Tensor& self, const Scalar& alpha = 1, const Scalar& scale = 1,
           const Scalar& input_scale = 1);
Tensor& elu_(const Tensor& self, const Scalar& alpha = 1, const Scalar& scale = 1,
             const Scalar& input_scale = 1);
Tensor selu(const Tensor& self);
Tensor& selu_(const Tensor& self);
// alpha must not be 0.
Tensor celu(const Tensor& self, const Scalar& alpha = 1.0);
Tensor& celu_(const Tensor& self, const Scalar& alpha = 1.0);
// x P(a standard normal number is below x); approximate is "none" or "tanh".
Tensor gelu(const Tensor& self, std::string_view approximate = "none");
Tensor& gelu_(const Tensor& self, std::string_view approximate = "none");
Tensor silu(const Tensor& self);
Tensor& silu_(const Tensor& self);
Tensor mish(const Tensor& self);
Tensor& mish_(const Tensor& self);
// log(1 + exp(beta x)) / beta, and x where beta x > threshold.
Tensor softplus(const Tensor& self, const Scalar& beta = 1, const Scalar& threshold = 20);
Tensor log_sigmoid(const Tensor& self);
Tensor softsign(const Tensor& self);
Tensor tanhshrink(const Tensor& self);
// 0 between -lambd and lambd, else x.
Tensor hardshrink(const Tensor& self, const Scalar& lambd = 0.5);
// x moved towards 0 by lambd >= 0, at most to 0.
Tensor softshrink(const Tensor& self, const Scalar& lambd = 0.5);
// x held between the two; also integers.
Tensor hardtanh(const Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);
Tensor& hardtanh_(const Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);
Tensor hardsigmoid(const Tensor& self);
Tensor& hardsigmoid_(const Tensor& self);
Tensor hardswish(const Tensor& self);
Tensor& hardswish_(const Tensor& self);
// x where x > threshold, else value; also integers.
Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value);
Tensor& threshold_(const Tensor& self, const Scalar& threshold, const Scalar& value);
// The first half along `dim`, times sigmoid of the second; the size must be even.
Tensor glu(const Tensor& self, int64_t dim = -1);

}  // namespace gradus
