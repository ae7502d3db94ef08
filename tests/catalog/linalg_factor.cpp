// Systems of equations, decompositions and norms of matrices. Where signs of vectors are free, what
// does not depend on them is compared.
#include <cmath>
#include <limits>

#include "autograd/factories.h"
#include "autograd/ops/linalg/linalg_namespace.h"
#include "tests/catalog.h"

namespace catalog {

using gradus::matmul;
namespace la = gradus::linalg;

namespace {

Tensor one(const Tensor& x, int64_t n) { return gradus::eye(n, x.options()); }
// Symmetric, and with eigenvalues above `least`.
Tensor symmetric(const Tensor& x) { return x + x.mT(); }
Tensor positive(const Tensor& x) { return matmul(x, x.mT()) + one(x, x.size(-1)); }
// Well conditioned.
Tensor strong(const Tensor& x) { return x + one(x, x.size(-1)) * 3; }
// 1, 2 ... n.
Tensor weights(const Tensor& x, int64_t n) {
  return gradus::arange(1, n + 1, gradus::TensorOptions(x.dtype()));
}

}  // namespace

Rows linalg_factor_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<List(const List&)> f, unsigned except = Row::nothing,
                       std::vector<Input> large = {}) {
    rows.push_back({name, python, std::move(inputs), std::move(f), except});
    rows.back().large = std::move(large);
  };
  const auto list = [](const auto& tuple) {
    return std::apply([](const auto&... t) { return List{t...}; }, tuple);
  };
  const Input square = real({3, 3}), batch = real({2, 3, 3}), tall = real({4, 2}),
              wide = real({2, 4}), wide_batch = real({2, 2, 3}), tall_batch = real({2, 3, 2});
  const Input many = real({300, 8, 8});

  row("linalg_det", "torch.linalg.det(a)", {square},
      [](const List& x) -> List { return {la::det(x[0])}; });
  row("linalg_det.batch", "torch.linalg.det(a)", {real({2, 2, 4, 4})},
      [](const List& x) -> List { return {la::det(x[0])}; }, Row::nothing, {many});
  row("linalg_det.one", "torch.linalg.det(a)", {real({2, 1, 1})},
      [](const List& x) -> List { return {gradus::det(x[0])}; });
  row("linalg_slogdet", "torch.linalg.slogdet(a)", {batch},
      [=](const List& x) { return list(la::slogdet(x[0])); });
  row("logdet", "torch.logdet(a @ a.mT + torch.eye(3).to(a))", {batch},
      [](const List& x) -> List { return {gradus::logdet(positive(x[0]))}; });
  row("linalg_inv", "torch.linalg.inv(a + 3 * torch.eye(3).to(a))", {batch},
      [](const List& x) -> List { return {la::inv(strong(x[0]))}; }, Row::nothing,
      {real({300, 3, 3})});
  row("linalg_inv_ex", "torch.linalg.inv_ex(a + 3 * torch.eye(3).to(a))", {square},
      [=](const List& x) { return list(la::inv_ex(strong(x[0]))); });

  row("linalg_solve", "torch.linalg.solve(a + 3 * torch.eye(3).to(a), b)", {square, real({3, 2})},
      [](const List& x) -> List { return {la::solve(strong(x[0]), x[1])}; });
  row("linalg_solve.broadcast", "torch.linalg.solve(a + 3 * torch.eye(3).to(a), b)",
      {real({2, 1, 3, 3}), real({3, 3, 2})},
      [](const List& x) -> List { return {la::solve(strong(x[0]), x[1])}; });
  row("linalg_solve.one_matrix", "torch.linalg.solve(a + 3 * torch.eye(3).to(a), b)",
      {square, real({2, 3, 2})},
      [](const List& x) -> List { return {la::solve(strong(x[0]), x[1])}; });
  row("linalg_solve.vectors", "torch.linalg.solve(a + 3 * torch.eye(3).to(a), b)",
      {batch, real({2, 3})}, [](const List& x) -> List { return {la::solve(strong(x[0]), x[1])}; });
  row("linalg_solve.right", "torch.linalg.solve(a + 3 * torch.eye(3).to(a), b, left=False)",
      {batch, real({2, 2, 3})},
      [](const List& x) -> List { return {la::solve(strong(x[0]), x[1], false)}; });
  row("linalg_solve_ex", "torch.linalg.solve_ex(a + 3 * torch.eye(3).to(a), b)",
      {batch, real({2, 3, 2})},
      [=](const List& x) { return list(la::solve_ex(strong(x[0]), x[1])); });
  for (const bool upper : {false, true})
    for (const bool left : {false, true})
      for (const bool unit : {false, true}) {
        const std::string name = std::string("linalg_solve_triangular.") +
                                 (upper ? "upper" : "lower") + (left ? ".left" : ".right") +
                                 (unit ? ".unit" : "");
        const std::string python =
            std::string("torch.linalg.solve_triangular(a + 3 * torch.eye(3).to(a), b, upper=") +
            (upper ? "True" : "False") + ", left=" + (left ? "True" : "False") +
            ", unitriangular=" + (unit ? "True" : "False") + ")";
        row(name.c_str(), python.c_str(),
            {real({2, 3, 3}, -1, 1), left ? real({3, 2}) : real({2, 3})},
            [=](const List& x) -> List {
              return {la::solve_triangular(strong(x[0]), x[1], upper, left, unit)};
            });
      }
  row("triangular_solve",
      "torch.triangular_solve(a, b + 3 * torch.eye(3).to(b), upper=False, transpose=True)",
      {real({3, 2}), batch}, [=](const List& x) {
        return list(gradus::triangular_solve(x[0], strong(x[1]), false, true));
      });
  row("linalg_tensorsolve",
      "torch.linalg.tensorsolve(a + 3 * torch.eye(4).to(a).reshape(2, 2, 4), b)",
      {real({2, 2, 4}), real({2, 2})}, [](const List& x) -> List {
        return {la::tensorsolve(x[0] + one(x[0], 4).reshape({2, 2, 4}) * 3, x[1])};
      });
  row("linalg_tensorinv",
      "torch.linalg.tensorinv(a + 3 * torch.eye(4).to(a).reshape(4, 2, 2), ind=1)",
      {real({4, 2, 2})}, [](const List& x) -> List {
        return {la::tensorinv(x[0] + one(x[0], 4).reshape({4, 2, 2}) * 3, 1)};
      });

  const auto lu = [=](const List& x) { return list(la::lu(x[0])); };
  row("linalg_lu", "torch.linalg.lu(a)", {batch}, lu);
  row("linalg_lu.wide", "torch.linalg.lu(a)", {wide_batch}, lu);
  row("linalg_lu.tall", "torch.linalg.lu(a)", {tall_batch}, lu);
  row("linalg_lu_factor", "torch.linalg.lu_factor(a)", {real({3, 4})},
      [=](const List& x) { return list(la::lu_factor(x[0])); });
  row("linalg_lu_factor_ex", "torch.linalg.lu_factor_ex(a)", {real({2, 4, 3})},
      [=](const List& x) { return list(la::lu_factor_ex(x[0])); });
  const auto lu_solve = [](bool left, bool adjoint) {
    return [=](const List& x) -> List {
      const auto [factors, pivots] = la::lu_factor(strong(x[0]));
      return {la::lu_solve(factors, pivots, x[1], left, adjoint)};
    };
  };
  row("linalg_lu_solve",
      "torch.linalg.lu_solve(*torch.linalg.lu_factor(a + 3 * torch.eye(3).to(a)), b)",
      {batch, real({3, 2})}, lu_solve(true, false));
  row("linalg_lu_solve.adjoint",
      "torch.linalg.lu_solve(*torch.linalg.lu_factor(a + 3 * torch.eye(3).to(a)), b, adjoint=True)",
      {batch, real({2, 3, 2})}, lu_solve(true, true));
  row("linalg_lu_solve.right",
      "torch.linalg.lu_solve(*torch.linalg.lu_factor(a + 3 * torch.eye(3).to(a)), b, left=False)",
      {batch, real({2, 3})}, lu_solve(false, false));
  row("linalg_lu_solve.right_adjoint",
      "torch.linalg.lu_solve(*torch.linalg.lu_factor(a + 3 * torch.eye(3).to(a)), b, left=False, "
      "adjoint=True)",
      {batch, real({2, 3})}, lu_solve(false, true));

  row("linalg_cholesky", "torch.linalg.cholesky(a @ a.mT + torch.eye(3).to(a))", {batch},
      [](const List& x) -> List { return {la::cholesky(positive(x[0]))}; }, Row::nothing, {many});
  row("linalg_cholesky.upper", "torch.linalg.cholesky(a @ a.mT + torch.eye(3).to(a), upper=True)",
      {square}, [](const List& x) -> List { return {la::cholesky(positive(x[0]), true)}; });
  row("linalg_cholesky_ex", "torch.linalg.cholesky_ex(a @ a.mT + torch.eye(3).to(a))", {square},
      [=](const List& x) { return list(la::cholesky_ex(positive(x[0]))); });
  // PyTorch gives the half that is not read a gradient.
  row("cholesky_solve", "torch.cholesky_solve(a, (b + 3 * torch.eye(3).to(a)).tril())",
      {real({2, 3, 2}), square},
      [](const List& x) -> List { return {gradus::cholesky_solve(x[0], strong(x[1]).tril())}; });
  row("cholesky_inverse", "torch.cholesky_inverse((a + 3 * torch.eye(3).to(a)).triu(), upper=True)",
      {batch},
      [](const List& x) -> List { return {gradus::cholesky_inverse(strong(x[0]).triu(), true)}; });

  row("linalg_qr", "torch.linalg.qr(a)", {batch}, [=](const List& x) { return list(la::qr(x[0])); },
      Row::nothing, {many});
  row("linalg_qr.tall", "torch.linalg.qr(a)", {real({2, 4, 2})},
      [=](const List& x) { return list(la::qr(x[0])); });
  row("linalg_qr.wide", "torch.linalg.qr(a)", {wide_batch},
      [=](const List& x) { return list(la::qr(x[0])); });
  row("linalg_qr.complete", "torch.linalg.qr(a, mode='complete')", {wide},
      [=](const List& x) { return list(la::qr(x[0], "complete")); });
  row(
      "linalg_qr.complete_tall", "torch.linalg.qr(a, mode='complete')", {tall},
      [=](const List& x) { return list(la::qr(x[0], "complete")); }, Row::no_gradient);
  row(
      "linalg_qr.r", "torch.linalg.qr(a, mode='r')", {tall},
      [=](const List& x) { return list(la::qr(x[0], "r")); }, Row::no_gradient);
  row(
      "geqrf", "torch.geqrf(a)", {tall_batch},
      [=](const List& x) { return list(gradus::geqrf(x[0])); }, Row::no_gradient);
  row("linalg_householder_product", "torch.linalg.householder_product(a, b)",
      {real({2, 4, 3}, -1, 1), real({2, 2}, 0, 1)},
      [](const List& x) -> List { return {la::householder_product(x[0], x[1])}; });
  row("ormqr", "torch.ormqr(a, b, c)", {real({3, 2}, -1, 1), real({2}, 0, 1), real({3, 2})},
      [](const List& x) -> List { return {gradus::ormqr(x[0], x[1], x[2])}; });
  row("ormqr.right", "torch.ormqr(a, b, c, left=False, transpose=True)",
      {real({2, 3, 2}, -1, 1), real({2, 2}, 0, 1), real({2, 2, 3})},
      [](const List& x) -> List { return {gradus::ormqr(x[0], x[1], x[2], false, true)}; });

  const auto eigh = [](const char* uplo) {
    return [=](const List& x) -> List {
      const auto [l, v] = la::eigh(symmetric(x[0]), uplo);
      return {l, matmul(v * weights(l, l.size(-1)), v.mT())};
    };
  };
  row("linalg_eigh",
      "(lambda l, v: (l, (v * torch.arange(1., 4.).to(a)) @ v.mT))(*torch.linalg.eigh(a + a.mT))",
      {batch}, eigh("L"), Row::nothing, {real({200, 8, 8})});
  row("linalg_eigh.upper",
      "(lambda l, v: (l, (v * torch.arange(1., 4.).to(a)) @ v.mT))(*torch.linalg.eigh(a + a.mT, "
      "'U'))",
      {square}, eigh("U"));
  row("linalg_eigvalsh", "torch.linalg.eigvalsh(a + a.mT)", {real({2, 4, 4})},
      [](const List& x) -> List { return {la::eigvalsh(symmetric(x[0]))}; });
  const auto svd = [](bool full) {
    return [=](const List& x) -> List {
      const auto [u, s, vh] = la::svd(x[0], full);
      const int64_t k = s.size(-1);
      return {s, matmul(u.narrow(-1, 0, k) * weights(s, k), vh.narrow(-2, 0, k))};
    };
  };
  const char* const svd_python =
      "(lambda u, s, v: (s, (u * torch.arange(1., s.shape[-1] + 1).to(a)) @ "
      "v))(*torch.linalg.svd(a, "
      "full_matrices=False))";
  row("linalg_svd", svd_python, {batch}, svd(false), Row::nothing, {real({200, 8, 8})});
  row("linalg_svd.tall", svd_python, {tall_batch}, svd(false));
  row("linalg_svd.wide", svd_python, {wide}, svd(false));
  row("linalg_svd.full",
      "(lambda u, s, v: (s, (u[:, :2] * torch.arange(1., 3.).to(a)) @ "
      "v[:2]))(*torch.linalg.svd(a))",
      {tall}, svd(true));
  row("svd", "(lambda u, s, v: u @ v.mT)(*torch.svd(a))", {wide_batch}, [](const List& x) -> List {
    const auto [u, s, v] = gradus::svd(x[0]);
    return {matmul(u, v.mT())};
  });
  row("linalg_svdvals", "torch.linalg.svdvals(a)", {real({2, 3, 4})},
      [](const List& x) -> List { return {la::svdvals(x[0])}; });

  const auto pinv = [](const List& x) -> List { return {la::pinv(x[0])}; };
  row("linalg_pinv", "torch.linalg.pinv(a)", {batch}, pinv);
  row("linalg_pinv.tall", "torch.linalg.pinv(a)", {tall_batch}, pinv);
  row("linalg_pinv.wide", "torch.linalg.pinv(a)", {wide}, pinv);
  row("linalg_pinv.rank", "torch.linalg.pinv(a @ b, rtol=1e-4)", {real({3, 2}), real({2, 3})},
      [](const List& x) -> List {
        return {la::pinv(matmul(x[0], x[1]), std::optional<double>(), 1e-4)};
      });
  row("linalg_pinv.hermitian", "torch.linalg.pinv(a + a.mT, hermitian=True)", {batch},
      [](const List& x) -> List {
        return {la::pinv(symmetric(x[0]), std::optional<double>(), std::optional<double>(), true)};
      });
  row(
      "linalg_matrix_rank", "torch.linalg.matrix_rank(a)", {fixed({2, 3, 4})},
      [](const List& x) -> List { return {la::matrix_rank(x[0])}; }, Row::no_gradient);
  row(
      "linalg_matrix_rank.hermitian",
      "torch.linalg.matrix_rank(a + a.mT, atol=1.5, hermitian=True)", {fixed({3, 3})},
      [](const List& x) -> List {
        return {la::matrix_rank(symmetric(x[0]), 1.5, std::nullopt, true)};
      },
      Row::no_gradient);
  const auto lstsq = [=](const char* driver) {
    return [=](const List& x) -> List {
      const auto [y, residuals, rank, values] = la::lstsq(x[0], x[1], {}, driver);
      return {y, residuals};
    };
  };
  row("linalg_lstsq", "torch.linalg.lstsq(a, b)[:2]", {real({4, 2}), real({4, 3})}, lstsq("gelsy"));
  row("linalg_lstsq.wide", "torch.linalg.lstsq(a, b)[:2]", {real({2, 4}), real({2, 3})},
      lstsq("gelsy"));
  row("linalg_lstsq.gels", "torch.linalg.lstsq(a, b, driver='gels')[:2]",
      {real({2, 4, 2}), real({2, 4, 1})}, lstsq("gels"));
  row("linalg_lstsq.gels_wide", "torch.linalg.lstsq(a, b, driver='gels')[:2]",
      {real({2, 3}), real({2, 2})}, lstsq("gels"));
  row(
      "linalg_lstsq.gelsd", "torch.linalg.lstsq(a, b, driver='gelsd')",
      {fixed({2, 4, 2}), fixed({2, 4, 1})},
      [=](const List& x) { return list(la::lstsq(x[0], x[1], {}, "gelsd")); }, Row::no_gradient);

  row("linalg_matrix_exp", "torch.linalg.matrix_exp(a)", {batch},
      [](const List& x) -> List { return {la::matrix_exp(x[0])}; });
  row("linalg_matrix_exp.large", "torch.linalg.matrix_exp(a)", {real({3, 3}, -9, 1)},
      [](const List& x) -> List { return {la::matrix_exp(x[0])}; });
  row("linalg_vander", "torch.linalg.vander(a)", {real({2, 3})},
      [](const List& x) -> List { return {la::vander(x[0])}; });
  row(
      "linalg_vander.int", "torch.linalg.vander(a, N=4)", {ints({3}, -3, 4)},
      [](const List& x) -> List { return {la::vander(x[0], 4)}; }, Row::no_gradient);

  constexpr double inf = std::numeric_limits<double>::infinity();
  // PyTorch cannot differentiate most of its condition numbers.
  const std::pair<const char*, double> orders[] = {{"inf", inf}, {"-inf", -inf}, {"1", 1},
                                                   {"-1", -1},   {"2", 2},       {"-2", -2}};
  for (const auto& [text, ord] : orders) {
    const double p = ord;
    const std::string name = std::string("linalg_matrix_norm.") + text,
                      python = std::string("torch.linalg.matrix_norm(a, float('") + text + "'))",
                      cond_name = std::string("linalg_cond.") + text,
                      cond = std::abs(p) == 2
                                 ? std::string("torch.linalg.cond(a, float('") + text + "'))"
                                 : std::string(
                                       "(lambda n: n(a) * n(torch.linalg.inv(a)))(lambda x: "
                                       "torch.linalg.matrix_norm(x, float('") +
                                       text + "')))";
    row(name.c_str(), python.c_str(), {real({2, 3, 4})},
        [p](const List& x) -> List { return {la::matrix_norm(x[0], p)}; });
    row(cond_name.c_str(), cond.c_str(), {batch},
        [p](const List& x) -> List { return {la::cond(x[0], p)}; });
  }
  row("linalg_matrix_norm.fro", "torch.linalg.matrix_norm(a, dim=(0, 2))", {real({2, 3, 4})},
      [](const List& x) -> List {
        return {la::matrix_norm(x[0], "fro", {0, 2})};
      });
  row("linalg_matrix_norm.nuc", "torch.linalg.matrix_norm(a, 'nuc', dim=(2, 0), keepdim=True)",
      {real({2, 3, 4})}, [](const List& x) -> List {
        return {la::matrix_norm(x[0], "nuc", {2, 0}, true)};
      });
  row("linalg_matrix_norm.dims", "torch.linalg.matrix_norm(a, 1, dim=(2, 0), keepdim=True)",
      {real({2, 3, 4})}, [](const List& x) -> List {
        return {la::matrix_norm(x[0], 1, {2, 0}, true)};
      });
  row("linalg_cond", "torch.linalg.cond(a)", {batch},
      [](const List& x) -> List { return {la::cond(x[0])}; });
  row("linalg_cond.nuc",
      "torch.linalg.matrix_norm(a, 'nuc') * torch.linalg.matrix_norm(torch.linalg.inv(a), 'nuc')",
      {square}, [](const List& x) -> List { return {la::cond(x[0], "nuc")}; });
  row("linalg_norm", "torch.linalg.norm(a)", {real({2, 3, 4})},
      [](const List& x) -> List { return {la::norm(x[0])}; });
  row("linalg_norm.matrix", "torch.linalg.norm(a, 2)", {real({3, 4})},
      [](const List& x) -> List { return {la::norm(x[0], 2)}; });
  row("linalg_norm.vector", "torch.linalg.norm(a, 3, dim=1)", {real({2, 3, 4})},
      [](const List& x) -> List { return {la::norm(x[0], 3, 1)}; });
  row("linalg_norm.nuc", "torch.linalg.norm(a, 'nuc')", {real({3, 4})},
      [](const List& x) -> List { return {la::norm(x[0], "nuc")}; });
  row("nuclear_norm", "torch.nuclear_norm(a)", {real({3, 2})},
      [](const List& x) -> List { return {gradus::nuclear_norm(x[0])}; });
  return rows;
}

}  // namespace catalog
