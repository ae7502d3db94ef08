// RMSprop (Hinton, 2012): steps divided by the root of the average squared gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

struct RMSpropOptions : public OptimizerCloneableOptions<RMSpropOptions> {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  GRADUS_ARG(double, lr);
  GRADUS_ARG(double, alpha) = 0.99;
  GRADUS_ARG(double, eps) = 1e-8;
  GRADUS_ARG(double, weight_decay) = 0;
  GRADUS_ARG(double, momentum) = 0;
  GRADUS_ARG(bool, centered) = false;
  GRADUS_ARG(bool, maximize) = false;

 public:
  template <class F>
  static void fields(F&& f) {
    f("lr", &RMSpropOptions::lr_);
    f("alpha", &RMSpropOptions::alpha_);
    f("eps", &RMSpropOptions::eps_);
    f("weight_decay", &RMSpropOptions::weight_decay_);
    f("momentum", &RMSpropOptions::momentum_);
    f("centered", &RMSpropOptions::centered_);
    f("maximize", &RMSpropOptions::maximize_);
  }
};

struct RMSpropParamState : public OptimizerCloneableParamState<RMSpropParamState> {
  GRADUS_ARG(int64_t, step) = 0;
  GRADUS_ARG(Tensor, square_avg);
  GRADUS_ARG(Tensor, momentum_buffer);
  GRADUS_ARG(Tensor, grad_avg);

 public:
  template <class F>
  static void fields(F&& f) {
    f("step", &RMSpropParamState::step_);
    f("square_avg", &RMSpropParamState::square_avg_);
    f("momentum_buffer", &RMSpropParamState::momentum_buffer_);
    f("grad_avg", &RMSpropParamState::grad_avg_);
  }
};

GRADUS_OPTIMIZER_TEMPLATES(extern, RMSprop);

class RMSprop : public ParameterwiseOptimizer<RMSpropOptions, RMSpropParamState> {
 public:
  // Throws for negative numbers.
  explicit RMSprop(const std::vector<OptimizerParamGroup>& param_groups,
                   RMSpropOptions defaults = {});
  explicit RMSprop(std::vector<Tensor> params, RMSpropOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const RMSpropOptions& o,
              RMSpropParamState& s) override;
};

}  // namespace gradus::optim
