#include "optim/rprop.h"

#include "optim/checks.h"
#include "tensor/optim/step.h"
#include "tensor/raw.h"

namespace gradus::optim {

Rprop::Rprop(const std::vector<OptimizerParamGroup>& param_groups, RpropOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<RpropOptions>(defaults)) {
  check_not_negative("rprop: lr", defaults.lr());
  const auto [shorter, longer] = defaults.etas();
  if (!(shorter > 0 && shorter < 1 && longer > 1))
    fail_value("rprop: etas are {} and {}, not in (0, 1) and above 1", shorter, longer);
}
Rprop::Rprop(std::vector<Tensor> params, RpropOptions defaults)
    : Rprop({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Rprop::update(const Tensor& p, const Tensor& dy, const RpropOptions& o, RpropParamState& s) {
  s.step(s.step() + 1);
  if (!s.step_size().defined()) {
    s.step_size(raw::empty_like(p));
    raw::fill(s.step_size(), o.lr());
  }
  const auto [shorter, longer] = o.etas();
  const auto [least, most] = o.step_sizes();
  raw::rprop_step(p, dy, s.prev(), s.step_size(),
                  {.shorter = shorter,
                   .longer = longer,
                   .least = least,
                   .most = most,
                   .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, Rprop);

}  // namespace gradus::optim
