// What a formula declares about itself. A formula is a struct with
//
//   value(x)  value(a, b)  value(a, b, c) ...  y, generic in V
//   slope(x, y)                                dy/dx of a unary formula
//   slope_a(a, b, y), slope_b(a, b, y)         dy/da, dy/db of a binary one; slope_c, and d, if
//   more
//
// V is xsimd::batch<float or double> in a kernel, double in tests, a taped tensor in autograd; for
// integers and bool, value is called with the plain element type, or see integer_batches. An
// operand without a slope is a parameter: no gradient flows into it. Slopes at kinks are PyTorch's.
//
// A slope is differentiated again: what a select hides must have finite derivatives too, since the
// 0 that flows to the hidden side makes nan of an infinite one. So the operand is replaced before,
// as in `select(x == V(0), V(0), f(select(x == V(0), V(1), x)))`.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

#include "tensor/kernels/math.h"
#include "tensor/kernels/types.h"

namespace gradus::kernels::GRADUS_ISA {

// What a slope reads: inputs and output as a set. What is not in the set is not saved, and the
// slope is called with zero in its place.
namespace saves {
enum : unsigned { none = 0, a = 1, b = 2, c = 4, d = 8, input = a, output = 16 };
}

// Element types that a formula takes, as a set of 1 << ScalarType.
namespace types {
enum : unsigned { boolean = 0x01, integral = 0x0e, floating = 0x30, numeric = 0x3e, all = 0x3f };
}

template <int n> struct formula {
  static constexpr int arity = n;
  static constexpr unsigned on = types::floating;
  static constexpr bool to_bool = false, integer_batches = false;
  // Whether a slope made of steps counts as read from the operands all the same: see
  // autograd::linked().
  static constexpr bool linked = false;
  // Whether all slopes are 0, without being written down: steps.
  static constexpr bool steps = false;
  static constexpr unsigned keep = saves::none;
  static constexpr unsigned keep_a = saves::none, keep_b = saves::none, keep_c = saves::none;
};
using unary = formula<1>;
using binary = formula<2>;
using ternary = formula<3>;
using quaternary = formula<4>;

template <class F>
concept has_slope_a = requires {
  &F::template slope<double>;
}
|| requires { &F::template slope_a<double>; };
template <class F>
concept has_slope_b = requires {
  &F::template slope_b<double>;
};
template <class F>
concept has_slope_c = requires {
  &F::template slope_c<double>;
};

// The set that the slope with respect to operand i reads.
template <class F> constexpr unsigned keep_of(int i) {
  if (F::arity == 1) return F::keep;
  return i == 0 ? F::keep_a : i == 1 ? F::keep_b : F::keep_c;
}

// A constant that float cannot hold exactly.
template <class V> V constant(double x) {
  if constexpr (requires { typename V::value_type; }) {
    return V(static_cast<typename V::value_type>(x));
  } else {
    return V(x);
  }
}

// 1 where the condition holds, else 0.
template <class V, class Condition> V indicator(const Condition& c) {
  return math::select(c, V(1), V(0));
}

// Whether one of two conditions holds, not both.
template <class Condition> auto differ(const Condition& p, const Condition& q) {
  return (p && !q) || (q && !p);
}

// -1, 0 or 1; 0 for nan.
template <class V> V sign_of(const V& x) {
  return math::select(x > V(0), V(1), math::select(x < V(0), V(-1), V(0)));
}

// A product that leaves the normal numbers takes many times as long, also one that is added to a
// number where it is nothing: no exponential is taken below this.
inline constexpr int nothing_beside_one = -50;

// 1 / (1 + e^-x). On the tape it is one operation, whose slope does not overflow where e^-x does.
template <class V> V logistic(const V& x) {
  return V(1) / (V(1) + math::exp(math::max(-x, V(nothing_beside_one))));
}

namespace constants {
inline constexpr double pi = 3.14159265358979323846;
inline constexpr double ln2 = 0.69314718055994530942;
inline constexpr double ln10 = 2.30258509299404568402;
inline constexpr double sqrt_half = 0.70710678118654752440;
inline constexpr double two_over_sqrt_pi = 1.12837916709551257390;
inline constexpr double sqrt_two_over_pi = 0.79788456080286535588;
inline constexpr double one_over_sqrt_two_pi = 0.39894228040143267794;
constexpr double factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }
}  // namespace constants

template <class... F> struct list { static constexpr int size = sizeof...(F); };

template <class... L> struct concat;
template <class... F> struct concat<list<F...>> { using type = list<F...>; };
template <class... F, class... G, class... L> struct concat<list<F...>, list<G...>, L...>
    : concat<list<F..., G...>, L...> {};

// The position of F in a list, which must hold it.
template <class F, class L> inline constexpr int position = -1;
template <class F, class... G> inline constexpr int position<F, list<F, G...>> = 0;
template <class F, class H, class... G> inline constexpr int position<F, list<H, G...>> =
    1 + position<F, list<G...>>;

}  // namespace gradus::kernels::GRADUS_ISA
