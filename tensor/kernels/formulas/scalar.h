// Special functions that programs rarely call: every instruction set computes them by the functions
// of tensor/kernels/special.h, one element after the other and floats in double. The slopes are
// exact also where PyTorch has none, but for polynomials, which have none here either.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

#define GRADUS_SCALAR_VALUE(f) \
  template <class V> static V value(V x) { return special::f(x); }
#define GRADUS_SCALAR_VALUE_OF_TWO(f) \
  template <class V> static V value(V a, V b) { return special::f(a, b); }

struct erfcx : unary {  // y = e^(x^2) erfc x
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(erfcx)
  template <class V> static V slope(V x, V y) {
    return V(2) * x * y - constant<V>(constants::two_over_sqrt_pi);
  }
};

struct log_ndtr : unary {  // the logarithm of the normal distribution
  static constexpr unsigned keep = saves::input;
  GRADUS_SCALAR_VALUE(log_ndtr)
  template <class V> static V slope(V x, V) {  // density / distribution, without overflow
    const V above = math::select(x > V(0), x, V(0)), below = math::select(x > V(0), V(0), x);
    const V root = constant<V>(constants::sqrt_half), c = constant<V>(constants::sqrt_two_over_pi);
    return math::select(x > V(0),
                        c * math::exp(V(-0.5) * above * above) / math::erfc(-root * above),
                        c / math::erfcx(-root * below));
  }
};

struct ndtri : unary {  // the normal distribution at y is x
  static constexpr unsigned keep = saves::output;
  GRADUS_SCALAR_VALUE(ndtri)
  template <class V> static V slope(V, V y) {
    return constant<V>(1 / constants::one_over_sqrt_two_pi) * math::exp(V(0.5) * y * y);
  }
};

// x^(a - 1) e^-x / gamma(a)
template <class V> V gamma_density(const V& a, const V& x) {
  return math::exp((a - V(1)) * math::log(x) - x - math::lgamma(a));
}
struct igamma : binary {
  static constexpr unsigned keep_b = saves::a | saves::b;
  GRADUS_SCALAR_VALUE_OF_TWO(igamma)
  template <class V> static V slope_b(V a, V b, V) { return gamma_density(a, b); }
};
struct igammac : binary {
  static constexpr unsigned keep_b = saves::a | saves::b;
  GRADUS_SCALAR_VALUE_OF_TWO(igammac)
  template <class V> static V slope_b(V a, V b, V) { return -gamma_density(a, b); }
};

struct bessel_j0 : unary {
  static constexpr unsigned keep = saves::input;
  GRADUS_SCALAR_VALUE(bessel_j0)
  template <class V> static V slope(V x, V) { return -math::bessel_j1(x); }
};
struct bessel_j1 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(bessel_j1)
  template <class V> static V slope(V x, V y) {
    const V safe = math::select(x == V(0), V(1), x);
    return math::select(x == V(0), V(0.5), math::bessel_j0(x) - y / safe);
  }
};
struct bessel_y0 : unary {
  static constexpr unsigned keep = saves::input;
  GRADUS_SCALAR_VALUE(bessel_y0)
  template <class V> static V slope(V x, V) { return -math::bessel_y1(x); }
};
struct bessel_y1 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(bessel_y1)
  template <class V> static V slope(V x, V y) { return math::bessel_y0(x) - y / x; }
};
struct modified_bessel_k0 : unary {
  static constexpr unsigned keep = saves::input;
  GRADUS_SCALAR_VALUE(modified_bessel_k0)
  template <class V> static V slope(V x, V) { return -math::modified_bessel_k1(x); }
};
struct modified_bessel_k1 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(modified_bessel_k1)
  template <class V> static V slope(V x, V y) { return -math::modified_bessel_k0(x) - y / x; }
};
struct scaled_modified_bessel_k0 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(scaled_modified_bessel_k0)
  template <class V> static V slope(V x, V y) { return y - math::scaled_modified_bessel_k1(x); }
};
struct scaled_modified_bessel_k1 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(scaled_modified_bessel_k1)
  template <class V> static V slope(V x, V y) {
    return y - math::scaled_modified_bessel_k0(x) - y / x;
  }
};
struct spherical_bessel_j0 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  GRADUS_SCALAR_VALUE(spherical_bessel_j0)
  template <class V> static V slope(V x, V y) {  // near 0, where digits cancel, by its series
    const auto small = x * x < V(0.01);
    const V far = math::select(small, V(1), x), t = math::select(small, x * x, V(0));
    const V series =
        V(1) - t / V(10) * (V(1) - t / V(28) * (V(1) - t / V(54) * (V(1) - t / V(88))));
    return math::select(small, x * series / V(-3), (math::cos(far) - y) / far);
  }
};
struct airy_ai : unary {
  static constexpr unsigned keep = saves::input;
  GRADUS_SCALAR_VALUE(airy_ai)
  template <class V> static V slope(V x, V) { return math::airy_ai_prime(x); }
};
struct airy_ai_prime : unary {
  static constexpr unsigned keep = saves::input;
  GRADUS_SCALAR_VALUE(airy_ai_prime)
  template <class V> static V slope(V x, V) { return x * math::airy_ai(x); }
};

#define GRADUS_POLYNOMIAL(f)      \
  struct f : binary {             \
    GRADUS_SCALAR_VALUE_OF_TWO(f) \
  };
GRADUS_POLYNOMIAL(chebyshev_polynomial_t)
GRADUS_POLYNOMIAL(chebyshev_polynomial_u)
GRADUS_POLYNOMIAL(chebyshev_polynomial_v)
GRADUS_POLYNOMIAL(chebyshev_polynomial_w)
GRADUS_POLYNOMIAL(shifted_chebyshev_polynomial_t)
GRADUS_POLYNOMIAL(shifted_chebyshev_polynomial_u)
GRADUS_POLYNOMIAL(shifted_chebyshev_polynomial_v)
GRADUS_POLYNOMIAL(shifted_chebyshev_polynomial_w)
GRADUS_POLYNOMIAL(hermite_polynomial_h)
GRADUS_POLYNOMIAL(hermite_polynomial_he)
GRADUS_POLYNOMIAL(laguerre_polynomial_l)
GRADUS_POLYNOMIAL(legendre_polynomial_p)
#undef GRADUS_POLYNOMIAL
#undef GRADUS_SCALAR_VALUE
#undef GRADUS_SCALAR_VALUE_OF_TWO

using scalar_formulas =
    list<erfcx, log_ndtr, ndtri, igamma, igammac, bessel_j0, bessel_j1, bessel_y0, bessel_y1,
         modified_bessel_k0, modified_bessel_k1, scaled_modified_bessel_k0,
         scaled_modified_bessel_k1, spherical_bessel_j0, airy_ai, airy_ai_prime,
         chebyshev_polynomial_t, chebyshev_polynomial_u, chebyshev_polynomial_v,
         chebyshev_polynomial_w, shifted_chebyshev_polynomial_t, shifted_chebyshev_polynomial_u,
         shifted_chebyshev_polynomial_v, shifted_chebyshev_polynomial_w, hermite_polynomial_h,
         hermite_polynomial_he, laguerre_polynomial_l, legendre_polynomial_p>;

}  // namespace gradus::kernels::GRADUS_ISA
