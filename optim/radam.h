// RAdam (Liu et al., 2020): Adam that waits until its variance can be trusted.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of RAdam: `RAdamOptions(1e-3).betas({0.9, 0.99})`.
struct RAdamOptions : public OptimizerCloneableOptions<RAdamOptions> {
  using betas_t = std::tuple<double, double>;  ///< What betas() takes.
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
  /// The learning rate, 0.001 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in the average of gradients, and in that of their squares.
  GRADUS_FIELD(betas_t, betas) = {0.9, 0.999};
  /// Is added to the root, so that nothing is divided by 0.
  GRADUS_FIELD(double, eps) = 1e-8;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Subtracts lr · weight_decay · p from the parameter, as AdamW does, and leaves the gradient.
  GRADUS_FIELD(bool, decoupled_weight_decay) = false;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What RAdam remembers of a parameter. The tensors have its sizes.
struct RAdamParamState : public OptimizerCloneableParamState<RAdamParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The average m of gradients.
  GRADUS_FIELD(Tensor, exp_avg);
  /// The average v of squared gradients.
  GRADUS_FIELD(Tensor, exp_avg_sq);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, RAdam);

/// Adam whose steps are shortened while few gradients have been seen (Liu, Jiang, He, Chen, Liu,
/// Gao and Han, "On the variance of the adaptive learning rate and beyond", 2020). At step t = 1,
/// 2, ...
///
///   m = beta1 m + (1 - beta1) dy
///   v = beta2 v + (1 - beta2) dy²
///   ρ∞ = 2 / (1 - beta2) - 1,   ρ = ρ∞ - 2 t beta2ᵗ / (1 - beta2ᵗ)
///   r = √((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ))
///   p -= lr r m / (1 - beta1ᵗ) · √(1 - beta2ᵗ) / (√v + eps)      where ρ > 5, else
///   p -= lr m / (1 - beta1ᵗ)
class RAdam : public ParameterwiseOptimizer<RAdamOptions, RAdamParamState> {
 public:
  /// Throws ValueError for negative numbers, and for betas outside of [0, 1).
  explicit RAdam(const std::vector<OptimizerParamGroup>& param_groups, RAdamOptions defaults = {});
  explicit RAdam(std::vector<Tensor> params, RAdamOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const RAdamOptions& o,
              RAdamParamState& s) override;
};

}  // namespace gradus::optim
