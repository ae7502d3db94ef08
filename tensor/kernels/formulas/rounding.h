// Parts of a number: sign, magnitude, whole and fraction.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct abs : unary {
  static constexpr bool linked = true;
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::abs(x); }
  template <std::integral T> static T value(T x) { return static_cast<T>(x < 0 ? -x : x); }
  template <class V> static V slope(V x, V) { return sign_of(x); }
};

struct sign : unary {
  static constexpr unsigned on = types::all;
  template <class V> static V value(V x) { return sign_of(x); }
  template <std::integral T> static T value(T x) { return static_cast<T>((x > 0) - (x < 0)); }
  static bool value(bool x) { return x; }
  template <class V> static V slope(V, V) { return V(0); }
};

struct ceil : unary {
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V x) { return math::ceil(x); }
  template <std::integral T> static T value(T x) { return x; }
  template <class V> static V slope(V, V) { return V(0); }
};

struct floor : unary {
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V x) { return math::floor(x); }
  template <std::integral T> static T value(T x) { return x; }
  template <class V> static V slope(V, V) { return V(0); }
};

struct trunc : unary {
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V x) { return math::trunc(x); }
  template <std::integral T> static T value(T x) { return x; }
  template <class V> static V slope(V, V) { return V(0); }
};

struct round : unary {  // halves to even
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V x) { return math::round_even(x); }
  template <std::integral T> static T value(T x) { return x; }
  template <class V> static V slope(V, V) { return V(0); }
};

struct frac : unary {  // y = x - trunc(x)
  template <class V> static V value(V x) { return x - math::trunc(x); }
  template <class V> static V slope(V, V) { return V(1); }
};

struct copysign : binary {  // |a| with the sign of b
  static constexpr bool linked = true;
  static constexpr unsigned keep_a = saves::a | saves::output;
  template <class V> static V value(V a, V b) { return math::copysign(a, b); }
  template <class V> static V slope_a(V a, V, V y) { return sign_of(a) * sign_of(y); }
  template <class V> static V slope_b(V, V, V) { return V(0); }
};

struct nextafter : binary {  // the number after a, towards b
  template <class V> static V value(V a, V b) { return math::nextafter(a, b); }
};

struct heaviside : binary {  // y = 0 for a < 0, b at 0, 1 above
  static constexpr bool steps = true;
  static constexpr unsigned on = types::all;
  template <class V> static V value(V a, V b) {
    return math::select(a == V(0), b, indicator<V>(a > V(0)));
  }
};

struct nan_to_num : quaternary {  // nan, inf, -inf are replaced by b, c, d
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a;
  template <class V> static V value(V a, V b, V c, V d) {
    const V inf = math::infinity(a);
    return math::select(a != a, b, math::select(a == inf, c, math::select(a == -inf, d, a)));
  }
  template <std::integral T> static T value(T a, T, T, T) { return a; }
  template <class V> static V slope_a(V a, V, V, V, V) {
    return indicator<V>(a - a == V(0));  // finite
  }
};

using rounding_formulas =
    list<abs, sign, ceil, floor, trunc, round, frac, copysign, nextafter, heaviside, nan_to_num>;

}  // namespace gradus::kernels::GRADUS_ISA
