// Special functions by torch.special's names: special_f(x), and the same as special::f(x). Integers
// become the default floating type. f_out(out, ...) writes what f(...) gives to `out`: see out.h.
// How exact those are that have no other name is said in tensor/kernels/special.h.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// clang-format off
// Functions of one tensor.
#define GRADUS_SPECIAL_OPS(X)                                                                     \
  X(airy_ai) /* Airy's function Ai */                                                             \
  X(bessel_j0) /* the Bessel function of the first kind, order 0 */                               \
  X(bessel_j1) /* the Bessel function of the first kind, order 1 */                               \
  X(bessel_y0) /* the Bessel function of the second kind, order 0; nan for x < 0 */               \
  X(bessel_y1) /* the Bessel function of the second kind, order 1; nan for x < 0 */               \
  X(digamma) /* the derivative of log gamma(x) */                                                 \
  X(entr) /* -x log(x), 0 at 0, -infinity for x < 0 */                                            \
  X(erf) /* the error function */                                                                 \
  X(erfc) /* 1 - erf(x), accurate for large x */                                                  \
  X(erfcx) /* e^(x^2) erfc(x) */                                                                  \
  X(erfinv) /* the number whose erf is x */                                                       \
  X(exp2) /* 2^x */                                                                               \
  X(expit) /* the same as sigmoid */                                                              \
  X(expm1) /* e^x - 1, accurate for small x */                                                    \
  X(gammaln) /* the same as lgamma */                                                             \
  X(i0) /* the modified Bessel function of the first kind, order 0 */                             \
  X(i0e) /* e^-|x| i0(x) */                                                                       \
  X(i1) /* the modified Bessel function of the first kind, order 1 */                             \
  X(i1e) /* e^-|x| i1(x) */                                                                       \
  X(log1p) /* log(1 + x), accurate for small x */                                                 \
  X(log_ndtr) /* log(ndtr(x)), accurate for any x */                                              \
  X(modified_bessel_i0) /* the same as i0 */                                                      \
  X(modified_bessel_i1) /* the same as i1 */                                                      \
  X(modified_bessel_k0) /* the modified Bessel function of the second kind, order 0 */            \
  X(modified_bessel_k1) /* the modified Bessel function of the second kind, order 1 */            \
  X(ndtr) /* the normal distribution: the part of it below x */                                   \
  X(ndtri) /* the number at which the normal distribution is x; nan outside of [0, 1] */          \
  X(psi) /* the same as digamma */                                                                \
  X(scaled_modified_bessel_k0) /* e^x modified_bessel_k0(x) */                                    \
  X(scaled_modified_bessel_k1) /* e^x modified_bessel_k1(x) */                                    \
  X(sinc) /* sin(pi x) / (pi x), and 1 at 0 */                                                    \
  X(spherical_bessel_j0) /* sin(x) / x, and 1 at 0 */
// Functions of a and b, of which one may be a number.
#define GRADUS_SPECIAL_BINARY_OPS(X)                                                              \
  X(xlogy) /* a log(b), and 0 where a is 0 and b is not nan */                                    \
  X(xlog1py) /* a log(1 + b), and 0 where a is 0 and b is not nan */                              \
  X(zeta) /* Hurwitz zeta, the sum of (b + k)^-a over k >= 0; a has no gradient */                \
  X(chebyshev_polynomial_t) /* of the first kind at a, of degree b, cut to a whole number; as all polynomials */ \
  X(chebyshev_polynomial_u) /* of the second kind; 0 for a degree below 0, and no gradient */     \
  X(chebyshev_polynomial_v) /* of the third kind */                                               \
  X(chebyshev_polynomial_w) /* of the fourth kind */                                              \
  X(shifted_chebyshev_polynomial_t) /* of the first kind at 2 a - 1 */                            \
  X(shifted_chebyshev_polynomial_u) /* of the second kind at 2 a - 1 */                           \
  X(shifted_chebyshev_polynomial_v) /* of the third kind at 2 a - 1 */                            \
  X(shifted_chebyshev_polynomial_w) /* of the fourth kind at 2 a - 1 */                           \
  X(hermite_polynomial_h) /* Hermite's, the physicists'; nan for a degree above 2^20 */           \
  X(hermite_polynomial_he) /* Hermite's, the probabilists'; nan for a degree above 2^20 */        \
  X(laguerre_polynomial_l) /* Laguerre's; nan for a degree above 2^20 */                          \
  X(legendre_polynomial_p) /* Legendre's; nan for a degree above 2^20 */

