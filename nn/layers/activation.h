// Activations as layers; see nn/functional/activation.h for what each computes. Only PReLU has a
// parameter.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/activation.h"

namespace gradus::nn {

/// x where x > 0, else alpha (exp(x) - 1); see functional::elu.
class ELUImpl : public Stateless<ELUImpl, ELUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::elu.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using ELU = ModuleHolder<ELUImpl>;  ///< Holds an ELUImpl.

/// ELU with a scale that keeps mean 0 and variance 1; see functional::selu.
class SELUImpl : public Stateless<SELUImpl, SELUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::selu.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using SELU = ModuleHolder<SELUImpl>;  ///< Holds a SELUImpl.

/// x where x > 0, else alpha (exp(x / alpha) - 1); see functional::celu.
class CELUImpl : public Stateless<CELUImpl, CELUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::celu.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using CELU = ModuleHolder<CELUImpl>;  ///< Holds a CELUImpl.

/// max(x, 0); see functional::relu. `ReLU(true)` writes into its input.
class ReLUImpl : public Stateless<ReLUImpl, ReLUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::relu.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using ReLU = ModuleHolder<ReLUImpl>;  ///< Holds a ReLUImpl.

/// min(max(x, 0), 6); see functional::relu6.
class ReLU6Impl : public Stateless<ReLU6Impl, ReLU6Options> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::relu6.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using ReLU6 = ModuleHolder<ReLU6Impl>;  ///< Holds a ReLU6Impl.

/// x where x > 0, else negative_slope · x; see functional::leaky_relu.
class LeakyReLUImpl : public Stateless<LeakyReLUImpl, LeakyReLUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::leaky_relu.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using LeakyReLU = ModuleHolder<LeakyReLUImpl>;  ///< Holds a LeakyReLUImpl.

/// LeakyReLU with slopes drawn for each element in training; see functional::rrelu.
class RReLUImpl : public Stateless<RReLUImpl, RReLUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::rrelu.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using RReLU = ModuleHolder<RReLUImpl>;  ///< Holds an RReLUImpl.

/// x times the probability that a standard normal number is below x; see functional::gelu.
class GELUImpl : public Stateless<GELUImpl, GELUOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::gelu.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using GELU = ModuleHolder<GELUImpl>;  ///< Holds a GELUImpl.

/// x sigmoid(x); see functional::silu.
class SiLUImpl : public Plain<SiLUImpl> {
 public:
  /// input of any shape; see functional::silu.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using SiLU = ModuleHolder<SiLUImpl>;  ///< Holds a SiLUImpl.

/// x tanh(log(1 + exp(x))); see functional::mish.
class MishImpl : public Plain<MishImpl> {
 public:
  /// input of any shape; see functional::mish.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Mish = ModuleHolder<MishImpl>;  ///< Holds a MishImpl.

/// The first half of a dim times sigmoid of the second; see functional::glu.
class GLUImpl : public Stateless<GLUImpl, GLUOptions> {
 public:
  using Stateless::Stateless;
  /// The size of the dim must be even, and is halved; see functional::glu.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using GLU = ModuleHolder<GLUImpl>;  ///< Holds a GLUImpl.

/// 1 / (1 + exp(-x)); see functional::sigmoid.
class SigmoidImpl : public Plain<SigmoidImpl> {
 public:
  /// input of any shape; see functional::sigmoid.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Sigmoid = ModuleHolder<SigmoidImpl>;  ///< Holds a SigmoidImpl.

/// log(sigmoid(x)); see functional::logsigmoid.
class LogSigmoidImpl : public Plain<LogSigmoidImpl> {
 public:
  /// input of any shape; see functional::logsigmoid.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using LogSigmoid = ModuleHolder<LogSigmoidImpl>;  ///< Holds a LogSigmoidImpl.

/// tanh(x); see functional::tanh.
class TanhImpl : public Plain<TanhImpl> {
 public:
  /// input of any shape; see functional::tanh.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Tanh = ModuleHolder<TanhImpl>;  ///< Holds a TanhImpl.

/// x - tanh(x); see functional::tanhshrink.
class TanhshrinkImpl : public Plain<TanhshrinkImpl> {
 public:
  /// input of any shape; see functional::tanhshrink.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Tanhshrink = ModuleHolder<TanhshrinkImpl>;  ///< Holds a TanhshrinkImpl.

/// x / (1 + |x|); see functional::softsign.
class SoftsignImpl : public Plain<SoftsignImpl> {
 public:
  /// input of any shape; see functional::softsign.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softsign = ModuleHolder<SoftsignImpl>;  ///< Holds a SoftsignImpl.

/// log(1 + exp(beta x)) / beta, a smooth ReLU; see functional::softplus.
class SoftplusImpl : public Stateless<SoftplusImpl, SoftplusOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::softplus.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softplus = ModuleHolder<SoftplusImpl>;  ///< Holds a SoftplusImpl.

/// 0 between -lambda and lambda, else x; see functional::hardshrink.
class HardshrinkImpl : public Stateless<HardshrinkImpl, HardshrinkOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::hardshrink.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Hardshrink = ModuleHolder<HardshrinkImpl>;  ///< Holds a HardshrinkImpl.

/// x moved towards 0 by lambda, at most to 0; see functional::softshrink.
class SoftshrinkImpl : public Stateless<SoftshrinkImpl, SoftshrinkOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::softshrink.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softshrink = ModuleHolder<SoftshrinkImpl>;  ///< Holds a SoftshrinkImpl.

/// x held between min_val and max_val; see functional::hardtanh.
class HardtanhImpl : public Stateless<HardtanhImpl, HardtanhOptions> {
 public:
  /// Throws Error unless max_val is above min_val; the function takes any two.
  explicit HardtanhImpl(const HardtanhOptions& options_ = {});
  void reset() override;
  /// input of any shape; see functional::hardtanh.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Hardtanh = ModuleHolder<HardtanhImpl>;  ///< Holds a HardtanhImpl.

/// min(max(x / 6 + 1 / 2, 0), 1); see functional::hardsigmoid.
class HardsigmoidImpl : public Plain<HardsigmoidImpl> {
 public:
  /// input of any shape; see functional::hardsigmoid.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Hardsigmoid = ModuleHolder<HardsigmoidImpl>;  ///< Holds a HardsigmoidImpl.

/// x hardsigmoid(x); see functional::hardswish.
class HardswishImpl : public Plain<HardswishImpl> {
 public:
  /// input of any shape; see functional::hardswish.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Hardswish = ModuleHolder<HardswishImpl>;  ///< Holds a HardswishImpl.

/// x where x > threshold, else value; see functional::threshold.
class ThresholdImpl : public Stateless<ThresholdImpl, ThresholdOptions> {
 public:
  using Stateless::Stateless;
  ThresholdImpl(double threshold, double value);
  /// input of any shape; see functional::threshold.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Threshold = ModuleHolder<ThresholdImpl>;  ///< Holds a ThresholdImpl.

/// exp(x) / sum exp(x) along a dim; see functional::softmax.
class SoftmaxImpl : public Stateless<SoftmaxImpl, SoftmaxOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::softmax.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softmax = ModuleHolder<SoftmaxImpl>;  ///< Holds a SoftmaxImpl.

/// softmax of -x; see functional::softmin.
class SoftminImpl : public Stateless<SoftminImpl, SoftminOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::softmin.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softmin = ModuleHolder<SoftminImpl>;  ///< Holds a SoftminImpl.

/// log(softmax(x)) along a dim; see functional::log_softmax.
class LogSoftmaxImpl : public Stateless<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  using Stateless::Stateless;
  /// input of any shape; see functional::log_softmax.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using LogSoftmax = ModuleHolder<LogSoftmaxImpl>;  ///< Holds a LogSoftmaxImpl.

/// softmax over the channels of [N, C, H, W] or [C, H, W].
class Softmax2dImpl : public Plain<Softmax2dImpl> {
 public:
  /// Throws Error unless the input has 3 or 4 dims.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softmax2d = ModuleHolder<Softmax2dImpl>;  ///< Holds a Softmax2dImpl.

/// LeakyReLU with learned slopes, the parameter `weight`: one, or one for each channel (dim 1); see
/// functional::prelu.
class PReLUImpl : public Cloneable<PReLUImpl> {
 public:
  explicit PReLUImpl(const PReLUOptions& options_ = {});
  /// input of any shape; see functional::prelu.
  Tensor forward(const Tensor& input);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  PReLUOptions options;
  Tensor weight;  // [num_parameters]

 protected:
  Tensor* member(std::string_view name) override;
};
using PReLU = ModuleHolder<PReLUImpl>;  ///< Holds a PReLUImpl.

}  // namespace gradus::nn
