// LBFGS (Liu and Nocedal, 1989): steps along the curvature that the last gradients show.
#pragma once

#include <deque>

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of LBFGS: `LBFGSOptions(1).max_iter(50).line_search_fn("strong_wolfe")`.
struct LBFGSOptions : public OptimizerCloneableOptions<LBFGSOptions> {
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  /// The learning rate, 1 unless given: how much of each step is taken, or tried first.
  GRADUS_FIELD(double, lr);
  /// How many iterations a step() makes at most.
  GRADUS_FIELD(int64_t, max_iter) = 20;
  /// How often a step() calls the closure at most, but for the end of a line search; unless given,
  /// 5 / 4 max_iter.
  GRADUS_FIELD(std::optional<int64_t>, max_eval) = std::nullopt;
  /// A step() ends when no element of the gradient is larger.
  GRADUS_FIELD(double, tolerance_grad) = 1e-7;
  /// A step() ends when neither the parameters nor the loss change more than this.
  GRADUS_FIELD(double, tolerance_change) = 1e-9;
  /// How many pairs of vectors, each as long as all parameters together, are remembered.
  GRADUS_FIELD(int64_t, history_size) = 100;
  /// "strong_wolfe": looks along each direction for a point that is low and flat enough, and calls
  /// the closure for it. nullopt: goes lr of the way.
  GRADUS_FIELD(std::optional<std::string>, line_search_fn) = std::nullopt;
};

/// What LBFGS remembers. There is one state for all parameters, that of the first one; its vectors
/// are as long as all of them together.
struct LBFGSParamState : public OptimizerCloneableParamState<LBFGSParamState> {
  /// How often the closure was called.
  GRADUS_FIELD(int64_t, func_evals) = 0;
  /// How many iterations there were.
  GRADUS_FIELD(int64_t, n_iter) = 0;
  /// How far the last iteration went along d.
  GRADUS_FIELD(double, t) = 0;
  /// The loss before the last iteration.
  GRADUS_FIELD(double, prev_loss) = 0;
  /// The direction of the last iteration.
  GRADUS_FIELD(Tensor, d);
  /// The scale of the first guess at the inverse Hessian, sᵀy / yᵀy; a number.
  GRADUS_FIELD(Tensor, H_diag);
  /// The gradient before the last iteration.
  GRADUS_FIELD(Tensor, prev_flat_grad);
  /// The differences y of gradients.
  GRADUS_FIELD(std::deque<Tensor>, old_dirs);
  /// The steps s that belong to them.
  GRADUS_FIELD(std::deque<Tensor>, old_stps);
  /// 1 / sᵀy for each.
  GRADUS_FIELD(std::deque<Tensor>, ro);
  /// Room for intermediate numbers in libtorch; here not used.
  GRADUS_FIELD(std::optional<std::vector<Tensor>>, al) = std::nullopt;

 public:
  /// Throws Error unless the vectors are of one length and type, and as many as each other.
  void check(const Tensor& parameter) const override;
};

extern template class OptimizerCloneableOptions<LBFGSOptions>;
extern template class OptimizerCloneableParamState<LBFGSParamState>;

/// A quasi-Newton method for losses of the whole data, which do not change from call to call (Liu
/// and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989). It steps
/// along -H dy, where H is the inverse Hessian as the last steps s and differences y of gradients
/// show it:
///
///   H = (I - ρ s yᵀ) H' (I - ρ y sᵀ) + ρ s sᵀ,   ρ = 1 / sᵀy, H' without the newest pair
///
/// The parameters are of one group. One step() makes up to max_iter iterations.
class LBFGS : public Optimizer {
 public:
  /// Throws ValueError unless there is one group, for a negative lr, a history_size below 1 and a
  /// line search that is not known.
  explicit LBFGS(const std::vector<OptimizerParamGroup>& param_groups, LBFGSOptions defaults = {});
  explicit LBFGS(std::vector<Tensor> params, LBFGSOptions defaults = {});

  /// Minimises the loss. The closure clears the gradients, computes the loss, calls its backward()
  /// and returns it; it is called several times. The result is the first loss. An exception of the
  /// closure leaves the state as it was, and within a line search the parameters too.
  Tensor step(LossClosure closure = nullptr) override;

 protected:
  std::unique_ptr<OptimizerParamState> make_state() const override;
  bool numbers_are_tensors() const override { return false; }
  void check_loaded(const std::vector<OptimizerParamGroup>& groups,
                    const States& states) const override;
};

}  // namespace gradus::optim
