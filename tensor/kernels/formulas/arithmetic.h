// Sums, products, quotients and powers.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct add : binary {  // y = a + b
  static constexpr unsigned on = types::all;
  template <class V> static V value(V a, V b) { return static_cast<V>(a + b); }
  template <class V> static V slope_a(V, V, V) { return V(1); }
  template <class V> static V slope_b(V, V, V) { return V(1); }
};

struct add_scaled : ternary {  // y = a + c b, c a parameter
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_b = saves::c;
  template <class V> static V value(V a, V b, V c) { return math::fma(c, b, a); }
  template <class V> static V slope_a(V, V, V, V) { return V(1); }
  template <class V> static V slope_b(V, V, V c, V) { return c; }
};

struct sub : binary {  // y = a - b
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V a, V b) { return static_cast<V>(a - b); }
  template <class V> static V slope_a(V, V, V) { return V(1); }
  template <class V> static V slope_b(V, V, V) { return V(-1); }
};

struct mul : binary {  // y = a b
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::b, keep_b = saves::a;
  template <class V> static V value(V a, V b) { return static_cast<V>(a * b); }
  template <class V> static V slope_a(V, V b, V) { return b; }
  template <class V> static V slope_b(V a, V, V) { return a; }
};

struct div : binary {  // y = a / b
  static constexpr unsigned keep_a = saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return a / b; }
  template <class V> static V slope_a(V, V b, V) { return V(1) / b; }
  template <class V> static V slope_b(V a, V b, V) { return -(a / b) / b; }
};

struct addcmul : quaternary {  // y = a + d b c, d a parameter
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_b = saves::c | saves::d, keep_c = saves::b | saves::d;
  template <class V> static V value(V a, V b, V c, V d) {
    return math::fma(static_cast<V>(d * b), c, a);
  }
  template <class V> static V slope_a(V, V, V, V, V) { return V(1); }
  template <class V> static V slope_b(V, V, V c, V d, V) { return d * c; }
  template <class V> static V slope_c(V, V b, V, V d, V) { return d * b; }
};

struct addcdiv : quaternary {  // y = a + d b / c, d a parameter
  static constexpr unsigned keep_b = saves::c | saves::d;
  static constexpr unsigned keep_c = saves::b | saves::c | saves::d;
  template <class V> static V value(V a, V b, V c, V d) { return a + d * b / c; }
  template <class V> static V slope_a(V, V, V, V, V) { return V(1); }
  template <class V> static V slope_b(V, V, V c, V d, V) { return d / c; }
  template <class V> static V slope_c(V, V b, V c, V d, V) { return -(d * b / c) / c; }
};

struct lerp : ternary {  // y = a + c (b - a), from the nearer end
  static constexpr unsigned keep_a = saves::c, keep_b = saves::c, keep_c = saves::a | saves::b;
  template <class V> static V value(V a, V b, V c) {
    return math::select(math::abs(c) < V(0.5), math::fma(c, b - a, a),
                        math::fma(a - b, V(1) - c, b));
  }
  template <class V> static V slope_a(V, V, V c, V) { return V(1) - c; }
  template <class V> static V slope_b(V, V, V c, V) { return c; }
  template <class V> static V slope_c(V a, V b, V, V) { return b - a; }
};

struct pow : binary {  // y = a^b
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_a = saves::a | saves::b;
  static constexpr unsigned keep_b = saves::a | saves::b | saves::output;
  template <class V> static V value(V a, V b) { return math::pow(a, b); }
  // 0^-1 and log 0 are replaced before they are hidden, see formula.h.
  template <class V> static V slope_a(V a, V b, V) {
    const V base = math::select(b == V(0), V(1), a);
    return math::select(b == V(0), V(0), b * math::pow(base, b - V(1)));
  }
  template <class V> static V slope_b(V a, V b, V y) {
    const V base = math::select(a == V(0) && b >= V(0), V(1), a);
    return math::select(a == V(0) && b >= V(0), V(0), y * math::log(base));
  }
  // A negative power is truncated: 0 except where a is 1 or -1.
  template <std::integral T> static T value(T a, T b) {
    if (b < 0) return static_cast<T>(a == 1 ? 1 : a + T(1) == 0 ? (b % 2 == 0 ? 1 : -1) : 0);
    uint64_t y = 1, power = static_cast<uint64_t>(a);  // unsigned: it wraps around
    for (; b != 0; b = static_cast<T>(b / 2), power *= power) {
      if (b % 2 != 0) y *= power;
    }
    return static_cast<T>(y);
  }
};

struct square : unary {  // y = x^2
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return static_cast<V>(x * x); }
  template <class V> static V slope(V x, V) { return V(2) * x; }
};

struct cube : unary {  // y = x^3
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return static_cast<V>(x * x * x); }
  template <class V> static V slope(V x, V) { return V(3) * x * x; }
};

struct neg : unary {  // y = -x
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V x) { return static_cast<V>(-x); }
  template <class V> static V slope(V, V) { return V(-1); }
};

struct reciprocal : unary {  // y = 1 / x
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return V(1) / x; }
  template <class V> static V slope(V, V y) { return -(y * y); }
};

struct sqrt : unary {
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::sqrt(x); }
  template <class V> static V slope(V, V y) { return V(1) / (V(2) * y); }
};

struct rsqrt : unary {  // y = x^-1/2
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return V(1) / math::sqrt(x); }
  template <class V> static V slope(V, V y) { return V(-0.5) * (y * y * y); }
};

struct deg2rad : unary {
  template <class V> static V value(V x) { return x * constant<V>(constants::pi / 180); }
  template <class V> static V slope(V, V) { return constant<V>(constants::pi / 180); }
};

struct rad2deg : unary {
  template <class V> static V value(V x) { return x * constant<V>(180 / constants::pi); }
  template <class V> static V slope(V, V) { return constant<V>(180 / constants::pi); }
};

using arithmetic_formulas = list<add, add_scaled, sub, mul, div, addcmul, addcdiv, lerp, pow,
                                 square, cube, neg, reciprocal, sqrt, rsqrt, deg2rad, rad2deg>;

}  // namespace gradus::kernels::GRADUS_ISA
