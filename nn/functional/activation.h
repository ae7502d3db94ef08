// Activations as functions. Each does what the operation of that name does; `inplace` writes into
// the input.
#pragma once

#include "nn/options/activation.h"
#include "tensor/tensor.h"

namespace gradus::nn::functional {

Tensor elu(Tensor input, const ELUFuncOptions& options = {});
Tensor elu(Tensor input, double alpha, bool inplace = false);
Tensor selu(Tensor input, const SELUFuncOptions& options = {});
Tensor celu(Tensor input, const CELUFuncOptions& options = {});
Tensor celu(Tensor input, double alpha, bool inplace = false);
Tensor relu(Tensor input, const ReLUFuncOptions& options = {});
Tensor relu6(Tensor input, const ReLU6FuncOptions& options = {});
Tensor leaky_relu(Tensor input, const LeakyReLUFuncOptions& options = {});
Tensor leaky_relu(Tensor input, double negative_slope, bool inplace = false);
Tensor rrelu(Tensor input, const RReLUFuncOptions& options = {});
Tensor prelu(const Tensor& input, const Tensor& weight);
Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
Tensor gelu(const Tensor& input, const std::string& approximate);
Tensor silu(const Tensor& input);
Tensor mish(const Tensor& input);
Tensor glu(const Tensor& input, const GLUFuncOptions& options = {});
Tensor sigmoid(const Tensor& input);
Tensor logsigmoid(const Tensor& input);
Tensor tanh(const Tensor& input);
Tensor tanhshrink(const Tensor& input);
Tensor softsign(const Tensor& input);
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});
Tensor softplus(const Tensor& input, double beta, double threshold = 20);
Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {});
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {});
Tensor hardtanh(Tensor input, const HardtanhFuncOptions& options = {});
Tensor hardtanh(Tensor input, double min_val, double max_val, bool inplace = false);
Tensor hardsigmoid(Tensor input, bool inplace = false);
Tensor hardswish(Tensor input, bool inplace = false);
Tensor threshold(Tensor input, const ThresholdFuncOptions& options);
Tensor threshold(Tensor input, double threshold, double value, bool inplace = false);

// Along one dim: softmax(x, 1), or with the type to compute in
// softmax(x, SoftmaxFuncOptions(1).dtype(kDouble)).
Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options);
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);
// softmax of the logits with Gumbel noise, divided by tau; `hard` gives one-hot values with the
// gradient of the soft ones.
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options = {});

}  // namespace gradus::nn::functional
