// Special functions of one element, by other ways than those of batches in simd/, for formulas
// outside kernels. Defined once, in special.cpp, without instruction-set flags.
#pragma once

namespace gradus::kernels::special {

#define GRADUS_SPECIAL_1(f) \
  double f(double x);       \
  float f(float x);
GRADUS_SPECIAL_1(round_even)
GRADUS_SPECIAL_1(lgamma)
GRADUS_SPECIAL_1(digamma)
GRADUS_SPECIAL_1(erfinv)
GRADUS_SPECIAL_1(i0)
GRADUS_SPECIAL_1(i0e)
GRADUS_SPECIAL_1(i1)
GRADUS_SPECIAL_1(i1e)
#undef GRADUS_SPECIAL_1

// n is a non-negative integer.
double polygamma(double n, double x);
float polygamma(float n, float x);
// Hurwitz zeta, the sum of (q + k)^-s over k >= 0.
double zeta(double s, double q);
float zeta(float s, float q);

// Functions that every instruction set computes by these, one element after the other. Errors are
// in units of the last place, as tests/reference/special_values.py measures them.

// e^(x^2) erfc(x): 4 units.
double erfcx(double x);
// The logarithm of the normal distribution at x: 4 units.
double log_ndtr(double x);
// The number at which the normal distribution is p: 5 units.
double ndtri(double p);
// P(a, x) and Q(a, x), the parts of gamma(a) that the integral of t^(a-1) e^-t gives up to x and
// from x on; a, x >= 0: 32 units, times 1 + |log(x^a e^-x / gamma(a + 1))| / 16 where the result is
// below 0.1.
double igamma(double a, double x);
double igammac(double a, double x);
// The Bessel functions of the first and the second kind: 6 units of the larger of the result and of
// the wave's height, sqrt(2 / (pi x)).
double bessel_j0(double x);
double bessel_j1(double x);
double bessel_y0(double x);
double bessel_y1(double x);
// The modified Bessel functions of the second kind, and these times e^x: 6 units.
double modified_bessel_k0(double x);
double modified_bessel_k1(double x);
double scaled_modified_bessel_k0(double x);
double scaled_modified_bessel_k1(double x);
// sin(x) / x: 2 units.
double spherical_bessel_j0(double x);
// Airy's function and its derivative: 5 units, for x < 0 of the larger of the result and of the
// wave's height, |x|^(-1/4) / sqrt(pi) and |x|^(1/4) / sqrt(pi).
double airy_ai(double x);
double airy_ai_prime(double x);

// Polynomials of degree n, cut to a whole number: 0 for n < 0, nan and infinity. Those that are not
// Chebyshev's are nan for a degree above 2^20.
double chebyshev_polynomial_t(double x, double n);
double chebyshev_polynomial_u(double x, double n);
double chebyshev_polynomial_v(double x, double n);
double chebyshev_polynomial_w(double x, double n);
double shifted_chebyshev_polynomial_t(double x, double n);
double shifted_chebyshev_polynomial_u(double x, double n);
double shifted_chebyshev_polynomial_v(double x, double n);
double shifted_chebyshev_polynomial_w(double x, double n);
double hermite_polynomial_h(double x, double n);
double hermite_polynomial_he(double x, double n);
double laguerre_polynomial_l(double x, double n);
double legendre_polynomial_p(double x, double n);

}  // namespace gradus::kernels::special
