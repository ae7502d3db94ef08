// Trigonometric and hyperbolic functions, and their inverses.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct sin : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::sin(x); }
  template <class V> static V slope(V x, V) { return math::cos(x); }
};

struct cos : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::cos(x); }
  template <class V> static V slope(V x, V) { return -math::sin(x); }
};

struct tan : unary {
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::tan(x); }
  template <class V> static V slope(V, V y) { return V(1) + y * y; }
};

// 1 - x^2, where there is an instruction for it rounded once, so that digits remain near 1.
template <class V> V one_minus_square(const V& x) {
  if constexpr (requires { typename V::value_type; }) {
    return math::fma(-x, x, V(1));
  } else {
    return V(1) - x * x;
  }
}

struct asin : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::asin(x); }
  template <class V> static V slope(V x, V) { return V(1) / math::sqrt(one_minus_square(x)); }
};

struct acos : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::acos(x); }
  template <class V> static V slope(V x, V) { return V(-1) / math::sqrt(one_minus_square(x)); }
};

struct atan : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::atan(x); }
  template <class V> static V slope(V x, V) { return V(1) / (x * x + V(1)); }
};

struct atan2 : binary {  // the angle of the point (b, a)
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::atan2(a, b); }
  // t / (a^2 + b^2), without overflow; 0 at the origin.
  template <class V> static V over_square(V t, V a, V b) {
    const V origin = indicator<V>(a == V(0) && b == V(0));
    const V r = math::hypot(a + origin, b);
    return (V(1) - origin) * (t / r) / r;
  }
  template <class V> static V slope_a(V a, V b, V) { return over_square(b, a, b); }
  template <class V> static V slope_b(V a, V b, V) { return over_square(-a, a, b); }
};

struct hypot : binary {  // y = sqrt(a^2 + b^2), without overflow
  static constexpr unsigned keep_a = saves::a | saves::output, keep_b = saves::b | saves::output;
  template <class V> static V value(V a, V b) { return math::hypot(a, b); }
  template <class V> static V slope_a(V a, V, V y) { return a / math::select(y == V(0), V(1), y); }
  template <class V> static V slope_b(V a, V b, V y) { return slope_a(b, a, y); }
};

struct sinh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::sinh(x); }
  template <class V> static V slope(V x, V) { return math::cosh(x); }
};

struct cosh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::cosh(x); }
  template <class V> static V slope(V x, V) { return math::sinh(x); }
};

struct tanh : unary {
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::tanh(x); }
  template <class V> static V slope(V, V y) { return V(1) - y * y; }
};

struct asinh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::asinh(x); }
  template <class V> static V slope(V x, V) { return V(1) / math::hypot(x, V(1)); }
};

struct acosh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::acosh(x); }
  template <class V> static V slope(V x, V) {
    const V z = math::abs(x);  // as if there were a branch below -1, like PyTorch
    return V(1) / math::sqrt(z - V(1)) / math::sqrt(z + V(1));
  }
};

struct atanh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::atanh(x); }
  template <class V> static V slope(V x, V) { return V(1) / one_minus_square(x); }
};

struct sinc : unary {  // y = sin(pi x) / (pi x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) {
    const V t = x * constant<V>(constants::pi);
    return math::select(x == V(0), V(1), math::sin(t) / t);
  }
  // Near 0 the difference is small: there by its power series in t^2, t = pi x.
  template <class V> static V slope(V x, V) {
    const V t = x * constant<V>(constants::pi);
    const auto near = math::abs(t) < V(1);
    const V far = math::select(near, V(1), t), s = math::select(near, t * t, V(0));
    V series = V(0);
    for (int k = 9; k >= 1; --k)  // (-1)^k 2k / (2k + 1)!
      series =
          series * s + constant<V>((k % 2 == 0 ? 2. : -2.) * k / constants::factorial(2 * k + 1));
    const V by_series = series * t, apart = (math::cos(far) - math::sin(far) / far) / far;
    return constant<V>(constants::pi) * math::select(near, by_series, apart);
  }
};

using trigonometry_formulas = list<sin, cos, tan, asin, acos, atan, atan2, hypot, sinh, cosh, tanh,
                                   asinh, acosh, atanh, sinc>;

}  // namespace gradus::kernels::GRADUS_ISA
