#include "optim/adadelta.h"

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

Adadelta::Adadelta(const std::vector<OptimizerParamGroup>& param_groups, AdadeltaOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdadeltaOptions>(defaults)) {
  check_not_negative("adadelta: lr", defaults.lr());
  if (!(defaults.rho() >= 0 && defaults.rho() <= 1))
    fail_value("adadelta: rho is {}, not in [0, 1]", defaults.rho());
  check_not_negative("adadelta: eps", defaults.eps());
  check_not_negative("adadelta: weight_decay", defaults.weight_decay());
}
Adadelta::Adadelta(std::vector<Tensor> params, AdadeltaOptions defaults)
    : Adadelta({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Adadelta::update(const Tensor& p, const Tensor& dy, const AdadeltaOptions& o,
                      AdadeltaParamState& s) {
  s.step(s.step() + 1);
  raw::adadelta_step(p, dy, s.square_avg(), s.acc_delta(),
                     {.lr = o.lr(),
                      .rho = o.rho(),
                      .eps = o.eps(),
                      .weight_decay = o.weight_decay(),
                      .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, Adadelta);

}  // namespace gradus::optim
