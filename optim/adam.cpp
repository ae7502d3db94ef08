#include "optim/adam.h"

#include <cmath>

#include "optim/checks.h"
#include "tensor/optim/step.h"

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
void adam_step(const Tensor& p, const Tensor& dy, const Options& o, State& s) {
  s.step(s.step() + 1);
  const auto [beta1, beta2] = o.betas();
  raw::adam_step(p, dy, s.exp_avg(), s.exp_avg_sq(), o.amsgrad() ? &s.max_exp_avg_sq() : nullptr,
                 {.lr = o.lr(),
                  .beta1 = beta1,
                  .beta2 = beta2,
                  .eps = o.eps(),
                  .weight_decay = o.weight_decay(),
                  .bias_correction1 = 1 - std::pow(beta1, double(s.step())),
                  .bias_correction2 = 1 - std::pow(beta2, double(s.step())),
                  .decoupled = o.decoupled_weight_decay(),
                  .maximize = o.maximize()});
}

}  // namespace

Adam::Adam(const std::vector<OptimizerParamGroup>& param_groups, AdamOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdamOptions>(defaults)) {
  check(defaults);
}
Adam::Adam(std::vector<Tensor> params, AdamOptions defaults)
    : Adam({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}
AdamW::AdamW(const std::vector<OptimizerParamGroup>& param_groups, AdamWOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdamWOptions>(defaults)) {
  check(defaults);
}
AdamW::AdamW(std::vector<Tensor> params, AdamWOptions defaults)
    : AdamW({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Adam::update(const Tensor& p, const Tensor& dy, const AdamOptions& o, AdamParamState& s) {
  adam_step(p, dy, o, s);
}
void AdamW::update(const Tensor& p, const Tensor& dy, const AdamWOptions& o, AdamWParamState& s) {
  adam_step(p, dy, o, s);
}

GRADUS_OPTIMIZER_TEMPLATES(, Adam);

GRADUS_OPTIMIZER_TEMPLATES(, AdamW);

}  // namespace gradus::optim
