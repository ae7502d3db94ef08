// Weights held orthogonal. Lezcano-Casado, Trivializations for Gradient-Based Optimization on
// Manifolds, 2019.
#include <ostream>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/solve.h"
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
    return linalg_householder_product(a, tau) *
           x.diagonal(0, -2, -1).detach().trunc().unsqueeze(-2);
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
        map == Map::matrix_exp ? linalg_matrix_exp(a) : linalg_solve(one - 0.5 * a, one + 0.5 * a);
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
