#include "optim/sgd.h"

#include "optim/checks.h"

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

//   b = momentum b + (1 - dampening) dy      (dy itself at the first step)
//   p -= lr b            or, Nesterov's,     p -= lr (dy + momentum b)
void SGD::update(const Tensor& p, const Tensor& grad, const SGDOptions& o, SGDParamState& s) {
  Tensor dy = o.maximize() ? -grad : grad;
  if (o.weight_decay() != 0) dy = dy.add(p, o.weight_decay());
  if (o.momentum() != 0) {
    Tensor& b = s.momentum_buffer();
    if (b.defined())
      b.mul_(o.momentum()).add_(dy, 1 - o.dampening());
    else
      b = dy.clone();
    dy = o.nesterov() ? dy.add(b, o.momentum()) : b;
  }
  p.add_(dy, -o.lr());
}

}  // namespace gradus::optim
