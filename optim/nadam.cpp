#include "optim/nadam.h"

#include <cmath>

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

NAdam::NAdam(const std::vector<OptimizerParamGroup>& param_groups, NAdamOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<NAdamOptions>(defaults)) {
  check_not_negative("nadam: lr", defaults.lr());
  check_not_negative("nadam: eps", defaults.eps());
  check_fraction("nadam: the first beta", std::get<0>(defaults.betas()));
  check_fraction("nadam: the second beta", std::get<1>(defaults.betas()));
  check_not_negative("nadam: weight_decay", defaults.weight_decay());
  check_not_negative("nadam: momentum_decay", defaults.momentum_decay());
}
NAdam::NAdam(std::vector<Tensor> params, NAdamOptions defaults)
    : NAdam({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void NAdam::update(const Tensor& p, const Tensor& dy, const NAdamOptions& o, NAdamParamState& s) {
  s.step(s.step() + 1);
  const auto [beta1, beta2] = o.betas();
  const auto mu = [&, beta = beta1](int64_t t) {
    return beta * (1 - 0.5 * std::pow(0.96, double(t) * o.momentum_decay()));
  };
  const double now = mu(s.step()), next = mu(s.step() + 1);
  s.mu_product(as_default(as_default(s.mu_product()) * as_default(now)));
  const bool decoupled = o.decoupled_weight_decay();
  raw::nadam_step(p, dy, s.exp_avg(), s.exp_avg_sq(),
                  {.by_gradient = o.lr() * (1 - now) / (1 - s.mu_product()),
                   .by_mean = o.lr() * next / (1 - s.mu_product() * next),
                   .beta1 = beta1,
                   .beta2 = beta2,
                   .eps = o.eps(),
                   .weight_decay = decoupled ? 0 : o.weight_decay(),
                   .shrink = decoupled ? 1 - o.lr() * o.weight_decay() : 1,
                   .bias_correction2 = 1 - std::pow(beta2, double(s.step())),
                   .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, NAdam);

}  // namespace gradus::optim
