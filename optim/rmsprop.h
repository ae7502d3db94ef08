// RMSprop (Hinton, 2012): steps divided by the root of the average squared gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of RMSprop: `RMSpropOptions(1e-3).momentum(0.9)`.
struct RMSpropOptions : public OptimizerCloneableOptions<RMSpropOptions> {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  /// The learning rate, 0.01 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in the average of squares.
  GRADUS_FIELD(double, alpha) = 0.99;
  /// Is added to the root, so that nothing is divided by 0.
  GRADUS_FIELD(double, eps) = 1e-8;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// How much of the last step goes into the next one.
  GRADUS_FIELD(double, momentum) = 0;
  /// Divides by the deviation from the average gradient and not from 0.
  GRADUS_FIELD(bool, centered) = false;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What RMSprop remembers of a parameter. The tensors have the parameter's sizes; those that the
/// options do not ask for are undefined.
struct RMSpropParamState : public OptimizerCloneableParamState<RMSpropParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The average v of squared gradients.
  GRADUS_FIELD(Tensor, square_avg);
  /// The running step b, with momentum.
  GRADUS_FIELD(Tensor, momentum_buffer);
  /// The average m of gradients, when centered.
  GRADUS_FIELD(Tensor, grad_avg);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, RMSprop);

/// Divides each step by the root of the average squared gradient (Hinton, "Neural networks for
/// machine learning", lecture 6e, 2012):
///
///   v = alpha v + (1 - alpha) dy²
///   p -= lr dy / (√v + eps)
///
/// With `centered` v - m² takes the place of v, where m is the average of dy. With momentum
/// b = momentum b + dy / (√v + eps) and p -= lr b.
class RMSprop : public ParameterwiseOptimizer<RMSpropOptions, RMSpropParamState> {
 public:
  /// Throws ValueError for negative numbers.
  explicit RMSprop(const std::vector<OptimizerParamGroup>& param_groups,
                   RMSpropOptions defaults = {});
  explicit RMSprop(std::vector<Tensor> params, RMSpropOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const RMSpropOptions& o,
              RMSpropParamState& s) override;
};

}  // namespace gradus::optim
