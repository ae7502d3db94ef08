#include "optim/lion.h"

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

Lion::Lion(const std::vector<OptimizerParamGroup>& param_groups, LionOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<LionOptions>(defaults)) {
  check_not_negative("lion: lr", defaults.lr());
  check_fraction("lion: the first beta", std::get<0>(defaults.betas()));
  check_fraction("lion: the second beta", std::get<1>(defaults.betas()));
  check_not_negative("lion: weight_decay", defaults.weight_decay());
}
Lion::Lion(std::vector<Tensor> params, LionOptions defaults)
    : Lion({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Lion::update(const Tensor& p, const Tensor& dy, const LionOptions& o, LionParamState& s) {
  const auto [beta1, beta2] = o.betas();
  raw::lion_step(p, dy, s.exp_avg(),
                 {.lr = o.lr(),
                  .beta1 = beta1,
                  .beta2 = beta2,
                  .shrink = 1 - o.lr() * o.weight_decay(),
                  .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, Lion);

}  // namespace gradus::optim
