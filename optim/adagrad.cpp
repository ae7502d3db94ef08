#include "optim/adagrad.h"

#include "optim/checks.h"
#include "tensor/optim/step.h"
#include "tensor/raw.h"

namespace gradus::optim {

Adagrad::Adagrad(const std::vector<OptimizerParamGroup>& param_groups, AdagradOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdagradOptions>(defaults)) {
  check_not_negative("adagrad: lr", defaults.lr());
  check_not_negative("adagrad: lr_decay", defaults.lr_decay());
  check_not_negative("adagrad: weight_decay", defaults.weight_decay());
  check_not_negative("adagrad: initial_accumulator_value", defaults.initial_accumulator_value());
  check_not_negative("adagrad: eps", defaults.eps());
  for (const OptimizerParamGroup& group : this->param_groups())
    for (const Tensor& p : group.params()) {
      auto state = std::make_unique<AdagradParamState>();
      state->sum(first_sum(p));
      state_[p.unsafeGetTensorImpl()] = std::move(state);
    }
}
Adagrad::Adagrad(std::vector<Tensor> params, AdagradOptions defaults)
    : Adagrad({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

Tensor Adagrad::first_sum(const Tensor& p) const {
  const Tensor sum = raw::empty_like(p);
  raw::fill(sum, static_cast<const AdagradOptions&>(defaults()).initial_accumulator_value());
  return sum;
}

//   sum += dy²
//   p -= lr / (1 + (t - 1) lr_decay) dy / (√sum + eps)
void Adagrad::update(const Tensor& p, const Tensor& dy, const AdagradOptions& o,
                     AdagradParamState& s) {
  if (!s.sum().defined()) s.sum(first_sum(p));
  const double lr = o.lr() / (1 + double(s.step()) * o.lr_decay());
  s.step(s.step() + 1);
  raw::adagrad_step(
      p, dy, s.sum(),
      {.lr = lr, .eps = o.eps(), .weight_decay = o.weight_decay(), .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, Adagrad);

}  // namespace gradus::optim
