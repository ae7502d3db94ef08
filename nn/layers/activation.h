// Activations as layers; see nn/functional/activation.h for what each computes.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/activation.h"

namespace gradus::nn {

class ELUImpl : public Stateless<ELUImpl, ELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(ELU);

class SELUImpl : public Stateless<SELUImpl, SELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(SELU);

class CELUImpl : public Stateless<CELUImpl, CELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(CELU);

class ReLUImpl : public Stateless<ReLUImpl, ReLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(ReLU);

class ReLU6Impl : public Stateless<ReLU6Impl, ReLU6Options> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(ReLU6);

class LeakyReLUImpl : public Stateless<LeakyReLUImpl, LeakyReLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(LeakyReLU);

class RReLUImpl : public Stateless<RReLUImpl, RReLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(RReLU);

class GELUImpl : public Stateless<GELUImpl, GELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(GELU);

class SiLUImpl : public Plain<SiLUImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(SiLU);

class MishImpl : public Plain<MishImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Mish);

class GLUImpl : public Stateless<GLUImpl, GLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(GLU);

class SigmoidImpl : public Plain<SigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Sigmoid);

class LogSigmoidImpl : public Plain<LogSigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(LogSigmoid);

class TanhImpl : public Plain<TanhImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Tanh);

class TanhshrinkImpl : public Plain<TanhshrinkImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Tanhshrink);

class SoftsignImpl : public Plain<SoftsignImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Softsign);

class SoftplusImpl : public Stateless<SoftplusImpl, SoftplusOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Softplus);

class HardshrinkImpl : public Stateless<HardshrinkImpl, HardshrinkOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Hardshrink);

class SoftshrinkImpl : public Stateless<SoftshrinkImpl, SoftshrinkOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Softshrink);

class HardtanhImpl : public Stateless<HardtanhImpl, HardtanhOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Hardtanh);

class HardsigmoidImpl : public Plain<HardsigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Hardsigmoid);

class HardswishImpl : public Plain<HardswishImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Hardswish);

class ThresholdImpl : public Stateless<ThresholdImpl, ThresholdOptions> {
 public:
  using Stateless::Stateless;
  ThresholdImpl(double threshold, double value) : Stateless(ThresholdOptions(threshold, value)) {}
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Threshold);

class SoftmaxImpl : public Stateless<SoftmaxImpl, SoftmaxOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Softmax);

class SoftminImpl : public Stateless<SoftminImpl, SoftminOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Softmin);

class LogSoftmaxImpl : public Stateless<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(LogSoftmax);

// softmax over the channels of [n, c, h, w] or [c, h, w].
class Softmax2dImpl : public Plain<Softmax2dImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
GRADUS_MODULE(Softmax2d);

// LeakyReLU with learned slopes: one, or one for each channel (dim 1).
class PReLUImpl : public Cloneable<PReLUImpl> {
 public:
  explicit PReLUImpl(const PReLUOptions& options_ = {});
  Tensor forward(const Tensor& input);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  PReLUOptions options;
  Tensor weight;  // [num_parameters]
};
GRADUS_MODULE(PReLU);

}  // namespace gradus::nn
