#include "optim/adafactor.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/checks.h"
#include "tensor/optim/step.h"
#include "tensor/raw.h"

namespace gradus::optim {
namespace {

// p's sizes, with 1 in place of the one at `dim`.
std::vector<int64_t> reduced(const Tensor& p, int64_t dim) {
  std::vector<int64_t> sizes = p.sizes().vec();
  sizes[sizes.size() - size_t(-dim)] = 1;
  return sizes;
}

// average = (1 - weight) average + weight mean(dy², dim)
void average_squares(Tensor& average, const Tensor& dy, int64_t dim, double weight) {
  const Tensor mean = dy.norm(2, {dim}, /*keepdim=*/true).square_().div_(dy.size(dim));
  if (!average.defined()) average = raw::zeros(mean.sizes(), dy.dtype());
  average.lerp_(mean, weight);
}

void check_sizes(const char* name, const Tensor& state, const std::vector<int64_t>& sizes,
                 ScalarType dtype) {
  if (state.sizes() != IntArrayRef(sizes))
    fail("load: {}: sizes are {}, not {}", name, state.sizes(), IntArrayRef(sizes));
  if (state.dtype() != dtype)
    fail("load: {}: types differ, {} in the archive and {} of the parameter", name, state.dtype(),
         dtype);
}

}  // namespace

void AdafactorParamState::check(const Tensor& p) const {
  if (row_var().defined() != col_var().defined() || row_var().defined() == variance().defined() ||
      row_var().defined() != (p.dim() > 1))
    fail("load: a parameter of {} dims has other averages than it should have", p.dim());
  if (variance().defined()) return check_sizes("variance", variance(), p.sizes().vec(), p.dtype());
  check_sizes("row_var", row_var(), reduced(p, -1), p.dtype());
  check_sizes("col_var", col_var(), reduced(p, -2), p.dtype());
}

Adafactor::Adafactor(const std::vector<OptimizerParamGroup>& param_groups,
                     AdafactorOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<AdafactorOptions>(defaults)) {
  check_not_negative("adafactor: lr", defaults.lr());
  check_not_negative("adafactor: eps1", defaults.eps1().value_or(0));
  check_not_negative("adafactor: eps2", defaults.eps2());
  check_not_negative("adafactor: weight_decay", defaults.weight_decay());
  if (!(defaults.beta2_decay() <= 0))
    fail_value("adafactor: beta2_decay is {}, more than 0", defaults.beta2_decay());
  if (!(defaults.d() >= 1)) fail_value("adafactor: d is {}, less than 1", defaults.d());
}
Adafactor::Adafactor(std::vector<Tensor> params, AdafactorOptions defaults)
    : Adafactor({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Adafactor::update(const Tensor& p, const Tensor& dy, const AdafactorOptions& o,
                       AdafactorParamState& s) {
  if (p.numel() == 0) return;
  if (s.step() > 0) s.check(p);  // the parameter may have got other sizes
  s.step(s.step() + 1);
  const double t = double(s.step()), weight = std::pow(t, o.beta2_decay());
  const double type_eps = p.dtype() == kDouble ? std::numeric_limits<double>::epsilon()
                                               : double(std::numeric_limits<float>::epsilon());
  const double eps1 = o.eps1().value_or(type_eps);
  const double size = p.norm().item<double>() / std::sqrt(double(p.numel()));
  const double rate = std::max(o.eps2(), size) * std::min(o.lr(), 1 / std::sqrt(t));

  Tensor rows, columns;
  if (p.dim() > 1) {
    average_squares(s.row_var(), dy, -1, weight);
    average_squares(s.col_var(), dy, -2, weight);
    rows = s.row_var() / s.row_var().mean({-2}, /*keepdim=*/true).clamp_min_(eps1);
    columns = s.col_var();
  } else {
    if (!s.variance().defined()) s.variance(raw::zeros(p.sizes(), p.dtype()));
    columns = s.variance().lerp_(dy * dy, weight);
  }
  raw::adafactor_step(p, dy, rows, columns, o.d(),
                      {.lr = rate,
                       .shrink = 1 - o.lr() * o.weight_decay(),
                       .floor = eps1 * eps1,
                       .maximize = o.maximize()});
}

GRADUS_OPTIMIZER_TEMPLATES(, Adafactor);

}  // namespace gradus::optim
