// Stochastic gradient descent, plain, with momentum, or Nesterov's (Sutskever et al., 2013).
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

struct SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
  SGDOptions(double lr = 1e-3) : lr_(lr) {}
  GRADUS_ARG(double, lr);
  GRADUS_ARG(double, momentum) = 0;
  GRADUS_ARG(double, dampening) = 0;
  GRADUS_ARG(double, weight_decay) = 0;
  GRADUS_ARG(bool, nesterov) = false;
  GRADUS_ARG(bool, maximize) = false;

 public:
  template <class F>
  static void fields(F&& f) {
    f("lr", &SGDOptions::lr_);
    f("momentum", &SGDOptions::momentum_);
    f("dampening", &SGDOptions::dampening_);
    f("weight_decay", &SGDOptions::weight_decay_);
    f("nesterov", &SGDOptions::nesterov_);
    f("maximize", &SGDOptions::maximize_);
  }
};

struct SGDParamState : public OptimizerCloneableParamState<SGDParamState> {
  GRADUS_ARG(Tensor, momentum_buffer);

 public:
  template <class F>
  static void fields(F&& f) {
    f("momentum_buffer", &SGDParamState::momentum_buffer_);
  }
};

GRADUS_OPTIMIZER_TEMPLATES(extern, SGD);

class SGD : public ParameterwiseOptimizer<SGDOptions, SGDParamState> {
 public:
  // Throws for negative numbers, and for Nesterov's without momentum or with dampening.
  explicit SGD(const std::vector<OptimizerParamGroup>& param_groups, SGDOptions defaults = {});
  explicit SGD(std::vector<Tensor> params, SGDOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const SGDOptions& o, SGDParamState& s) override;
};

}  // namespace gradus::optim
