// Lion (Chen et al., 2023): the sign of a momentum.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Lion: `LionOptions(1e-4).weight_decay(0.1)`.
struct LionOptions : public OptimizerCloneableOptions<LionOptions> {
  using betas_t = std::tuple<double, double>;  ///< What betas() takes.
  LionOptions(double lr = 1e-4) : lr_(lr) {}
  /// The learning rate, 0.0001 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in the step, and in the average of gradients.
  GRADUS_FIELD(betas_t, betas) = {0.9, 0.99};
  /// Subtracts lr · weight_decay · p from the parameter; the gradient stays as it is.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What Lion remembers of a parameter.
struct LionParamState : public OptimizerCloneableParamState<LionParamState> {
  /// The average m of gradients, of the parameter's sizes.
  GRADUS_FIELD(Tensor, exp_avg);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Lion);

/// Moves each element by lr against the sign of a momentum (Chen, Liang, Huang, Real, Wang, Liu,
/// Pham, Dong, Luong, Hsieh, Lu and Le, "Symbolic discovery of optimization algorithms", 2023):
///
///   p -= lr (sign(beta1 m + (1 - beta1) dy) + weight_decay p)
///   m = beta2 m + (1 - beta2) dy
///
/// PyTorch has no Lion; this is the paper's, with its defaults. It wants a rate three to ten times
/// smaller than AdamW's, and a weight decay as much larger.
class Lion : public ParameterwiseOptimizer<LionOptions, LionParamState> {
 public:
  /// Throws ValueError for negative numbers, and for betas outside of [0, 1).
  explicit Lion(const std::vector<OptimizerParamGroup>& param_groups, LionOptions defaults = {});
  explicit Lion(std::vector<Tensor> params, LionOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const LionOptions& o, LionParamState& s) override;
};

}  // namespace gradus::optim
