#include "nn/layers/activation.h"

#include "autograd/factories.h"
#include "nn/functional/activation.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

Tensor ELUImpl::forward(Tensor input) { return functional::elu(std::move(input), options); }
void ELUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "ELU")("alpha", options.alpha()).if_true("inplace", options.inplace());
}

Tensor SELUImpl::forward(Tensor input) { return functional::selu(std::move(input), options); }
void SELUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "SELU").if_true("inplace", options.inplace());
}

Tensor CELUImpl::forward(Tensor input) { return functional::celu(std::move(input), options); }
void CELUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "CELU")("alpha", options.alpha()).if_true("inplace", options.inplace());
}

Tensor ReLUImpl::forward(Tensor input) { return functional::relu(std::move(input), options); }
void ReLUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "ReLU").if_true("inplace", options.inplace());
}

Tensor ReLU6Impl::forward(Tensor input) { return functional::relu6(std::move(input), options); }
void ReLU6Impl::pretty_print(std::ostream& out) const {
  LayerLine(out, "ReLU6").if_true("inplace", options.inplace());
}

Tensor LeakyReLUImpl::forward(Tensor input) {
  return functional::leaky_relu(std::move(input), options);
}
void LeakyReLUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "LeakyReLU")("negative_slope", options.negative_slope())
      .if_true("inplace", options.inplace());
}

Tensor RReLUImpl::forward(Tensor input) {
  return functional::rrelu(std::move(input), functional::RReLUFuncOptions()
                                                 .lower(options.lower())
                                                 .upper(options.upper())
                                                 .training(is_training())
                                                 .inplace(options.inplace()));
}
void RReLUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "RReLU")("lower", options.lower())("upper", options.upper())
      .if_true("inplace", options.inplace());
}

Tensor GELUImpl::forward(const Tensor& input) { return functional::gelu(input, options); }
void GELUImpl::pretty_print(std::ostream& out) const { LayerLine(out, "GELU"); }

Tensor SiLUImpl::forward(const Tensor& input) { return functional::silu(input); }
void SiLUImpl::pretty_print(std::ostream& out) const { LayerLine(out, "SiLU"); }

Tensor MishImpl::forward(const Tensor& input) { return functional::mish(input); }
void MishImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Mish"); }

Tensor GLUImpl::forward(const Tensor& input) { return functional::glu(input, options); }
void GLUImpl::pretty_print(std::ostream& out) const { LayerLine(out, "GLU")("dim", options.dim()); }

Tensor SigmoidImpl::forward(const Tensor& input) { return input.sigmoid(); }
void SigmoidImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Sigmoid"); }

Tensor LogSigmoidImpl::forward(const Tensor& input) { return functional::logsigmoid(input); }
void LogSigmoidImpl::pretty_print(std::ostream& out) const { LayerLine(out, "LogSigmoid"); }

Tensor TanhImpl::forward(const Tensor& input) { return input.tanh(); }
void TanhImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Tanh"); }

Tensor TanhshrinkImpl::forward(const Tensor& input) { return functional::tanhshrink(input); }
void TanhshrinkImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Tanhshrink"); }

Tensor SoftsignImpl::forward(const Tensor& input) { return functional::softsign(input); }
void SoftsignImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Softsign"); }

Tensor SoftplusImpl::forward(const Tensor& input) { return functional::softplus(input, options); }
void SoftplusImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Softplus")("beta", options.beta())("threshold", options.threshold());
}

Tensor HardshrinkImpl::forward(const Tensor& input) {
  return functional::hardshrink(input, options);
}
void HardshrinkImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Hardshrink")(options.lambda());
}

Tensor SoftshrinkImpl::forward(const Tensor& input) {
  return functional::softshrink(input, options);
}
void SoftshrinkImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Softshrink")(options.lambda());
}

HardtanhImpl::HardtanhImpl(const HardtanhOptions& options_) : Stateless(options_) { reset(); }
void HardtanhImpl::reset() {
  if (!(options.max_val() > options.min_val()))
    fail("Hardtanh: max_val {} is not above min_val {}", options.max_val(), options.min_val());
}
Tensor HardtanhImpl::forward(Tensor input) {
  return functional::hardtanh(std::move(input), options);
}
void HardtanhImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Hardtanh")("min_val", options.min_val())("max_val", options.max_val())
      .if_true("inplace", options.inplace());
}

Tensor HardsigmoidImpl::forward(const Tensor& input) { return functional::hardsigmoid(input); }
void HardsigmoidImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Hardsigmoid"); }

Tensor HardswishImpl::forward(const Tensor& input) { return functional::hardswish(input); }
void HardswishImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Hardswish"); }

ThresholdImpl::ThresholdImpl(double threshold, double value)
    : Stateless(ThresholdOptions(threshold, value)) {}
Tensor ThresholdImpl::forward(Tensor input) {
  return functional::threshold(std::move(input), options);
}
void ThresholdImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Threshold")("threshold", options.threshold())("value", options.value())
      .if_true("inplace", options.inplace());
}

Tensor SoftmaxImpl::forward(const Tensor& input) {
  return functional::softmax(input, options.dim());
}
void SoftmaxImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Softmax")("dim", options.dim());
}

Tensor SoftminImpl::forward(const Tensor& input) {
  return functional::softmin(input, options.dim());
}
void SoftminImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Softmin")("dim", options.dim());
}

Tensor LogSoftmaxImpl::forward(const Tensor& input) {
  return functional::log_softmax(input, options.dim());
}
void LogSoftmaxImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "LogSoftmax")("dim", options.dim());
}

Tensor Softmax2dImpl::forward(const Tensor& input) {
  if (input.dim() != 3 && input.dim() != 4)
    fail("Softmax2d: the input needs 3 or 4 dims, got {}", input.sizes());
  return input.softmax(-3);
}
void Softmax2dImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Softmax2d"); }

PReLUImpl::PReLUImpl(const PReLUOptions& options_) : options(options_) { reset(); }
void PReLUImpl::reset() {
  weight = register_parameter("weight", full({options.num_parameters()}, options.init()));
}
Tensor PReLUImpl::forward(const Tensor& input) {
  renew();
  return functional::prelu(input, weight);
}
Tensor* PReLUImpl::member(std::string_view name) { return pick(name, {{"weight", &weight}}); }
void PReLUImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "PReLU")("num_parameters", options.num_parameters());
}

}  // namespace gradus::nn
