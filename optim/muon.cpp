#include "optim/muon.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/linalg/linalg.h"
#include "optim/checks.h"
#include "tensor/raw.h"

namespace gradus::optim {
namespace {

void check(const MuonOptions& o) {
  check_not_negative("muon: lr", o.lr());
  check_not_negative("muon: momentum", o.momentum());
  check_not_negative("muon: weight_decay", o.weight_decay());
  if (o.ns_steps() < 0 || o.ns_steps() >= 100)
    fail_value("muon: ns_steps is {}, not in [0, 100)", o.ns_steps());
  if (o.adjust_lr_fn() && *o.adjust_lr_fn() != "original" && *o.adjust_lr_fn() != "match_rms_adamw")
    fail_value("muon: adjust_lr_fn is {}, not original or match_rms_adamw", *o.adjust_lr_fn());
}
void check_matrix(const Tensor& p) {
  if (p.dim() != 2) fail_value("muon: a parameter has sizes {}, which is no matrix", p.sizes());
}

// x with singular values near 1: a Newton-Schulz iteration of degree 5, on the shorter side.
Tensor orthogonal(const Tensor& matrix, const MuonOptions& o) {
  const auto [a, b, c] = o.ns_coefficients();
  const bool tall = matrix.size(0) > matrix.size(1);
  Tensor x = tall ? matrix.t() : matrix;
  x = x / x.norm().clamp_min(o.eps());
  for (int64_t i = 0; i < o.ns_steps(); ++i) {
    const Tensor gram = x.mm(x.t());
    x = x.addmm(gram.addmm(gram, gram, b, c), x, a);
  }
  return tall ? x.t() : x;
}

double rate(const MuonOptions& o, const Tensor& p) {
  const double r = double(p.size(0)), c = double(p.size(1));
  if (o.adjust_lr_fn() && *o.adjust_lr_fn() == "match_rms_adamw")
    return o.lr() * 0.2 * std::sqrt(std::max(r, c));
  return o.lr() * std::sqrt(std::max(1.0, r / c));
}

}  // namespace

Muon::Muon(const std::vector<OptimizerParamGroup>& param_groups, MuonOptions defaults)
    : ParameterwiseOptimizer(param_groups, std::make_unique<MuonOptions>(defaults)) {
  check(defaults);
  for (const OptimizerParamGroup& group : this->param_groups())
    for (const Tensor& p : group.params()) check_matrix(p);
}
Muon::Muon(std::vector<Tensor> params, MuonOptions defaults)
    : Muon({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

void Muon::update(const Tensor& p, const Tensor& dy, const MuonOptions& o, MuonParamState& s) {
  check(o);
  check_matrix(p);
  if (p.numel() == 0) return;
  if (!s.momentum_buffer().defined()) {
    s.momentum_buffer(raw::empty_like(p));
    raw::fill(s.momentum_buffer(), 0);
  }
  const Tensor& buffer = s.momentum_buffer();
  buffer.lerp_(dy, 1 - o.momentum());
  const Tensor x = orthogonal(o.nesterov() ? dy.lerp(buffer, o.momentum()) : buffer, o);
  p.mul_(1 - o.lr() * o.weight_decay()).add_(x, -rate(o, p));
}

GRADUS_OPTIMIZER_TEMPLATES(, Muon);

}  // namespace gradus::optim
