#include "tests/optim/cases.h"

#include <string>

#include "autograd/factories.h"

using namespace gradus;
using namespace gradus::optim;

Tensor ramp(double start, double step, IntArrayRef sizes, ScalarType dtype) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return (start + arange(n, kDouble) * step).view(sizes).to(dtype);
}

Tensor first_parameter(const OptimizerCase& c, ScalarType dtype) {
  const bool matrix = std::string(c.name).starts_with("muon");
  return ramp(-0.5, 0.3, matrix ? std::vector<int64_t>{5, 1} : std::vector<int64_t>{5}, dtype);
}

std::vector<double> values(const std::vector<Tensor>& params) {
  std::vector<double> out;
  for (const Tensor& p : params) {
    const Tensor x = p.detach().to(kDouble).contiguous();
    out.insert(out.end(), x.data_ptr<double>(), x.data_ptr<double>() + x.numel());
  }
  return out;
}

namespace {

template <class O>
std::unique_ptr<Optimizer> make(std::vector<Tensor> p, std::vector<Tensor> q, auto options) {
  auto faster = options;
  faster.lr(options.lr() * 10);
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::move(p));
  groups.emplace_back(std::move(q), std::make_unique<decltype(options)>(faster));
  return std::make_unique<O>(groups, options);
}

#define CASE(name, kind, options)                                           \
  {                                                                         \
    name, [](std::vector<Tensor> p, std::vector<Tensor> q) {                \
      return make<kind>(std::move(p), std::move(q), kind##Options options); \
    }                                                                       \
  }
using pair = std::tuple<double, double>;

}  // namespace

// clang-format off
const std::vector<OptimizerCase> optimizer_cases = {
  CASE("sgd", SGD, (0.1)),
  CASE("sgd decay", SGD, (SGDOptions(0.1).weight_decay(0.2))),
  CASE("sgd maximize", SGD, (SGDOptions(0.1).weight_decay(0.2).maximize(true))),
  CASE("sgd maximize alone", SGD, (SGDOptions(0.01).maximize(true))),
  CASE("sgd momentum", SGD, (SGDOptions(0.05).momentum(0.9))),
  CASE("sgd dampening", SGD, (SGDOptions(0.05).momentum(0.9).dampening(0.3).weight_decay(0.1))),
  CASE("sgd nesterov", SGD, (SGDOptions(0.05).momentum(0.8).nesterov(true).weight_decay(0.1).maximize(true))),
  CASE("adam", Adam, (0.01)),
  CASE("adam decay", Adam, (AdamOptions(0.01).betas(pair(0.8, 0.95)).eps(1e-3).weight_decay(0.2))),
  CASE("adam amsgrad", Adam, (AdamOptions(0.01).betas(pair(0.8, 0.7)).amsgrad(true))),
  CASE("adam maximize", Adam, (AdamOptions(0.01).amsgrad(true).weight_decay(0.2).maximize(true))),
  CASE("adamw", AdamW, (0.01)),
  CASE("adamw amsgrad", AdamW, (AdamWOptions(0.02).weight_decay(0.3).amsgrad(true).betas(pair(0.7, 0.8)))),
  CASE("adamw maximize", AdamW, (AdamWOptions(0.02).maximize(true))),
  CASE("rmsprop", RMSprop, (0.01)),
  CASE("rmsprop decay", RMSprop, (RMSpropOptions(0.01).alpha(0.9).eps(1e-2).weight_decay(0.2))),
  CASE("rmsprop momentum", RMSprop, (RMSpropOptions(0.01).momentum(0.8))),
  CASE("rmsprop centered", RMSprop, (RMSpropOptions(0.01).alpha(0.8).centered(true))),
  CASE("rmsprop all", RMSprop, (RMSpropOptions(0.002).alpha(0.8).eps(1e-2).centered(true).momentum(0.5).weight_decay(0.1).maximize(true))),
  CASE("adagrad", Adagrad, (0.1)),
  CASE("adagrad all", Adagrad, (AdagradOptions(0.1).lr_decay(0.1).weight_decay(0.2).initial_accumulator_value(0.5).eps(1e-3).maximize(true))),
  CASE("adam decoupled", Adam, (AdamOptions(0.02).weight_decay(0.3).decoupled_weight_decay(true))),
  CASE("adadelta", Adadelta, (1.0)),
  CASE("adadelta all", Adadelta, (AdadeltaOptions(0.5).rho(0.8).eps(1e-4).weight_decay(0.2).maximize(true))),
  CASE("adamax", Adamax, (2e-3)),
  CASE("adamax all", Adamax, (AdamaxOptions(0.01).betas(pair(0.8, 0.9)).eps(1e-3).weight_decay(0.2).maximize(true))),
  CASE("nadam", NAdam, (2e-3)),
  CASE("nadam decay", NAdam, (NAdamOptions(0.01).betas(pair(0.8, 0.95)).eps(1e-3).weight_decay(0.2).momentum_decay(0.1))),
  CASE("nadam decoupled", NAdam, (NAdamOptions(0.01).weight_decay(0.2).decoupled_weight_decay(true).maximize(true))),
  CASE("radam", RAdam, (1e-3)),
  CASE("radam decay", RAdam, (RAdamOptions(0.01).betas(pair(0.8, 0.95)).eps(1e-3).weight_decay(0.2))),
  CASE("radam decoupled", RAdam, (RAdamOptions(0.01).weight_decay(0.2).decoupled_weight_decay(true).maximize(true))),
  CASE("rprop", Rprop, (0.01)),
  CASE("rprop all", Rprop, (RpropOptions(0.02).etas(pair(0.4, 1.3)).step_sizes(pair(1e-3, 0.3)).maximize(true))),
  CASE("asgd", ASGD, (0.01)),
  CASE("asgd all", ASGD, (ASGDOptions(0.05).lambd(0.01).alpha(0.5).t0(10).weight_decay(0.1).maximize(true))),
  CASE("lion", Lion, (1e-3)),
  CASE("lion all", Lion, (LionOptions(3e-3).betas(pair(0.8, 0.95)).weight_decay(0.2).maximize(true))),
  CASE("adafactor", Adafactor, (0.01)),
  CASE("adafactor all", Adafactor, (AdafactorOptions(0.004).beta2_decay(-0.6).eps({1e-3, 1e-2}).d(1.5).weight_decay(0.1).maximize(true))),
  CASE("muon", Muon, (1e-3)),
  CASE("muon all", Muon, (MuonOptions(0.02).weight_decay(0.2).momentum(0.8).nesterov(false).ns_coefficients({3, -3.2, 1.2}).ns_steps(4).adjust_lr_fn("match_rms_adamw"))),
};
// clang-format on
