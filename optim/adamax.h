// Adamax (Kingma and Ba, 2015): Adam with the largest gradient in place of the mean square.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Adamax: `AdamaxOptions(2e-3).betas({0.9, 0.99})`.
struct AdamaxOptions : public OptimizerCloneableOptions<AdamaxOptions> {
  using betas_t = std::tuple<double, double>;  ///< What betas() takes.
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  /// The learning rate, 0.002 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in the average of gradients, and in the largest gradient.
  GRADUS_FIELD(betas_t, betas) = {0.9, 0.999};
  /// Is added to the size of each gradient, so that nothing is divided by 0.
  GRADUS_FIELD(double, eps) = 1e-8;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What Adamax remembers of a parameter. The tensors have its sizes.
struct AdamaxParamState : public OptimizerCloneableParamState<AdamaxParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The average m of gradients.
  GRADUS_FIELD(Tensor, exp_avg);
  /// The largest gradient u, which fades.
  GRADUS_FIELD(Tensor, exp_inf);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Adamax);

/// Divides the average gradient by the largest one of late (Kingma and Ba, "Adam: a method for
/// stochastic optimization", 2015, section 7.1). At step t = 1, 2, ...
///
///   m = beta1 m + (1 - beta1) dy
///   u = max(beta2 u, |dy| + eps)
///   p -= lr / (1 - beta1ᵗ) · m / u
class Adamax : public ParameterwiseOptimizer<AdamaxOptions, AdamaxParamState> {
 public:
  /// Throws ValueError for negative numbers, and for betas outside of [0, 1).
  explicit Adamax(const std::vector<OptimizerParamGroup>& param_groups,
                  AdamaxOptions defaults = {});
  explicit Adamax(std::vector<Tensor> params, AdamaxOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdamaxOptions& o,
              AdamaxParamState& s) override;
};

}  // namespace gradus::optim
