// Weights held orthogonal. Lezcano-Casado, Trivializations for Gradient-Based Optimization on
// Manifolds, 2019.
#include <cmath>
#include <ostream>

#include "autograd/factories.h"
#include "autograd/function.h"
#include "autograd/modes.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/view/join.h"
#include "nn/module_extras.h"
#include "nn/utils/parametrizations.h"
#include "nn/utils/parametrize.h"
#include "tensor/base/fail.h"
#include "tensor/linalg/orthogonal.h"

namespace gradus::nn::utils::parametrizations {

using gradus::detail::ModuleAccess;

namespace {

enum class Map { matrix_exp, cayley, householder };

Tensor one_like(const Tensor& square) {
  return eye(square.size(-1), square.options().requires_grad(false));
}
// The largest sum of magnitudes along a dim.
double largest_sum(const Tensor& x, int64_t dim) {
  return x.detach().abs().sum(dim).max().item().toDouble();
}

// The first columns of H₀ H₁ ⋯ with Hᵢ = 1 - tauᵢ vᵢ vᵢᵀ, where vᵢ is column i of `below`, which is
// 0 down to the diagonal, with a 1 there.
Tensor reflected(const Tensor& below, const Tensor& tau) {
  const int64_t n = below.size(-2), k = below.size(-1);
  const Tensor pad = zeros({n, k}, below.options().requires_grad(false));
  pad.diagonal().fill_(1);
  const Tensor v = below + pad;
  Tensor q = pad.expand(below.sizes());
  for (int64_t i = k - 1; i >= 0; --i) {
    const Tensor vi = v.narrow(-1, i, 1), ti = tau.narrow(-1, i, 1).unsqueeze(-1);
    q = q - ti * vi.matmul(vi.mT().matmul(q));
  }
  return q;
}

// exp(A) by its series, at a part of A that is small, then squared.
Tensor exponential(const Tensor& a) {
  const double norm = largest_sum(a, -2);
  int halvings = 0;
  if (std::isfinite(norm) && norm > 0.5) halvings = int(std::ceil(std::log2(norm / 0.5)));
  const Tensor x = a * std::ldexp(1.0, -halvings), one = one_like(a);
  constexpr int terms = 16;  // 0.5¹⁷ / 17! is less than a rounding
  Tensor sum = one + x / double(terms);
  for (int i = terms - 1; i >= 1; --i) sum = one + x.matmul(sum) / double(i);
  for (int i = 0; i < halvings; ++i) sum = sum.matmul(sum);
  return sum;
}

// The inverse by Newton's iteration (Schulz, 1933), which takes matrix products alone. The matrices
// here are 1 plus a skew one, so none is near to singular.
Tensor inverse(const Tensor& m) {
  const auto iterate = [](const std::vector<Tensor>& in) {
    const Tensor& a = in[0];
    const Tensor two = 2 * one_like(a);
    Tensor x = a.mT() / (largest_sum(a, -1) * largest_sum(a, -2));
    constexpr int most = 100;
    double before = INFINITY;
    for (int i = 0; i < most; ++i) {
      const Tensor ax = a.matmul(x);
      const double error = largest_sum(ax - one_like(a), -1);
      x = x.matmul(two - ax);
      if (!(error < before) && error < 1e-2) break;
      before = error;
    }
    return x;
  };
  return autograd::custom(
      "inverse", {m}, iterate,
      [](const Tensor& dy, const std::vector<Tensor>&, const Tensor& y) -> std::vector<Tensor> {
        return {-y.mT().matmul(dy).matmul(y.mT())};
      });
}

// The Q of QR with a positive diagonal of R, of each matrix.
Tensor orthonormalised(const Tensor& x) {
  const Tensor flat = x.detach().to(kDouble).reshape({-1, x.size(-2), x.size(-1)});
  std::vector<Tensor> all;
  for (int64_t i = 0; i < flat.size(0); ++i)
    all.push_back(raw::orthonormalised(flat.select(0, i).contiguous()));
  return stack(all).reshape(x.sizes()).to(x.dtype());
}
bool is_orthogonal(const Tensor& q) {
  const Tensor product = q.mT().matmul(q);
  const double eps = q.dtype() == kDouble ? 2.220446049250313e-16 : 1.1920929e-07;
  return (product - one_like(product)).abs().max().item().toDouble() <=
         10 * double(q.size(-2)) * eps;
}

// The matrix whose reflections make q, an orthogonal one: vectors below the diagonal, signs on it.
Tensor reflections_of(const Tensor& q) {
  Tensor rest = q.detach().clone();
  const int64_t n = q.size(-2), k = q.size(-1);
  Tensor out = zeros_like(rest);
  for (int64_t i = 0; i < k; ++i) {
    const Tensor x = rest.narrow(-2, i, n - i).narrow(-1, i, 1);
    const Tensor first = x.narrow(-2, 0, 1), norm = x.norm(2, {-2}, /*keepdim=*/true);
    const Tensor side = first.ge(0).to(q.dtype()) * 2 - 1;
    // A column that is zero below needs no reflection; its vector is 0.
    const Tensor flat = x.narrow(-2, 1, n - i - 1).abs().sum(-2, /*keepdim=*/true).eq(0);
    const Tensor beta = -side * norm;
    const Tensor whole = flat.to(q.dtype()), bent = 1 - whole;
    const Tensor v = bent * x.narrow(-2, 1, n - i - 1) / (first - beta);
    const Tensor tau = bent * (beta - first) / beta;
    out.narrow(-2, i + 1, n - i - 1).narrow(-1, i, 1).copy_(v);
    out.narrow(-2, i, 1).narrow(-1, i, 1).copy_(bent * -side - whole * side);
    const Tensor u = cat({ones_like(first), v}, -2), window = rest.narrow(-2, i, n - i);
    window.sub_(tau * u.matmul(u.mT().matmul(window)));
  }
  return out;
}

struct OrthogonalImpl : Cloneable<OrthogonalImpl> {
  OrthogonalImpl(const Tensor& weight, Map map, bool trivialised)
      : map(map), shape(weight.sizes().vec()), trivialised(trivialised) {
    reset();
  }
  void reset() override {
    if (!trivialised) return;
    // A handle that no copy of the module shares.
    base = register_buffer("base", base.defined() ? base.detach() : base);
  }
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& original) {
    const bool wide = original.size(-2) < original.size(-1);
    const Tensor tall = wide ? original.mT() : original;
    Tensor q = map == Map::householder ? of_reflections(tall) : of_skew(tall);
    if (trivialised) q = base.detach().matmul(q);
    return wide ? q.mT() : q;
  }
  Tensor right_inverse(const Tensor& value) {
    if (value.sizes() != IntArrayRef(shape))
      fail("orthogonal: the value has shape {}, expected {}", value.sizes(), IntArrayRef(shape));
    const bool wide = value.size(-2) < value.size(-1);
    Tensor q = (wide ? value.mT() : value).detach();
    const int64_t n = q.size(-2), k = q.size(-1);
    if (!trivialised) {
      const Tensor a = reflections_of(orthonormalised(q));
      return wide ? a.mT() : a;
    }
    if (n != k) {
      std::vector<int64_t> sizes = q.sizes().vec();
      sizes.back() = n - k;
      q = cat({q, randn(sizes, q.options().requires_grad(false))}, -1);
    }
    if (n != k || !is_orthogonal(q)) q = orthonormalised(q);
    base = q.contiguous().clone();
    ModuleAccess::buffers(*this)["base"] = base;
    const Tensor start = zeros_like(value);  // which the base is multiplied with 1 for
    start.diagonal(0, -2, -1).fill_(-1);
    return start;
  }

