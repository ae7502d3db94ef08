// Division with a whole quotient, and its remainders. For integers, dividing by zero gives zero:
// the caller is to throw before.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

// The quotient of integers towards zero, defined for a zero divisor and for the overflow at -1.
template <std::integral T> T safe_quotient(T a, T b) {
  const bool negates = std::signed_integral<T> && b == static_cast<T>(-1);
  if constexpr (sizeof(T) <= sizeof(int32_t)) {
    // In doubles, which vectors divide: 1/b lies between the quotient and the next whole number,
    // more than the rounding.
    const double q = static_cast<double>(a) / (b == 0 || negates ? 1. : static_cast<double>(b));
    return b == 0 ? T(0) : negates ? static_cast<T>(-a) : static_cast<T>(q);
  } else {
    if (b == 0) return 0;
    return static_cast<T>(negates ? -a : a / b);
  }
}

template <std::integral T> T safe_remainder(T a, T b) {
  return b == 0 ? T(0) : static_cast<T>(a - safe_quotient(a, b) * b);
}

struct floor_divide : binary {  // y = floor(a / b)
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V a, V b) {
    const V r = math::fmod(a, b);
    const V borrow = indicator<V>(r != V(0) && differ(r < V(0), b < V(0)));
    const V q = (a - r) / b - borrow;
    const V whole = math::floor(q);  // q is whole except for rounding
    const V y = whole + indicator<V>(q - whole > V(0.5));
    return math::select(b == V(0), a / b, math::select(q != V(0), y, math::copysign(V(0), a / b)));
  }
  template <std::integral T> static T value(T a, T b) {
    const T r = safe_remainder(a, b);
    return static_cast<T>(safe_quotient(a, b) - (r != 0 && (r < 0) != (b < 0)));
  }
  template <class V> static V slope_a(V, V, V) { return V(0); }
  template <class V> static V slope_b(V, V, V) { return V(0); }
};

struct trunc_divide : binary {  // y = trunc(a / b)
  static constexpr unsigned on = types::numeric;
  template <class V> static V value(V a, V b) { return math::trunc(a / b); }
  template <std::integral T> static T value(T a, T b) { return safe_quotient(a, b); }
  template <class V> static V slope_a(V, V, V) { return V(0); }
  template <class V> static V slope_b(V, V, V) { return V(0); }
};

struct remainder : binary {  // y = a - b floor(a / b), has the sign of b
  static constexpr bool linked = true;
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) {
    const V r = math::fmod(a, b);
    return math::select(r != V(0) && differ(r < V(0), b < V(0)), r + b, r);
  }
  template <std::integral T> static T value(T a, T b) {
    const T r = safe_remainder(a, b);
    return static_cast<T>(r != 0 && (r < 0) != (b < 0) ? r + b : r);
  }
  template <class V> static V slope_a(V, V, V) { return V(1); }
  template <class V> static V slope_b(V a, V b, V) {
    return -math::floor(floor_divide::value(a, b));
  }
};

struct fmod : binary {  // y = a - b trunc(a / b), has the sign of a
  static constexpr bool linked = true;
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::fmod(a, b); }
  template <std::integral T> static T value(T a, T b) { return safe_remainder(a, b); }
  template <class V> static V slope_a(V, V, V) { return V(1); }
  template <class V> static V slope_b(V a, V b, V) { return -math::trunc(a / b); }
};

struct gcd : binary {
  static constexpr unsigned on = types::integral;
  template <std::integral T> static T value(T a, T b) {
    while (b != 0) {
      const T r = safe_remainder(a, b);
      a = b;
      b = r;
    }
    return a < 0 ? static_cast<T>(-a) : a;
  }
};

struct lcm : binary {
  static constexpr unsigned on = types::integral;
  template <std::integral T> static T value(T a, T b) {
    const T y = static_cast<T>(safe_quotient(a, gcd::value(a, b)) * b);
    return y < 0 ? static_cast<T>(-y) : y;
  }
};

using division_formulas = list<floor_divide, trunc_divide, remainder, fmod, gcd, lcm>;

}  // namespace gradus::kernels::GRADUS_ISA
