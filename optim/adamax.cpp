#include "optim/adamax.h"

#include <cmath>

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

Adamax::Adamax(const std::vector<OptimizerParamGroup>& param_groups, AdamaxOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdamaxOptions>(defaults)) {
  check_not_negative("adamax: lr", defaults.lr());
  check_not_negative("adamax: eps", defaults.eps());
  check_fraction("adamax: the first beta", std::get<0>(defaults.betas()));
  check_fraction("adamax: the second beta", std::get<1>(defaults.betas()));
  check_not_negative("adamax: weight_decay", defaults.weight_decay());
}
Adamax::Adamax(std::vector<Tensor> params, AdamaxOptions defaults)
    : Adamax({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Adamax::update(const Tensor& p, const Tensor& dy, const AdamaxOptions& o,
                    AdamaxParamState& s) {
  s.step(s.step() + 1);
  const auto [beta1, beta2] = o.betas();
  raw::adamax_step(p, dy, s.exp_avg(), s.exp_inf(),
                   {.lr = o.lr() / (1 - std::pow(beta1, double(s.step()))),
                    .beta1 = beta1,
                    .beta2 = beta2,
                    .eps = o.eps(),
                    .weight_decay = o.weight_decay(),
                    .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, Adamax);

}  // namespace gradus::optim
