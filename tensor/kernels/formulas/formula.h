// What a formula declares about itself. A formula is a struct with
//
//   value(x)  value(a, b)  value(a, b, c)      y, generic in V
//   slope(x, y)                                dy/dx of a unary formula
//   slope_a(a, b, y), slope_b(a, b, y)         dy/da, dy/db of a binary one; ternary: also slope_c
//
// V is xsimd::batch<float or double> in a kernel, double in tests, a taped tensor in autograd; for
// integers and bool, value is called with the plain element type. An operand without a slope is a
// parameter: no gradient flows into it.
#pragma once

#include <cstdint>

#include "tensor/kernels/math.h"
#include "tensor/kernels/types.h"

namespace gradus::kernels::GRADUS_ISA {

// What a slope reads: inputs and output as a set. What is not in the set is not saved, and the
// slope is called with zero in its place.
namespace saves {
enum : unsigned { none = 0, a = 1, b = 2, c = 4, input = a, output = 8, both = input | output };
}

// Element types that a formula takes, as a set of 1 << ScalarType.
namespace types {
enum : unsigned { boolean = 0x01, integral = 0x0e, floating = 0x30, all = 0x3f };
}

template <int n> struct formula {
  static constexpr int arity = n;
  static constexpr unsigned on = types::floating;
  static constexpr bool to_bool = false;
  static constexpr unsigned keep = saves::none;
  static constexpr unsigned keep_a = saves::none, keep_b = saves::none, keep_c = saves::none;
};
using unary = formula<1>;
using binary = formula<2>;
using ternary = formula<3>;

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
