// Averaged stochastic gradient descent (Polyak and Juditsky, 1992).
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of ASGD: `ASGDOptions(0.01).t0(1000)`.
struct ASGDOptions : public OptimizerCloneableOptions<ASGDOptions> {
  ASGDOptions(double lr = 1e-2) : lr_(lr) {}
  /// The learning rate, 0.01 unless given.
  GRADUS_FIELD(double, lr);
  /// Shrinks the parameter at each step, and the rate with the steps.
  GRADUS_FIELD(double, lambd) = 1e-4;
  /// The power with which the rate falls.
  GRADUS_FIELD(double, alpha) = 0.75;
  /// The step after which the average begins.
  GRADUS_FIELD(double, t0) = 1e6;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What ASGD remembers of a parameter.
struct ASGDParamState : public OptimizerCloneableParamState<ASGDParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The rate of the next step; 0 before the first one, whose rate is lr. It and mu have the
  /// precision of get_default_dtype(), as PyTorch's.
  GRADUS_FIELD(double, eta) = 0;
  /// The weight of the next step in the average.
  GRADUS_FIELD(double, mu) = 1;
  /// The average of the parameter, of its sizes.
  GRADUS_FIELD(Tensor, ax);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, ASGD);

/// Gradient descent beside which the average `ax` of the parameter is kept (Polyak and Juditsky,
/// "Acceleration of stochastic approximation by averaging", 1992). At step t = 1, 2, ...
///
///   p = (1 - lambd eta) p - eta dy
///   ax += mu (p - ax)
///   eta = lr / (1 + lambd lr t)^alpha,   mu = 1 / max(1, t - t0)
class ASGD : public ParameterwiseOptimizer<ASGDOptions, ASGDParamState> {
 public:
  /// Throws ValueError for a negative rate or weight decay.
  explicit ASGD(const std::vector<OptimizerParamGroup>& param_groups, ASGDOptions defaults = {});
  explicit ASGD(std::vector<Tensor> params, ASGDOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const ASGDOptions& o, ASGDParamState& s) override;
};

}  // namespace gradus::optim
