#include "optim/sgd.h"

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

SGD::SGD(const std::vector<OptimizerParamGroup>& param_groups, SGDOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<SGDOptions>(defaults)) {
  check_not_negative("sgd: lr", defaults.lr());
  check_not_negative("sgd: momentum", defaults.momentum());
  check_not_negative("sgd: weight_decay", defaults.weight_decay());
  if (defaults.nesterov() && (defaults.momentum() == 0 || defaults.dampening() != 0))
    fail_value("sgd: nesterov wants momentum and no dampening, momentum {} and dampening {}",
               defaults.momentum(), defaults.dampening());
}
SGD::SGD(std::vector<Tensor> params, SGDOptions defaults)
    : SGD({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

//   b = momentum b + (1 - dampening) dy      (dy itself at the first step)
//   p -= lr b            or, Nesterov's,     p -= lr (dy + momentum b)
void SGD::update(const Tensor& p, const Tensor& dy, const SGDOptions& o, SGDParamState& s) {
  raw::sgd_step(p, dy, o.momentum() != 0 ? &s.momentum_buffer() : nullptr,
                {.lr = o.lr(),
                 .momentum = o.momentum(),
                 .dampening = o.dampening(),
                 .weight_decay = o.weight_decay(),
                 .nesterov = o.nesterov(),
                 .maximize = o.maximize(),
                 .first = false});
}

GRADUS_OPTIMIZER_TEMPLATES(, SGD);

}  // namespace gradus::optim
