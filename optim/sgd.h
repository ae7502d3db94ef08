// Stochastic gradient descent, plain, with momentum, or Nesterov's (Sutskever et al., 2013).
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of SGD: `SGDOptions(0.1).momentum(0.9)`.
struct SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
  SGDOptions(double lr = 1e-3) : lr_(lr) {}
  /// The learning rate, 0.001 unless given.
  GRADUS_FIELD(double, lr);
  /// How much of the last step goes into the next one.
  GRADUS_FIELD(double, momentum) = 0;
  /// The share of the gradient that is left out of the momentum, but at the first step.
  GRADUS_FIELD(double, dampening) = 0;
  /// Adds weight_decay · p to the gradient.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Looks ahead by one momentum step; needs momentum and no dampening.
  GRADUS_FIELD(bool, nesterov) = false;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What SGD remembers of a parameter.
struct SGDParamState : public OptimizerCloneableParamState<SGDParamState> {
  /// The running step b, of the parameter's sizes; undefined without momentum.
  GRADUS_FIELD(Tensor, momentum_buffer);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, SGD);

/// Stochastic gradient descent. With momentum it keeps b = momentum b + (1 - dampening) dy, where
/// the first b is dy itself, and steps by
///
///   p -= lr dy      p -= lr b (momentum)      p -= lr (dy + momentum b) (nesterov)
///
/// Nesterov's is after Sutskever, Martens, Dahl and Hinton, "On the importance of initialization
/// and momentum in deep learning", 2013.
class SGD : public ParameterwiseOptimizer<SGDOptions, SGDParamState> {
 public:
  /// Throws ValueError for negative numbers, and for nesterov without momentum or with dampening.
  explicit SGD(const std::vector<OptimizerParamGroup>& param_groups, SGDOptions defaults = {});
  explicit SGD(std::vector<Tensor> params, SGDOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const SGDOptions& o, SGDParamState& s) override;
};

}  // namespace gradus::optim
