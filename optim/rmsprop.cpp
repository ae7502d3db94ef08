#include "optim/rmsprop.h"

#include "optim/checks.h"
#include "tensor/raw.h"

namespace gradus::optim {

RMSprop::RMSprop(const std::vector<OptimizerParamGroup>& param_groups, RMSpropOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<RMSpropOptions>(defaults)) {
  check_not_negative("rmsprop: lr", defaults.lr());
  check_not_negative("rmsprop: eps", defaults.eps());
  check_not_negative("rmsprop: momentum", defaults.momentum());
  check_not_negative("rmsprop: weight_decay", defaults.weight_decay());
  check_not_negative("rmsprop: alpha", defaults.alpha());
}

//   v = alpha v + (1 - alpha) dy²,   centred: v - m² for v below, m the average of dy
//   b = momentum b + dy / (√v + eps)
//   p -= lr b
void RMSprop::update(const Tensor& p, const Tensor& grad, const RMSpropOptions& o,
                     RMSpropParamState& s) {
  const auto zeros_if_undefined = [&](Tensor& t) {
    if (t.defined()) return;
    t = raw::empty_like(p);
    raw::fill(t, 0);
  };
  zeros_if_undefined(s.square_avg());
  if (o.momentum() > 0) zeros_if_undefined(s.momentum_buffer());
  if (o.centered()) zeros_if_undefined(s.grad_avg());
  s.step(s.step() + 1);

  Tensor dy = o.maximize() ? -grad : grad;
  if (o.weight_decay() != 0) dy = dy.add(p, o.weight_decay());
  const Tensor &v = s.square_avg(), &m = s.grad_avg(), &b = s.momentum_buffer();
  v.mul_(o.alpha()).addcmul_(dy, dy, 1 - o.alpha());
  if (o.centered()) m.lerp_(dy, 1 - o.alpha());
  const Tensor root = (o.centered() ? v.addcmul(m, m, -1) : v).sqrt().add_(o.eps());
  if (o.momentum() > 0)
    p.add_(b.mul_(o.momentum()).addcdiv_(dy, root), -o.lr());
  else
    p.addcdiv_(dy, root, -o.lr());
}

}  // namespace gradus::optim
