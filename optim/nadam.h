// NAdam (Dozat, 2016): Adam with Nesterov's look ahead.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of NAdam: `NAdamOptions(2e-3).momentum_decay(0.01)`.
struct NAdamOptions : public OptimizerCloneableOptions<NAdamOptions> {
  using betas_t = std::tuple<double, double>;  ///< What betas() takes.
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  /// The learning rate, 0.002 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in the average of gradients, and in that of their squares.
  GRADUS_FIELD(betas_t, betas) = {0.9, 0.999};
  /// Is added to the root, so that nothing is divided by 0.
  GRADUS_FIELD(double, eps) = 1e-8;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// How fast the momentum rises to beta1, from half of it.
  GRADUS_FIELD(double, momentum_decay) = 4e-3;
  /// Subtracts lr · weight_decay · p from the parameter, as AdamW does, and leaves the gradient.
  GRADUS_FIELD(bool, decoupled_weight_decay) = false;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What NAdam remembers of a parameter. The tensors have its sizes.
struct NAdamParamState : public OptimizerCloneableParamState<NAdamParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The product of the momenta so far, of the precision of get_default_dtype(), as PyTorch's.
  GRADUS_FIELD(double, mu_product) = 1;
  /// The average m of gradients.
  GRADUS_FIELD(Tensor, exp_avg);
  /// The average v of squared gradients.
  GRADUS_FIELD(Tensor, exp_avg_sq);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, NAdam);

/// Adam that steps from where its momentum leads (Dozat, "Incorporating Nesterov momentum into
/// Adam", 2016). At step t = 1, 2, ..., with μₜ = beta1 (1 - ½ 0.96^(t · momentum_decay)),
///
///   m = beta1 m + (1 - beta1) dy
///   v = beta2 v + (1 - beta2) dy²
///   p -= lr ((1 - μₜ) dy / (1 - μ₁…μₜ) + μₜ₊₁ m / (1 - μ₁…μₜ₊₁)) / (√(v / (1 - beta2ᵗ)) + eps)
class NAdam : public ParameterwiseOptimizer<NAdamOptions, NAdamParamState> {
 public:
  /// Throws ValueError for negative numbers, and for betas outside of [0, 1).
  explicit NAdam(const std::vector<OptimizerParamGroup>& param_groups, NAdamOptions defaults = {});
  explicit NAdam(std::vector<Tensor> params, NAdamOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const NAdamOptions& o,
              NAdamParamState& s) override;
};

}  // namespace gradus::optim
