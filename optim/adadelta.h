// Adadelta (Zeiler, 2012): steps as large as the steps before, in units of the gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Adadelta: `AdadeltaOptions(0.5).rho(0.95)`.
struct AdadeltaOptions : public OptimizerCloneableOptions<AdadeltaOptions> {
  AdadeltaOptions(double lr = 1.0) : lr_(lr) {}
  /// The learning rate, 1 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in both averages.
  GRADUS_FIELD(double, rho) = 0.9;
  /// Is added below both roots, so that the first step is not 0.
  GRADUS_FIELD(double, eps) = 1e-6;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What Adadelta remembers of a parameter. The tensors have its sizes.
struct AdadeltaParamState : public OptimizerCloneableParamState<AdadeltaParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The average v of squared gradients.
  GRADUS_FIELD(Tensor, square_avg);
  /// The average u of squared steps.
  GRADUS_FIELD(Tensor, acc_delta);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Adadelta);

/// Gives each step the size of the steps before, so that a rate need not be found (Zeiler,
/// "ADADELTA: an adaptive learning rate method", 2012):
///
///   v = rho v + (1 - rho) dy²
///   d = √(u + eps) / √(v + eps) · dy
///   u = rho u + (1 - rho) d²
///   p -= lr d
class Adadelta : public ParameterwiseOptimizer<AdadeltaOptions, AdadeltaParamState> {
 public:
  /// Throws ValueError for negative numbers, and for a rho outside of [0, 1].
  explicit Adadelta(const std::vector<OptimizerParamGroup>& param_groups,
                    AdadeltaOptions defaults = {});
  explicit Adadelta(std::vector<Tensor> params, AdadeltaOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdadeltaOptions& o,
              AdadeltaParamState& s) override;
};

}  // namespace gradus::optim