#define GRADUS_DECLARE(name)                                                                      \
  Tensor special_##name(const Tensor& x);                                                         \
  Tensor& special_##name##_out(Tensor& out, const Tensor& x);                                     \
  namespace special {                                                                             \
  inline Tensor name(const Tensor& x) { return special_##name(x); }                               \
  inline Tensor& name##_out(Tensor& out, const Tensor& x) { return special_##name##_out(out, x); } \
  }
/// special_f(x) for each name f of the list, and f(x) in namespace special.
GRADUS_SPECIAL_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE_FOR(name, A, B)                                                            \
  Tensor special_##name(const A& a, const B& b);                                                  \
  Tensor& special_##name##_out(Tensor& out, const A& a, const B& b);                              \
  namespace special {                                                                             \
  inline Tensor name(const A& a, const B& b) { return special_##name(a, b); }                     \
  inline Tensor& name##_out(Tensor& out, const A& a, const B& b) {                                \
    return special_##name##_out(out, a, b);                                                       \
  }                                                                                               \
  }
#define GRADUS_DECLARE(name)                                                                      \
  GRADUS_DECLARE_FOR(name, Tensor, Tensor)                                                        \
  GRADUS_DECLARE_FOR(name, Scalar, Tensor)                                                        \
  GRADUS_DECLARE_FOR(name, Tensor, Scalar)
/// special_f(a, b) for each name f of the list, and f(a, b) in namespace special.
GRADUS_SPECIAL_BINARY_OPS(GRADUS_DECLARE)
GRADUS_DECLARE_FOR(gammainc, Tensor, Tensor)   ///< The same as igamma().
GRADUS_DECLARE_FOR(gammaincc, Tensor, Tensor)  ///< The same as igammac().
#undef GRADUS_DECLARE
#undef GRADUS_DECLARE_FOR
// clang-format on

/// The regularised lower incomplete gamma function P(a, x), the part of gamma(a) that the integral
/// of t^(a-1) e^-t gives up to x. Floating point. A backward pass to a throws Error: there is no
/// such derivative.
Tensor igamma(const Tensor& a, const Tensor& x);
/// igamma(a, x) into `out`.
Tensor& igamma_out(Tensor& out, const Tensor& a, const Tensor& x);
/// The upper one, Q(a, x) = 1 - P(a, x).
Tensor igammac(const Tensor& a, const Tensor& x);
/// igammac(a, x) into `out`.
Tensor& igammac_out(Tensor& out, const Tensor& a, const Tensor& x);

/// The same as logit().
Tensor special_logit(const Tensor& x, std::optional<double> eps = {});
/// special_logit(x, eps) into `out`.
Tensor& special_logit_out(Tensor& out, const Tensor& x, std::optional<double> eps = {});
/// The same as polygamma().
Tensor special_polygamma(int64_t n, const Tensor& x);
/// special_polygamma(n, x) into `out`.
Tensor& special_polygamma_out(Tensor& out, int64_t n, const Tensor& x);
/// The same as mvlgamma().
Tensor special_multigammaln(const Tensor& x, int64_t p);
/// special_multigammaln(x, p) into `out`.
Tensor& special_multigammaln_out(Tensor& out, const Tensor& x, int64_t p);
/// The same as round().
Tensor special_round(const Tensor& x, int64_t decimals = 0);
/// special_round(x, decimals) into `out`.
Tensor& special_round_out(Tensor& out, const Tensor& x, int64_t decimals = 0);
/// The same as logsumexp().
Tensor special_logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false);
/// special_logsumexp(x, dim) into `out`.
Tensor& special_logsumexp_out(Tensor& out, const Tensor& x, IntArrayRef dim, bool keepdim = false);
/// The same as softmax().
Tensor special_softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {});
/// The same as log_softmax().
Tensor special_log_softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {});

namespace special {
/// The same as special_logit().
inline Tensor logit(const Tensor& x, std::optional<double> eps = {}) {
  return special_logit(x, eps);
}
/// The same as special_logit_out().
inline Tensor& logit_out(Tensor& out, const Tensor& x, std::optional<double> eps = {}) {
  return special_logit_out(out, x, eps);
}
/// The same as special_polygamma().
inline Tensor polygamma(int64_t n, const Tensor& x) { return special_polygamma(n, x); }
/// The same as special_polygamma_out().
inline Tensor& polygamma_out(Tensor& out, int64_t n, const Tensor& x) {
  return special_polygamma_out(out, n, x);
}
/// The same as special_multigammaln().
inline Tensor multigammaln(const Tensor& x, int64_t p) { return special_multigammaln(x, p); }
/// The same as special_multigammaln_out().
inline Tensor& multigammaln_out(Tensor& out, const Tensor& x, int64_t p) {
  return special_multigammaln_out(out, x, p);
}
/// The same as special_round().
inline Tensor round(const Tensor& x, int64_t decimals = 0) { return special_round(x, decimals); }
/// The same as special_round_out().
inline Tensor& round_out(Tensor& out, const Tensor& x, int64_t decimals = 0) {
  return special_round_out(out, x, decimals);
}
/// The same as special_logsumexp().
inline Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false) {
  return special_logsumexp(x, dim, keepdim);
}
/// The same as special_logsumexp_out().
inline Tensor& logsumexp_out(Tensor& out, const Tensor& x, IntArrayRef dim, bool keepdim = false) {
  return special_logsumexp_out(out, x, dim, keepdim);
}
/// The same as special_softmax().
inline Tensor softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {}) {
  return special_softmax(x, dim, dtype);
}
/// The same as special_log_softmax().
inline Tensor log_softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {}) {
  return special_log_softmax(x, dim, dtype);
}
}  // namespace special

}  // namespace gradus
