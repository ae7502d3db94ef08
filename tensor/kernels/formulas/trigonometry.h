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

struct asin : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::asin(x); }
  template <class V> static V slope(V x, V) { return V(1) / math::sqrt(V(1) - x * x); }
};

struct acos : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::acos(x); }
  template <class V> static V slope(V x, V) { return V(-1) / math::sqrt(V(1) - x * x); }
};

struct atan : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::atan(x); }
  template <class V> static V slope(V x, V) { return V(1) / (x * x + V(1)); }
};

struct atan2 : binary {  // the angle of the point (b, a)
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::atan2(a, b); }
  template <class V> static V inverse(V r) { return math::select(r == V(0), V(0), V(1) / r); }
  template <class V> static V slope_a(V a, V b, V) { return b * inverse(a * a + b * b); }
  template <class V> static V slope_b(V a, V b, V) { return -a * inverse(a * a + b * b); }
};

struct hypot : binary {  // y = sqrt(a^2 + b^2), without overflow
  static constexpr unsigned keep_a = saves::a | saves::output, keep_b = saves::b | saves::output;
  template <class V> static V value(V a, V b) { return math::hypot(a, b); }
  template <class V> static V slope_a(V a, V, V y) { return a / y; }
  template <class V> static V slope_b(V, V b, V y) { return b / y; }
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
  template <class V> static V slope(V x, V) { return V(1) / math::sqrt(x * x + V(1)); }
};

struct acosh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::acosh(x); }
  template <class V> static V slope(V x, V) { return V(1) / math::sqrt(x * x - V(1)); }
};

struct atanh : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::atanh(x); }
  template <class V> static V slope(V x, V) { return V(1) / (V(1) - x * x); }
};

struct sinc : unary {  // y = sin(pi x) / (pi x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) {
    const V t = x * constant<V>(constants::pi);
    return math::select(x == V(0), V(1), math::sin(t) / t);
  }
  template <class V> static V slope(V x, V) {
    const V t = x * constant<V>(constants::pi);
    return math::select(x == V(0), V(0), (math::cos(t) - math::sin(t) / t) / x);
  }
};

using trigonometry_formulas = list<sin, cos, tan, asin, acos, atan, atan2, hypot, sinh, cosh, tanh,
                                   asinh, acosh, atanh, sinc>;

}  // namespace gradus::kernels::GRADUS_ISA
