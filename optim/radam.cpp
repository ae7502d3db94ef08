#include "optim/radam.h"

#include <cmath>

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

RAdam::RAdam(const std::vector<OptimizerParamGroup>& param_groups, RAdamOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<RAdamOptions>(defaults)) {
  check_not_negative("radam: lr", defaults.lr());
  check_not_negative("radam: eps", defaults.eps());
  check_fraction("radam: the first beta", std::get<0>(defaults.betas()));
  check_fraction("radam: the second beta", std::get<1>(defaults.betas()));
  check_not_negative("radam: weight_decay", defaults.weight_decay());
}
RAdam::RAdam(std::vector<Tensor> params, RAdamOptions defaults)
    : RAdam({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void RAdam::update(const Tensor& p, const Tensor& dy, const RAdamOptions& o, RAdamParamState& s) {
  s.step(s.step() + 1);
  const auto [beta1, beta2] = o.betas();
  const double t = double(s.step()), correction2 = 1 - std::pow(beta2, t);
  // How many gradients the average of squares is worth, at last and now.
  const double last = 2 / (1 - beta2) - 1;
  const double now = last - 2 * t * std::pow(beta2, t) / correction2;
  const bool decoupled = o.decoupled_weight_decay();
  raw::radam_step(
      p, dy, s.exp_avg(), s.exp_avg_sq(),
      {.lr = o.lr(),
       .beta1 = beta1,
       .beta2 = beta2,
       .eps = o.eps(),
       .weight_decay = decoupled ? 0 : o.weight_decay(),
       .shrink = decoupled ? 1 - o.lr() * o.weight_decay() : 1,
       .bias_correction1 = 1 - std::pow(beta1, t),
       .bias_correction2 = correction2,
       .rectification =
           now > 5 ? std::sqrt((now - 4) * (now - 2) * last / ((last - 4) * (last - 2) * now)) : 0,
       .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, RAdam);

}  // namespace gradus::optim
