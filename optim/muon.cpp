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

// The product a b [n, n] when it is symmetric: the blocks below the diagonal, and then the others.
Tensor symmetric_product(const Tensor& a, const Tensor& b) {
  const int64_t n = a.size(0), block = 64;
  if (n < 4 * block) return a.mm(b);
  const Tensor y = raw::empty({n, n}, a.dtype());
  for (int64_t i = 0; i < n; i += block) {
    const int64_t rows = std::min(block, n - i);
    const Tensor below = a.narrow(0, i, rows).mm(b.narrow(1, 0, i + rows));
    y.narrow(0, i, rows).narrow(1, 0, i + rows).copy_(below);
    if (i > 0) y.narrow(0, 0, i).narrow(1, i, rows).copy_(below.narrow(1, 0, i).t());
  }
  return y;
}

// x with singular values near 1: a Newton-Schulz iteration of degree 5, on the shorter side.
Tensor orthogonal(const Tensor& matrix, const MuonOptions& o) {
  const auto [a, b, c] = o.ns_coefficients();
  const bool tall = matrix.size(0) > matrix.size(1);
  Tensor x = tall ? matrix.t() : matrix;
  x = x / x.norm().clamp_min(o.eps());
  for (int64_t i = 0; i < o.ns_steps(); ++i) {
    const Tensor gram = symmetric_product(x, x.t());
    x = x.addmm(symmetric_product(gram, gram).mul_(c).add_(gram, b), x, a);
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

void Muon::check_loaded(const std::vector<OptimizerParamGroup>& groups, const States&) const {
  for (const OptimizerParamGroup& group : groups)
    check(static_cast<const MuonOptions&>(group.options()));
}

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
