// Adagrad (Duchi, Hazan and Singer, 2011): steps divided by the root of the summed squared
// gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

struct AdagradOptions : public OptimizerCloneableOptions<AdagradOptions> {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  GRADUS_ARG(double, lr);
  GRADUS_ARG(double, lr_decay) = 0;
  GRADUS_ARG(double, weight_decay) = 0;
  GRADUS_ARG(double, initial_accumulator_value) = 0;
  GRADUS_ARG(double, eps) = 1e-10;
  GRADUS_ARG(bool, maximize) = false;

 public:
  template <class F>
  static void fields(F&& f) {
    f("lr", &AdagradOptions::lr_);
    f("lr_decay", &AdagradOptions::lr_decay_);
    f("weight_decay", &AdagradOptions::weight_decay_);
    f("initial_accumulator_value", &AdagradOptions::initial_accumulator_value_);
    f("eps", &AdagradOptions::eps_);
    f("maximize", &AdagradOptions::maximize_);
  }
};

struct AdagradParamState : public OptimizerCloneableParamState<AdagradParamState> {
  GRADUS_ARG(Tensor, sum);
  GRADUS_ARG(int64_t, step) = 0;

 public:
  template <class F>
  static void fields(F&& f) {
    f("sum", &AdagradParamState::sum_);
    f("step", &AdagradParamState::step_);
  }
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Adagrad);

// Each parameter has its state from the start; the sums begin at the constructor's
// initial_accumulator_value, whatever its group's is, as PyTorch's.
class Adagrad : public ParameterwiseOptimizer<AdagradOptions, AdagradParamState> {
 public:
  // Throws for negative numbers.
  explicit Adagrad(const std::vector<OptimizerParamGroup>& param_groups,
                   AdagradOptions defaults = {});
  explicit Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdagradOptions& o,
              AdagradParamState& s) override;

 private:
  Tensor first_sum(const Tensor& p) const;
};

}  // namespace gradus::optim
