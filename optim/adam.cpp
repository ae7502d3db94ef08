#include "optim/adam.h"

#include <cmath>

#include "optim/checks.h"
#include "tensor/raw.h"

namespace gradus::optim {
namespace {

template <class Options>
void check(const Options& o) {
  check_not_negative("adam: lr", o.lr());
  check_not_negative("adam: eps", o.eps());
  check_fraction("adam: the first beta", std::get<0>(o.betas()));
  check_fraction("adam: the second beta", std::get<1>(o.betas()));
  check_not_negative("adam: weight_decay", o.weight_decay());
}

//   m = beta1 m + (1 - beta1) dy
//   v = beta2 v + (1 - beta2) dy²
//   p -= lr m / (1 - beta1ᵗ) / (√(v / (1 - beta2ᵗ)) + eps)
template <class Options, class State>
void adam_step(const Tensor& p, const Tensor& grad, const Options& o, State& s, bool decoupled) {
  Tensor &m = s.exp_avg(), &v = s.exp_avg_sq(), &largest = s.max_exp_avg_sq();
  const auto zeros = [&] {
    Tensor t = raw::empty_like(p);
    raw::fill(t, 0);
    return t;
  };
  if (!m.defined()) m = zeros();
  if (!v.defined()) v = zeros();
  if (o.amsgrad() && !largest.defined()) largest = zeros();
  s.step(s.step() + 1);

  const auto [beta1, beta2] = o.betas();
  const double unbias1 = 1 - std::pow(beta1, double(s.step()));
  const double unbias2 = 1 - std::pow(beta2, double(s.step()));
  Tensor dy = o.maximize() ? -grad : grad;
  if (o.weight_decay() != 0) {
    if (decoupled)
      p.mul_(1 - o.lr() * o.weight_decay());
    else
      dy = dy.add(p, o.weight_decay());
  }
  m.lerp_(dy, 1 - beta1);
  v.mul_(beta2).addcmul_(dy, dy, 1 - beta2);
  if (o.amsgrad()) largest.copy_(largest.maximum(v));
  const Tensor root = (o.amsgrad() ? largest : v).sqrt().div_(std::sqrt(unbias2)).add_(o.eps());
  p.addcdiv_(m, root, -o.lr() / unbias1);
}

}  // namespace

Adam::Adam(const std::vector<OptimizerParamGroup>& param_groups, AdamOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdamOptions>(defaults)) {
  check(defaults);
}
AdamW::AdamW(const std::vector<OptimizerParamGroup>& param_groups, AdamWOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdamWOptions>(defaults)) {
  check(defaults);
}

void Adam::update(const Tensor& p, const Tensor& dy, const AdamOptions& o, AdamParamState& s) {
  adam_step(p, dy, o, s, /*decoupled=*/false);
}
void AdamW::update(const Tensor& p, const Tensor& dy, const AdamWOptions& o, AdamWParamState& s) {
  adam_step(p, dy, o, s, /*decoupled=*/true);
}

}  // namespace gradus::optim
