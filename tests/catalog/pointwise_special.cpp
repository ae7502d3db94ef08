// Special functions. Those of which PyTorch has no gradient come twice: its values, and our
// gradient against differences.
#include "autograd/ops/pointwise/special.h"

#include "autograd/ops/pointwise/pointwise.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);

void unary(Rows& rows, const std::string& name, Unary f, double lo, double hi,
           unsigned except = Row::nothing) {
  rows.push_back({"special." + name,
                  "torch.special." + name + "(a)",
                  {real({3, 4}, lo, hi)},
                  [f](const List& x) -> List { return {f(x[0])}; },
                  except});
  rows.back().large = {real({60, 61}, lo, hi)};
}
void ours(Rows& rows, const std::string& name, Unary f, double lo, double hi,
          double tolerance = 1e-10) {
  unary(rows, name, f, lo, hi, Row::no_gradient);
  rows.back().tolerance = tolerance;
  unary(rows, name + ".gradient", f, lo, hi, Row::no_python);
}

void binary(Rows& rows, const std::string& name, const std::string& python, Binary f, Input a,
            Input b, unsigned except = Row::nothing) {
  rows.push_back({"special." + name,
                  "torch.special." + python + "(a, b)",
                  {std::move(a), std::move(b)},
                  [f](const List& x) -> List { return {f(x[0], x[1])}; },
                  except});
}

}  // namespace

