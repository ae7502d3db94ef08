// Error, gamma and Bessel functions.
#include "autograd/ops/pointwise/special.h"

#include <limits>
#include <numbers>

#include "autograd/ops/assign.h"
#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"

namespace gradus {

GRADUS_DEFINE_UNARY(erf)
GRADUS_DEFINE_UNARY(erfc)
GRADUS_DEFINE_UNARY(erfinv)
GRADUS_DEFINE_UNARY(lgamma)
GRADUS_DEFINE_UNARY(digamma)
GRADUS_DEFINE_UNARY(i0)

Tensor polygamma(int64_t n, const Tensor& x) {
  if (n < 0) fail("polygamma: the order must not be negative, got {}", n);
  if (n == 0) return x.digamma();
  return autograd::elementwise<formulas::polygamma>("polygamma", Scalar(n), x);
}
Tensor Tensor::polygamma(int64_t n) const { return gradus::polygamma(n, *this); }

// log of the multivariate gamma function: p(p-1)/4 log pi + sum over j < p of lgamma(x - j/2).
Tensor mvlgamma(const Tensor& x, int64_t p) {
  if (p < 1) fail("mvlgamma: p must be 1 or more, got {}", p);
  constexpr int64_t most = int64_t(1) << 16;  // of one operation each
  if (p > most) fail("mvlgamma: p must be {} or less, got {}", most, p);
  Tensor sum = x.lgamma();
  for (int64_t j = 1; j < p; ++j) sum = sum + (x - double(j) / 2).lgamma();
  return sum + double(p * (p - 1)) / 4 * std::log(std::numbers::pi);
}
Tensor Tensor::mvlgamma(int64_t p) const { return gradus::mvlgamma(*this, p); }

Tensor logit(const Tensor& x, std::optional<double> eps) {
  Tensor held = x;
  if (eps && *eps == 0) {
    // The slope at 0 and 1 has no bound: what is held there goes past the formula.
    const Tensor below = x.lt(0), above = x.gt(1);
    held = x.masked_fill(below.logical_or(above), 0.5);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return autograd::elementwise<formulas::logit>("logit", held)
        .masked_fill(below, -infinity)
        .masked_fill(above, infinity);
  }
  if (eps && !(*eps > 0.5)) held = x.clamp(Scalar(*eps), Scalar(1 - *eps));
  // Of bounds that cross the lower one wins: PyTorch compares with it first.
  if (eps && *eps > 0.5) held = x.clamp_max(Scalar(1 - *eps)).masked_fill(x.lt(*eps), *eps);
  return autograd::elementwise<formulas::logit>("logit", held);
}
Tensor Tensor::logit(std::optional<double> eps) const { return gradus::logit(*this, eps); }

namespace {

// y, which a formula without a slope by `a` made: a backward pass to a throws.
Tensor without_gradient(const char* op, const Tensor& a, Tensor y) {
  if (!GradMode::is_enabled() || !autograd::needs_grad(a)) return y;
  return autograd::record(op, raw::window(y), autograd::wrt(y, [](const Tensor& dy) { return dy; }),
                          autograd::wrt(a, [op](const Tensor&) -> Tensor {
                            fail("{}: there is no derivative by the first operand", op);
                          }));
}

template <class F>
Tensor incomplete_gamma(const char* op, const Tensor& a, const Tensor& x) {
  if (!is_floating(raw::result_type(a, x)))
    fail_not_implemented("{}: not implemented for {}", op, raw::result_type(a, x));
  return without_gradient(op, a, elementwise<F>(op, a.detach(), x));
}

}  // namespace

Tensor igamma(const Tensor& a, const Tensor& x) {
  return incomplete_gamma<formulas::igamma>("igamma", a, x);
}
Tensor igammac(const Tensor& a, const Tensor& x) {
  return incomplete_gamma<formulas::igammac>("igammac", a, x);
}
Tensor Tensor::igamma(const Tensor& x) const { return gradus::igamma(*this, x); }
Tensor Tensor::igammac(const Tensor& x) const { return gradus::igammac(*this, x); }
Tensor& Tensor::igamma_(const Tensor& x) const {
  return autograd::assign("igamma_", *this, [&](const Tensor& a) { return a.igamma(x); });
}
Tensor& Tensor::igammac_(const Tensor& x) const {
  return autograd::assign("igammac_", *this, [&](const Tensor& a) { return a.igammac(x); });
}

// Those that have another name, too.
Tensor special_digamma(const Tensor& x) { return x.digamma(); }
Tensor special_erf(const Tensor& x) { return x.erf(); }
Tensor special_erfc(const Tensor& x) { return x.erfc(); }
Tensor special_erfinv(const Tensor& x) { return x.erfinv(); }
Tensor special_exp2(const Tensor& x) { return x.exp2(); }
Tensor special_expit(const Tensor& x) { return x.sigmoid(); }
Tensor special_expm1(const Tensor& x) { return x.expm1(); }
Tensor special_gammaln(const Tensor& x) { return x.lgamma(); }
Tensor special_i0(const Tensor& x) { return x.i0(); }
Tensor special_log1p(const Tensor& x) { return x.log1p(); }
Tensor special_modified_bessel_i0(const Tensor& x) { return x.i0(); }
Tensor special_modified_bessel_i1(const Tensor& x) { return special_i1(x); }
Tensor special_psi(const Tensor& x) { return x.digamma(); }
Tensor special_sinc(const Tensor& x) { return x.sinc(); }
Tensor special_gammainc(const Tensor& a, const Tensor& x) { return igamma(a, x); }
Tensor special_gammaincc(const Tensor& a, const Tensor& x) { return igammac(a, x); }
Tensor special_logit(const Tensor& x, std::optional<double> eps) { return logit(x, eps); }
Tensor special_polygamma(int64_t n, const Tensor& x) { return polygamma(n, x); }
Tensor special_multigammaln(const Tensor& x, int64_t p) { return mvlgamma(x, p); }
Tensor special_round(const Tensor& x, int64_t decimals) {
  return decimals == 0 ? x.round() : x.round(decimals);
}
Tensor special_logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim) {
  return x.logsumexp(dim, keepdim);
}
Tensor special_softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype) {
  return x.softmax(dim, dtype);
}
Tensor special_log_softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype) {
  return x.log_softmax(dim, dtype);
}

