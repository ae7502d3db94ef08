#include "nn/functional/activation.h"

#include "autograd/factories.h"
#include "autograd/ops/nn/activation.h"

namespace gradus::nn::functional {

Tensor elu(Tensor input, double alpha, bool inplace) {
  return inplace ? gradus::elu_(input, alpha) : gradus::elu(input, alpha);
}
Tensor elu(Tensor input, const ELUFuncOptions& o) { return elu(input, o.alpha(), o.inplace()); }
Tensor selu(Tensor input, const SELUFuncOptions& o) {
  return o.inplace() ? gradus::selu_(input) : gradus::selu(input);
}
Tensor celu(Tensor input, double alpha, bool inplace) {
  return inplace ? gradus::celu_(input, alpha) : gradus::celu(input, alpha);
}
Tensor celu(Tensor input, const CELUFuncOptions& o) { return celu(input, o.alpha(), o.inplace()); }
Tensor relu(Tensor input, const ReLUFuncOptions& o) {
  return o.inplace() ? input.relu_() : input.relu();
}
Tensor relu_(Tensor input) { return relu(std::move(input), ReLUFuncOptions(true)); }
Tensor relu6(Tensor input, const ReLU6FuncOptions& o) {
  return o.inplace() ? gradus::relu6_(input) : gradus::relu6(input);
}
Tensor leaky_relu(Tensor input, double negative_slope, bool inplace) {
  return inplace ? gradus::leaky_relu_(input, negative_slope)
                 : gradus::leaky_relu(input, negative_slope);
}
Tensor leaky_relu(Tensor input, const LeakyReLUFuncOptions& o) {
  return leaky_relu(input, o.negative_slope(), o.inplace());
}
Tensor rrelu(Tensor input, const RReLUFuncOptions& o) {
  return o.inplace() ? gradus::rrelu_(input, o.lower(), o.upper(), o.training())
                     : gradus::rrelu(input, o.lower(), o.upper(), o.training());
}
Tensor prelu(const Tensor& input, const Tensor& weight) { return gradus::prelu(input, weight); }
Tensor gelu(const Tensor& input, const GELUFuncOptions& o) {
  return gradus::gelu(input, o.approximate());
}
Tensor gelu(const Tensor& input, const std::string& approximate) {
  return gradus::gelu(input, approximate);
}
Tensor silu(const Tensor& input) { return gradus::silu(input); }
Tensor mish(const Tensor& input) { return gradus::mish(input); }
Tensor glu(const Tensor& input, const GLUFuncOptions& o) { return gradus::glu(input, o.dim()); }
Tensor sigmoid(const Tensor& input) { return input.sigmoid(); }
Tensor logsigmoid(const Tensor& input) { return gradus::log_sigmoid(input); }
Tensor tanh(const Tensor& input) { return input.tanh(); }
Tensor tanhshrink(const Tensor& input) { return gradus::tanhshrink(input); }
Tensor softsign(const Tensor& input) { return gradus::softsign(input); }
Tensor softplus(const Tensor& input, double beta, double threshold) {
  return gradus::softplus(input, beta, threshold);
}
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& o) {
  return softplus(input, o.beta(), o.threshold());
}
Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& o) {
  return gradus::hardshrink(input, o.lambda());
}
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& o) {
  return gradus::softshrink(input, o.lambda());
}
Tensor hardtanh(Tensor input, double min_val, double max_val, bool inplace) {
  return inplace ? gradus::hardtanh_(input, min_val, max_val)
                 : gradus::hardtanh(input, min_val, max_val);
}
Tensor hardtanh(Tensor input, const HardtanhFuncOptions& o) {
  return hardtanh(input, o.min_val(), o.max_val(), o.inplace());
}
Tensor hardsigmoid(Tensor input, bool inplace) {
  return inplace ? gradus::hardsigmoid_(input) : gradus::hardsigmoid(input);
}
Tensor hardswish(Tensor input, bool inplace) {
  return inplace ? gradus::hardswish_(input) : gradus::hardswish(input);
}
Tensor threshold(Tensor input, double threshold, double value, bool inplace) {
  return inplace ? gradus::threshold_(input, threshold, value)
                 : gradus::threshold(input, threshold, value);
}
Tensor threshold(Tensor input, const ThresholdFuncOptions& o) {
  return threshold(input, o.threshold(), o.value(), o.inplace());
}

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& o) {
  return input.softmax(o.dim(), o.dtype());
}
Tensor softmin(const Tensor& input, const SoftminFuncOptions& o) {
  return (-input).softmax(o.dim(), o.dtype());
}
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& o) {
  return input.log_softmax(o.dim(), o.dtype());
}
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& o) {
  const Tensor noise = -empty_like(logits).exponential_().log();
  const Tensor soft = ((logits + noise) / o.tau()).softmax(o.dim());
  if (!o.hard()) return soft;
  const Tensor index = soft.argmax(o.dim(), /*keepdim=*/true);
  return zeros_like(logits).scatter_(o.dim(), index, 1.0) - soft.detach() + soft;
}

}  // namespace gradus::nn::functional