Rows special_rows() {
  Rows rows;
  unary(rows, "entr", special_entr, 0.2, 3);
  unary(rows, "ndtr", special_ndtr, -4, 4);
  unary(rows, "ndtri", special_ndtri, 0.05, 0.95);
  unary(rows, "log_ndtr", special_log_ndtr, -6, 4);
  unary(rows, "erfcx", special_erfcx, -2, 6);
  unary(rows, "i0e", special_i0e, -4, 4);
  unary(rows, "i1", special_i1, -4, 4);
  unary(rows, "i1e", special_i1e, -4, 4);
  unary(rows, "digamma", special_digamma, 0.5, 5);
  unary(rows, "psi", special_psi, 0.5, 5);
  unary(rows, "erf", special_erf, -2, 2);
  unary(rows, "erfc", special_erfc, -2, 2);
  unary(rows, "erfinv", special_erfinv, -0.8, 0.8);
  unary(rows, "exp2", special_exp2, -2, 2);
  unary(rows, "expit", special_expit, -4, 4);
  unary(rows, "expm1", special_expm1, -2, 2);
  unary(rows, "gammaln", special_gammaln, 0.4, 5);
  unary(rows, "i0", special_i0, -3, 3);
  unary(rows, "log1p", special_log1p, -0.6, 4);
  unary(rows, "sinc", special_sinc, 0.2, 2);
  constexpr double rough = 1e-6;  // PyTorch computes these to six or seven digits only
  ours(rows, "bessel_j0", special_bessel_j0, -20, 20, rough);
  ours(rows, "bessel_j1", special_bessel_j1, -20, 20, rough);
  ours(rows, "bessel_y0", special_bessel_y0, 0.3, 20, rough);
  ours(rows, "bessel_y1", special_bessel_y1, 0.3, 20, rough);
  ours(rows, "modified_bessel_i0", special_modified_bessel_i0, -4, 4);
  ours(rows, "modified_bessel_i1", special_modified_bessel_i1, -4, 4);
  ours(rows, "modified_bessel_k0", special_modified_bessel_k0, 0.3, 6);
  ours(rows, "modified_bessel_k1", special_modified_bessel_k1, 0.3, 6);
  ours(rows, "scaled_modified_bessel_k0", special_scaled_modified_bessel_k0, 0.3, 6);
  ours(rows, "scaled_modified_bessel_k1", special_scaled_modified_bessel_k1, 0.3, 6);
  ours(rows, "spherical_bessel_j0", special_spherical_bessel_j0, -9, 9);
  ours(rows, "airy_ai", special_airy_ai, -12, 4, 10 * rough);

  const Input p = real({3, 4}, 0.3, 3), q = real({3, 4}, 0.3, 3);
  const Input column = real({3, 1}, 0.3, 3), row = real({2, 1, 4}, 0.3, 3);
  const Input fixed_p = fixed({3, 4}, 0.3, 3), fixed_column = fixed({3, 1}, 1.2, 5);
  binary(rows, "xlogy", "xlogy", special_xlogy, p, q);
  binary(rows, "xlog1py", "xlog1py", special_xlog1py, p, q);
  binary(rows, "xlog1py.broadcast", "xlog1py", special_xlog1py, column, row);
  binary(rows, "gammainc", "gammainc", special_gammainc, fixed_p, q);
  binary(rows, "gammainc.broadcast", "gammainc", special_gammainc, fixed_column, row);
  binary(rows, "gammaincc", "gammaincc", special_gammaincc, fixed_p, q);
  binary(rows, "zeta", "zeta", special_zeta, fixed({3, 4}, 1.5, 6), q);
  binary(rows, "zeta.broadcast", "zeta", special_zeta, fixed_column, row);

  const Input x = fixed({3, 4}, -1.5, 1.5), n = ints({3, 4}, -1, 9);
  // PyTorch's recurrences read one degree after the other for a whole vector.
  const auto polynomial = [&](const char* name, Binary f) {
    binary(rows, name, name, f, x, n, Row::no_gradient);
    binary(rows, std::string(name) + ".degrees", name, f, fixed({3, 1}, -0.9, 0.9),
           ints({1, 5}, 5, 100), Row::no_gradient | Row::no_float);
  };
  polynomial("chebyshev_polynomial_t", special_chebyshev_polynomial_t);
  polynomial("chebyshev_polynomial_u", special_chebyshev_polynomial_u);
  polynomial("chebyshev_polynomial_v", special_chebyshev_polynomial_v);
  polynomial("chebyshev_polynomial_w", special_chebyshev_polynomial_w);
  polynomial("shifted_chebyshev_polynomial_t", special_shifted_chebyshev_polynomial_t);
  polynomial("shifted_chebyshev_polynomial_u", special_shifted_chebyshev_polynomial_u);
  polynomial("shifted_chebyshev_polynomial_v", special_shifted_chebyshev_polynomial_v);
  polynomial("shifted_chebyshev_polynomial_w", special_shifted_chebyshev_polynomial_w);
  polynomial("hermite_polynomial_h", special_hermite_polynomial_h);
  polynomial("hermite_polynomial_he", special_hermite_polynomial_he);
  polynomial("laguerre_polynomial_l", special_laguerre_polynomial_l);
  polynomial("legendre_polynomial_p", special_legendre_polynomial_p);

  const auto other = [&](const char* name, const char* python, Input a,
                         std::function<Tensor(const Tensor&)> f, unsigned except = Row::nothing) {
    rows.push_back({std::string("special.") + name,
                    std::string("torch.special.") + python,
                    {std::move(a)},
                    [f = std::move(f)](const List& v) -> List { return {f(v[0])}; },
                    except});
  };
  other("logit", "logit(a, 0.2)", real({3, 4}, 0.01, 0.99),
        [](const Tensor& v) { return special_logit(v, 0.2); });
  other("polygamma", "polygamma(2, a)", p, [](const Tensor& v) { return special_polygamma(2, v); });
  other("multigammaln", "multigammaln(a, 2)", real({3, 4}, 1.2, 4),
        [](const Tensor& v) { return special_multigammaln(v, 2); });
  other(
      "round", "round(a, decimals=2)", p, [](const Tensor& v) { return special_round(v, 2); },
      Row::no_gradient | Row::no_float);
  other("logsumexp", "logsumexp(a, (1,), True)", p,
        [](const Tensor& v) { return special_logsumexp(v, 1, true); });
  other("softmax", "softmax(a, 1)", p, [](const Tensor& v) { return special_softmax(v, 1); });
  other("log_softmax", "log_softmax(a, 0)", p,
        [](const Tensor& v) { return special_log_softmax(v, 0); });
  return rows;
}

}  // namespace catalog