  Tensor of_reflections(const Tensor& x) const {
    const Tensor a = x.tril(-1), tau = 2. / (1. + (a * a).sum(-2));
    return reflected(a, tau) * x.diagonal(0, -2, -1).detach().trunc().unsqueeze(-2);
  }
  Tensor of_skew(const Tensor& tall) const {
    const int64_t n = tall.size(-2), k = tall.size(-1);
    Tensor x = tall.tril();
    if (n != k) {
      std::vector<int64_t> sizes = x.sizes().vec();
      sizes.back() = n - k;
      x = cat({x, zeros(sizes, x.options().requires_grad(false))}, -1);
    }
    const Tensor a = x - x.mT(), one = one_like(a);
    const Tensor q =
        map == Map::matrix_exp ? exponential(a) : inverse(one - 0.5 * a).matmul(one + 0.5 * a);
    return n == k ? q : q.narrow(-1, 0, k);
  }

  Map map;
  std::vector<int64_t> shape;
  bool trivialised;
  Tensor base;

 protected:
  Tensor* member(std::string_view name) override { return pick(name, {{"base", &base}}); }
};
void OrthogonalImpl::pretty_print(std::ostream& out) const { out << "torch::nn::_Orthogonal"; }

}  // namespace

Module& orthogonal(Module& module, const std::string& name,
                   const std::optional<std::string>& orthogonal_map, bool use_trivialization) {
  constexpr const char* op = "orthogonal";
  const Tensor weight = ModuleAccess::registered(op, module, name);
  if (weight.dim() < 2)
    fail_value("{}: the tensor has {} dims, it needs 2 or more", op, weight.dim());
  if (weight.numel() == 0) fail_value("{}: the tensor has shape {}", op, weight.sizes());
  Map map = weight.size(-2) == weight.size(-1) ? Map::matrix_exp : Map::householder;
  if (orthogonal_map) {
    if (*orthogonal_map == "matrix_exp")
      map = Map::matrix_exp;
    else if (*orthogonal_map == "cayley")
      map = Map::cayley;
    else if (*orthogonal_map == "householder")
      map = Map::householder;
    else
      fail_value("{}: the map is '{}', not 'matrix_exp', 'cayley' or 'householder'", op,
                 *orthogonal_map);
  }
  auto part = parametrize::make_parametrization(
      std::make_shared<OrthogonalImpl>(weight, map, use_trivialization));
  // The other maps do not reach every orthogonal matrix, and begin at their own of the weight.
  if (!use_trivialization && map != Map::householder) part.right_inverse = nullptr;
  parametrize::register_parametrization(module, name, std::move(part), /*unsafe=*/true);
  return module;
}

}  // namespace gradus::nn::utils::parametrizations
