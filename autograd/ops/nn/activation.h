// Activations of neural networks. The elementwise ones take floating types (those marked so,
// integers too); names ending in _ write into their argument.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// min(max(x, 0), 6). Also integers. For max(x, 0) see relu() in pointwise.h.
Tensor relu6(const Tensor& self);
/// relu6() in place.
Tensor& relu6_(const Tensor& self);
/// x where x > 0, else negative_slope x.
Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope = 0.01);
/// leaky_relu() in place.
Tensor& leaky_relu_(const Tensor& self, const Scalar& negative_slope = 0.01);
/// leaky_relu() with learned slopes: `weight` has one element for all, or one for each channel (dim
/// 1). Throws Error when their number does not fit or the types differ. He et al., Delving Deep
/// into Rectifiers, 2015.
Tensor prelu(const Tensor& self, const Tensor& weight);
/// leaky_relu() whose slope is drawn uniformly from [lower, upper] for each element when training,
/// else is the mean of the two.
Tensor rrelu(const Tensor& self, const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
             bool training = false, std::optional<Generator> generator = std::nullopt);
/// rrelu() in place.
Tensor& rrelu_(const Tensor& self, const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
               bool training = false, std::optional<Generator> generator = std::nullopt);
/// scale x where x > 0, else scale alpha (exp(input_scale x) - 1). Clevert et al., Fast and
/// Accurate Deep Network Learning by Exponential Linear Units, 2015.
Tensor elu(const Tensor& self, const Scalar& alpha = 1, const Scalar& scale = 1,
           const Scalar& input_scale = 1);
/// elu() in place.
Tensor& elu_(const Tensor& self, const Scalar& alpha = 1, const Scalar& scale = 1,
             const Scalar& input_scale = 1);
/// elu() with the alpha and scale (1.6733 and 1.0507) that keep mean 0 and variance 1 from layer to
/// layer. Klambauer et al., Self-Normalizing Neural Networks, 2017.
Tensor selu(const Tensor& self);
/// selu() in place.
Tensor& selu_(const Tensor& self);
/// x where x > 0, else alpha (exp(x / alpha) - 1). Throws Error for alpha = 0. Barron, Continuously
/// Differentiable Exponential Linear Units, 2017.
Tensor celu(const Tensor& self, const Scalar& alpha = 1.0);
/// celu() in place.
Tensor& celu_(const Tensor& self, const Scalar& alpha = 1.0);
/// x Phi(x), where Phi(x) is the probability that a standard normal number is below x; with
/// approximate "tanh" instead of "none" 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). Throws
/// Error for another name. Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
Tensor gelu(const Tensor& self, std::string_view approximate = "none");
/// gelu() in place.
Tensor& gelu_(const Tensor& self, std::string_view approximate = "none");
/// x sigmoid(x), also called swish.
Tensor silu(const Tensor& self);
/// silu() in place.
Tensor& silu_(const Tensor& self);
/// x tanh(log(1 + exp(x))). Misra, Mish: A Self Regularized Non-Monotonic Activation Function,
/// 2019.
Tensor mish(const Tensor& self);
/// mish() in place.
Tensor& mish_(const Tensor& self);
/// log(1 + exp(beta x)) / beta, a smooth max(x, 0); x itself where beta x > threshold.
Tensor softplus(const Tensor& self, const Scalar& beta = 1, const Scalar& threshold = 20);
/// log(sigmoid(x)), without underflow.
Tensor log_sigmoid(const Tensor& self);
/// x / (1 + |x|).
Tensor softsign(const Tensor& self);
/// x - tanh(x).
Tensor tanhshrink(const Tensor& self);
/// 0 where -lambd <= x <= lambd, else x.
Tensor hardshrink(const Tensor& self, const Scalar& lambd = 0.5);
/// x moved towards 0 by lambd, at most to 0. Throws Error for a negative lambd.
Tensor softshrink(const Tensor& self, const Scalar& lambd = 0.5);
/// x held in [min_val, max_val]. Also integers.
Tensor hardtanh(const Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);
/// hardtanh() in place.
Tensor& hardtanh_(const Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);
/// min(max(x + 3, 0), 6) / 6, a sigmoid of three straight pieces.
Tensor hardsigmoid(const Tensor& self);
/// hardsigmoid() in place.
Tensor& hardsigmoid_(const Tensor& self);
/// x hardsigmoid(x). Howard et al., Searching for MobileNetV3, 2019.
Tensor hardswish(const Tensor& self);
/// hardswish() in place.
Tensor& hardswish_(const Tensor& self);
/// x where x > threshold, else value. Also integers.
Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value);
/// threshold() in place.
Tensor& threshold_(const Tensor& self, const Scalar& threshold, const Scalar& value);
/// The first half of x along `dim` times the sigmoid of the second. Throws Error when the size of
/// the dim is odd. Dauphin et al., Language Modeling with Gated Convolutional Networks, 2016.
Tensor glu(const Tensor& self, int64_t dim = -1);

}  // namespace gradus
