// Rprop (Riedmiller and Braun, 1993): only the signs of the gradient count.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Rprop: `RpropOptions(0.01).etas({0.5, 1.2})`.
struct RpropOptions : public OptimizerCloneableOptions<RpropOptions> {
  using pair_t = std::tuple<double, double>;  ///< What etas() and step_sizes() take.
  RpropOptions(double lr = 1e-2) : lr_(lr) {}
  /// How far the first step goes, 0.01 unless given.
  GRADUS_FIELD(double, lr);
  /// By what a step is multiplied when the sign turned, and when it stayed.
  GRADUS_FIELD(pair_t, etas) = {0.5, 1.2};
  /// The least and the largest step.
  GRADUS_FIELD(pair_t, step_sizes) = {1e-6, 50};
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What Rprop remembers of a parameter. The tensors have its sizes.
struct RpropParamState : public OptimizerCloneableParamState<RpropParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The gradient of the step before; 0 where the sign turned.
  GRADUS_FIELD(Tensor, prev);
  /// How far each element goes.
  GRADUS_FIELD(Tensor, step_size);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Rprop);

/// Moves each element by a step of its own against the sign of its gradient. The step becomes
/// longer while the sign stays, and shorter when it turns; then the element rests once (Riedmiller
/// and Braun, "A direct adaptive method for faster backpropagation learning", 1993). For gradients
/// of the whole data, not of batches.
class Rprop : public ParameterwiseOptimizer<RpropOptions, RpropParamState> {
 public:
  /// Throws ValueError for a negative rate, and unless 0 < etas[0] < 1 < etas[1].
  explicit Rprop(const std::vector<OptimizerParamGroup>& param_groups, RpropOptions defaults = {});
  explicit Rprop(std::vector<Tensor> params, RpropOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const RpropOptions& o,
              RpropParamState& s) override;
};

}  // namespace gradus::optim
