// Activations as functions. Each does what the operation of that name does; `inplace` writes into
// the input.
#pragma once

#include "nn/options/activation.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

/// x where x > 0, else alpha (exp(x) - 1).
Tensor elu(Tensor input, const ELUFuncOptions& options = {});
Tensor elu(Tensor input, double alpha, bool inplace = false);
/// 1.0507 x where x > 0, else 1.0507 · 1.6733 (exp(x) - 1): the factors keep mean 0 and variance 1
/// (Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017).
Tensor selu(Tensor input, const SELUFuncOptions& options = {});
/// x where x > 0, else alpha (exp(x / alpha) - 1). Throws Error when alpha is 0.
Tensor celu(Tensor input, const CELUFuncOptions& options = {});
Tensor celu(Tensor input, double alpha, bool inplace = false);
/// max(x, 0); also integers. NaN stays.
Tensor relu(Tensor input, const ReLUFuncOptions& options = {});
/// relu, written into the input.
Tensor relu_(Tensor input);
/// min(max(x, 0), 6); also integers.
Tensor relu6(Tensor input, const ReLU6FuncOptions& options = {});
/// x where x > 0, else negative_slope · x.
Tensor leaky_relu(Tensor input, const LeakyReLUFuncOptions& options = {});
Tensor leaky_relu(Tensor input, double negative_slope, bool inplace = false);
/// leaky_relu whose slope is drawn from [lower, upper) for each element when training, else their
/// mean.
Tensor rrelu(Tensor input, const RReLUFuncOptions& options = {});
/// x where x > 0, else weight · x. `weight` has one element, or one for each channel (dim 1).
Tensor prelu(const Tensor& input, const Tensor& weight);
/// x times the probability that a standard normal number is below x; "tanh" approximates it
/// (Hendrycks and Gimpel, "Gaussian error linear units", 2016). Throws Error for another name.
Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
Tensor gelu(const Tensor& input, const std::string& approximate);
/// x sigmoid(x).
Tensor silu(const Tensor& input);
/// x tanh(log(1 + exp(x))).
Tensor mish(const Tensor& input);
/// The first half along `dim` times sigmoid of the second half. Throws Error for an odd size.
Tensor glu(const Tensor& input, const GLUFuncOptions& options = {});
/// 1 / (1 + exp(-x)).
Tensor sigmoid(const Tensor& input);
/// log(1 / (1 + exp(-x))), computed safely.
Tensor logsigmoid(const Tensor& input);
/// tanh(x).
Tensor tanh(const Tensor& input);
/// x - tanh(x).
Tensor tanhshrink(const Tensor& input);
/// x / (1 + |x|).
Tensor softsign(const Tensor& input);
/// log(1 + exp(beta x)) / beta, and x where beta x > threshold.
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});
Tensor softplus(const Tensor& input, double beta, double threshold = 20);
/// 0 between -lambda and lambda, else x.
Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {});
/// x moved towards 0 by lambda, at most to 0. Throws Error for a negative lambda.
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {});
/// x held between min_val and max_val; also integers.
Tensor hardtanh(Tensor input, const HardtanhFuncOptions& options = {});
Tensor hardtanh(Tensor input, double min_val, double max_val, bool inplace = false);
/// min(max(x / 6 + 1 / 2, 0), 1).
Tensor hardsigmoid(Tensor input, bool inplace = false);
/// x hardsigmoid(x).
Tensor hardswish(Tensor input, bool inplace = false);
/// x where x > threshold, else value; also integers.
Tensor threshold(Tensor input, const ThresholdFuncOptions& options);
Tensor threshold(Tensor input, double threshold, double value, bool inplace = false);

/// exp(x) / sum exp(x) along one dim: softmax(x, 1), or with the type to compute in softmax(x,
/// SoftmaxFuncOptions(1).dtype(kDouble)).
Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
/// softmax of -x.
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options);
/// log(softmax(x)), computed safely.
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);
/// softmax of the logits with Gumbel noise, divided by tau; `hard` gives one-hot values with the
/// gradient of the soft ones.
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options = {});

}  // namespace gradus::nn::functional
