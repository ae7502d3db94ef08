// Adagrad (Duchi, Hazan and Singer, 2011): steps divided by the root of the summed squared
// gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Adagrad: `AdagradOptions(0.1).lr_decay(1e-4)`.
struct AdagradOptions : public OptimizerCloneableOptions<AdagradOptions> {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  /// The learning rate, 0.01 unless given.
  GRADUS_FIELD(double, lr);
  /// After t steps the rate is lr / (1 + t lr_decay).
  GRADUS_FIELD(double, lr_decay) = 0;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// What the sums of squares begin with.
  GRADUS_FIELD(double, initial_accumulator_value) = 0;
  /// Is added to the root, so that nothing is divided by 0.
  GRADUS_FIELD(double, eps) = 1e-10;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What Adagrad remembers of a parameter.
struct AdagradParamState : public OptimizerCloneableParamState<AdagradParamState> {
  /// The sum of squared gradients, of the parameter's sizes.
  GRADUS_FIELD(Tensor, sum);
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Adagrad);

/// Divides each step by the root of the sum of squared gradients (Duchi, Hazan and Singer,
/// "Adaptive subgradient methods for online learning and stochastic optimization", 2011):
///
///   sum += dy²
///   p -= lr / (1 + (t - 1) lr_decay) · dy / (√sum + eps)      at step t = 1, 2, ...
///
/// Each parameter has its state from the start. The sums begin at the constructor's
/// initial_accumulator_value, whatever its group's is, as PyTorch's.
class Adagrad : public ParameterwiseOptimizer<AdagradOptions, AdagradParamState> {
 public:
  /// Throws ValueError for negative numbers.
  explicit Adagrad(const std::vector<OptimizerParamGroup>& param_groups,
                   AdagradOptions defaults = {});
  explicit Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdagradOptions& o,
              AdagradParamState& s) override;

 private:
  Tensor first_sum(const Tensor& p) const;
};

}  // namespace gradus::optim