#define GRADUS_DEFINE(name)                                  \
  Tensor special_##name(const Tensor& x) {                   \
    return elementwise<formulas::name>("special_" #name, x); \
  }
GRADUS_DEFINE(airy_ai)
GRADUS_DEFINE(bessel_j0)
GRADUS_DEFINE(bessel_j1)
GRADUS_DEFINE(bessel_y0)
GRADUS_DEFINE(bessel_y1)
GRADUS_DEFINE(entr)
GRADUS_DEFINE(erfcx)
GRADUS_DEFINE(i0e)
GRADUS_DEFINE(i1)
GRADUS_DEFINE(i1e)
GRADUS_DEFINE(log_ndtr)
GRADUS_DEFINE(modified_bessel_k0)
GRADUS_DEFINE(modified_bessel_k1)
GRADUS_DEFINE(ndtr)
GRADUS_DEFINE(ndtri)
GRADUS_DEFINE(scaled_modified_bessel_k0)
GRADUS_DEFINE(scaled_modified_bessel_k1)
GRADUS_DEFINE(spherical_bessel_j0)
#undef GRADUS_DEFINE

Tensor special_xlogy(const Tensor& a, const Tensor& b) { return a.xlogy(b); }
Tensor special_xlogy(const Scalar& a, const Tensor& b) { return xlogy(a, b); }
Tensor special_xlogy(const Tensor& a, const Scalar& b) { return a.xlogy(b); }
Tensor special_zeta(const Tensor& a, const Tensor& b) {
  return without_gradient("special_zeta", a,
                          elementwise<formulas::zeta>("special_zeta", a.detach(), b));
}
Tensor special_zeta(const Scalar& a, const Tensor& b) {
  return elementwise<formulas::zeta>("special_zeta", a, b);
}
Tensor special_zeta(const Tensor& a, const Scalar& b) {
  return without_gradient("special_zeta", a,
                          elementwise<formulas::zeta>("special_zeta", a.detach(), b));
}
#define GRADUS_DEFINE_FOR(name, A, B)                           \
  Tensor special_##name(const A& a, const B& b) {               \
    return elementwise<formulas::name>("special_" #name, a, b); \
  }
#define GRADUS_DEFINE(name)               \
  GRADUS_DEFINE_FOR(name, Tensor, Tensor) \
  GRADUS_DEFINE_FOR(name, Scalar, Tensor) \
  GRADUS_DEFINE_FOR(name, Tensor, Scalar)
GRADUS_DEFINE(xlog1py)
GRADUS_DEFINE(chebyshev_polynomial_t)
GRADUS_DEFINE(chebyshev_polynomial_u)
GRADUS_DEFINE(chebyshev_polynomial_v)
GRADUS_DEFINE(chebyshev_polynomial_w)
GRADUS_DEFINE(shifted_chebyshev_polynomial_t)
GRADUS_DEFINE(shifted_chebyshev_polynomial_u)
GRADUS_DEFINE(shifted_chebyshev_polynomial_v)
GRADUS_DEFINE(shifted_chebyshev_polynomial_w)
GRADUS_DEFINE(hermite_polynomial_h)
GRADUS_DEFINE(hermite_polynomial_he)
GRADUS_DEFINE(laguerre_polynomial_l)
GRADUS_DEFINE(legendre_polynomial_p)
#undef GRADUS_DEFINE
#undef GRADUS_DEFINE_FOR

}  // namespace gradus
