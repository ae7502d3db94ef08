// Special functions.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct erf : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::erf(x); }
  template <class V> static V slope(V x, V) {
    return constant<V>(constants::two_over_sqrt_pi) * math::exp(-(x * x));
  }
};

struct erfc : unary {  // y = 1 - erf x
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::erfc(x); }
  template <class V> static V slope(V x, V) {
    return constant<V>(-constants::two_over_sqrt_pi) * math::exp(-(x * x));
  }
};

struct erfinv : unary {  // x = erf y
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::erfinv(x); }
  template <class V> static V slope(V x, V) {
    const V y = math::erfinv(x);
    return constant<V>(1 / constants::two_over_sqrt_pi) * math::exp(y * y);
  }
};

struct lgamma : unary {  // y = log |gamma(x)|
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::lgamma(x); }
  template <class V> static V slope(V x, V) { return math::digamma(x); }
};

struct digamma : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::digamma(x); }
  template <class V> static V slope(V x, V) { return math::polygamma(V(1), x); }
};

struct polygamma : binary {  // the a-th derivative of digamma at b
  static constexpr unsigned keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::polygamma(a, b); }
  template <class V> static V slope_b(V a, V b, V) { return math::polygamma(a + V(1), b); }
};

struct i0 : unary {  // modified Bessel function of the first kind, order 0
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::i0(x); }
  template <class V> static V slope(V x, V) { return math::i1(x); }
};

struct i0e : unary {  // y = e^-|x| i0(x)
  static constexpr unsigned keep = saves::input | saves::output;
  template <class V> static V value(V x) { return math::i0e(x); }
  template <class V> static V slope(V x, V y) { return math::i1e(x) - sign_of(x) * y; }
};

struct i1 : unary {
  static constexpr unsigned keep = saves::input | saves::output;
  template <class V> static V value(V x) { return math::i1(x); }
  template <class V> static V slope(V x, V y) {
    const V safe = math::select(x == V(0), V(1), x);
    return math::select(x == V(0), V(0.5), math::i0(x) - y / safe);
  }
};

struct i1e : unary {  // y = e^-|x| i1(x)
  static constexpr unsigned keep = saves::input | saves::output;
  template <class V> static V value(V x) { return math::i1e(x); }
  template <class V> static V slope(V x, V y) {
    const V safe = math::select(x == V(0), V(1), x);
    return math::select(x == V(0), V(0.5), math::i0e(x) - y * sign_of(x) - y / safe);
  }
};

struct logit : unary {  // y = log(x / (1 - x))
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::log(x / (V(1) - x)); }
  template <class V> static V slope(V x, V) {
    return math::select(x < V(0) || x > V(1), V(__builtin_nanf("")), V(1) / (x * (V(1) - x)));
  }
};

struct zeta : binary {  // Hurwitz zeta, the sum of (b + k)^-a over k >= 0
  static constexpr unsigned keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::zeta(a, b); }
  template <class V> static V slope_b(V a, V b, V) { return -a * math::zeta(a + V(1), b); }
};

struct ndtr : unary {  // the normal distribution
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::normal_cdf(x); }
  template <class V> static V slope(V x, V) {
    return constant<V>(constants::one_over_sqrt_two_pi) * math::exp(V(-0.5) * x * x);
  }
};

struct entr : unary {  // y = -x log x, 0 at 0 and -infinity below
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) {
    const V safe = math::select(x > V(0), x, V(1));
    const V below = math::select(x < V(0), -math::infinity(x), x * x);
    return math::select(x > V(0), -x * math::log(safe), below);
  }
  template <class V> static V slope(V x, V) { return -(V(1) + math::log(x)); }
};

using special_formulas =
    list<erf, erfc, erfinv, lgamma, digamma, polygamma, i0, i0e, i1, i1e, logit, zeta, ndtr, entr>;

}  // namespace gradus::kernels::GRADUS_ISA
