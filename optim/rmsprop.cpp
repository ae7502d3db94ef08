#include "optim/rmsprop.h"

#include "optim/checks.h"
#include "tensor/optim/step.h"

namespace gradus::optim {

RMSprop::RMSprop(const std::vector<OptimizerParamGroup>& param_groups, RMSpropOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<RMSpropOptions>(defaults)) {
  check_not_negative("rmsprop: lr", defaults.lr());
  check_not_negative("rmsprop: eps", defaults.eps());
  check_not_negative("rmsprop: momentum", defaults.momentum());
  check_not_negative("rmsprop: weight_decay", defaults.weight_decay());
  check_not_negative("rmsprop: alpha", defaults.alpha());
}
RMSprop::RMSprop(std::vector<Tensor> params, RMSpropOptions defaults)
    : RMSprop({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

//   v = alpha v + (1 - alpha) dy²,   centred: v - m² for v below, m the average of dy
//   b = momentum b + dy / (√v + eps)
//   p -= lr b
void RMSprop::update(const Tensor& p, const Tensor& dy, const RMSpropOptions& o,
                     RMSpropParamState& s) {
  s.step(s.step() + 1);
  raw::rmsprop_step(p, dy, s.square_avg(), o.centered() ? &s.grad_avg() : nullptr,
                    o.momentum() > 0 ? &s.momentum_buffer() : nullptr,
                    {.lr = o.lr(),
                     .alpha = o.alpha(),
                     .eps = o.eps(),
                     .weight_decay = o.weight_decay(),
                     .momentum = o.momentum(),
                     .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, RMSprop);

}  // namespace gradus::optim
