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
using ELU = ModuleHolder<ELUImpl>;

class SELUImpl : public Stateless<SELUImpl, SELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using SELU = ModuleHolder<SELUImpl>;

class CELUImpl : public Stateless<CELUImpl, CELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using CELU = ModuleHolder<CELUImpl>;

class ReLUImpl : public Stateless<ReLUImpl, ReLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using ReLU = ModuleHolder<ReLUImpl>;

class ReLU6Impl : public Stateless<ReLU6Impl, ReLU6Options> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using ReLU6 = ModuleHolder<ReLU6Impl>;

class LeakyReLUImpl : public Stateless<LeakyReLUImpl, LeakyReLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using LeakyReLU = ModuleHolder<LeakyReLUImpl>;

class RReLUImpl : public Stateless<RReLUImpl, RReLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using RReLU = ModuleHolder<RReLUImpl>;

class GELUImpl : public Stateless<GELUImpl, GELUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using GELU = ModuleHolder<GELUImpl>;

class SiLUImpl : public Plain<SiLUImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using SiLU = ModuleHolder<SiLUImpl>;

class MishImpl : public Plain<MishImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Mish = ModuleHolder<MishImpl>;

class GLUImpl : public Stateless<GLUImpl, GLUOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using GLU = ModuleHolder<GLUImpl>;

class SigmoidImpl : public Plain<SigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Sigmoid = ModuleHolder<SigmoidImpl>;

class LogSigmoidImpl : public Plain<LogSigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using LogSigmoid = ModuleHolder<LogSigmoidImpl>;

class TanhImpl : public Plain<TanhImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Tanh = ModuleHolder<TanhImpl>;

class TanhshrinkImpl : public Plain<TanhshrinkImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Tanhshrink = ModuleHolder<TanhshrinkImpl>;

class SoftsignImpl : public Plain<SoftsignImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softsign = ModuleHolder<SoftsignImpl>;

class SoftplusImpl : public Stateless<SoftplusImpl, SoftplusOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softplus = ModuleHolder<SoftplusImpl>;

class HardshrinkImpl : public Stateless<HardshrinkImpl, HardshrinkOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Hardshrink = ModuleHolder<HardshrinkImpl>;

class SoftshrinkImpl : public Stateless<SoftshrinkImpl, SoftshrinkOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softshrink = ModuleHolder<SoftshrinkImpl>;

class HardtanhImpl : public Stateless<HardtanhImpl, HardtanhOptions> {
 public:
  // Throws unless max_val is above min_val; the function takes any two.
  explicit HardtanhImpl(const HardtanhOptions& options_ = {});
  void reset() override;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Hardtanh = ModuleHolder<HardtanhImpl>;

class HardsigmoidImpl : public Plain<HardsigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Hardsigmoid = ModuleHolder<HardsigmoidImpl>;

class HardswishImpl : public Plain<HardswishImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Hardswish = ModuleHolder<HardswishImpl>;

class ThresholdImpl : public Stateless<ThresholdImpl, ThresholdOptions> {
 public:
  using Stateless::Stateless;
  ThresholdImpl(double threshold, double value);
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Threshold = ModuleHolder<ThresholdImpl>;

class SoftmaxImpl : public Stateless<SoftmaxImpl, SoftmaxOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softmax = ModuleHolder<SoftmaxImpl>;

class SoftminImpl : public Stateless<SoftminImpl, SoftminOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softmin = ModuleHolder<SoftminImpl>;

class LogSoftmaxImpl : public Stateless<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  using Stateless::Stateless;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using LogSoftmax = ModuleHolder<LogSoftmaxImpl>;

// softmax over the channels of [n, c, h, w] or [c, h, w].
class Softmax2dImpl : public Plain<Softmax2dImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using Softmax2d = ModuleHolder<Softmax2dImpl>;

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
using PReLU = ModuleHolder<PReLUImpl>;

}  // namespace gradus::nn
