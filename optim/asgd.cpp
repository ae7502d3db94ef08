#include "optim/asgd.h"

#include <algorithm>
#include <cmath>

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

ASGD::ASGD(const std::vector<OptimizerParamGroup>& param_groups, ASGDOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<ASGDOptions>(defaults)) {
  check_not_negative("asgd: lr", defaults.lr());
  check_not_negative("asgd: weight_decay", defaults.weight_decay());
}
ASGD::ASGD(std::vector<Tensor> params, ASGDOptions defaults)
    : ASGD({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void ASGD::update(const Tensor& p, const Tensor& dy, const ASGDOptions& o, ASGDParamState& s) {
  const double eta = s.step() == 0 ? as_default(o.lr()) : s.eta();
  raw::asgd_step(p, dy, s.ax(),
                 {.eta = eta,
                  .shrink = 1 - o.lambd() * eta,
                  .weight_decay = o.weight_decay(),
                  .mu = s.mu(),
                  .maximize = o.maximize()});
  s.step(s.step() + 1);
  const double t = double(s.step());
  s.eta(as_default(o.lr() / std::pow(1 + o.lambd() * o.lr() * t, o.alpha())));
  s.mu(as_default(1 / std::max(1.0, t - o.t0())));
}

GRADUS_OPTIMIZER_TEMPLATES(, ASGD);

}  // namespace gradus::optim
