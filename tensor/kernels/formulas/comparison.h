// Comparisons and predicates, of any type to bool.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

template <int n> struct to_bool_formula : formula<n> {
  static constexpr unsigned on = types::all;
  static constexpr bool to_bool = true;
  // Value is also called with batches of int32_t and int64_t.
  static constexpr bool integer_batches = n == 2;
};
using predicate = to_bool_formula<1>;
using connective = to_bool_formula<2>;
// Written in place over numbers, a comparison leaves steps.
struct comparison : to_bool_formula<2> {
  static constexpr bool steps = true;
};

struct eq : comparison {
  template <class V> static auto value(V a, V b) { return a == b; }
};

struct ne : comparison {
  template <class V> static auto value(V a, V b) { return a != b; }
};

struct lt : comparison {
  template <class V> static auto value(V a, V b) { return a < b; }
};

struct le : comparison {
  template <class V> static auto value(V a, V b) { return a <= b; }
};

struct gt : comparison {
  template <class V> static auto value(V a, V b) { return a > b; }
};

struct ge : comparison {
  template <class V> static auto value(V a, V b) { return a >= b; }
};

struct logical_and : connective {
  template <class V> static auto value(V a, V b) { return a != V(0) && b != V(0); }
};

struct logical_or : connective {
  template <class V> static auto value(V a, V b) { return a != V(0) || b != V(0); }
};

struct logical_xor : connective {
  template <class V> static auto value(V a, V b) { return differ(a != V(0), b != V(0)); }
};

struct logical_not : predicate {
  static constexpr bool integer_batches = true;
  template <class V> static auto value(V x) { return x == V(0); }
};

struct isnan : predicate {
  template <class V> static auto value(V x) { return x != x; }
};

struct isinf : predicate {
  template <class V> static auto value(V x) { return math::abs(x) == math::infinity(x); }
  template <std::integral T> static bool value(T) { return false; }
};

struct isposinf : predicate {
  template <class V> static auto value(V x) { return x == math::infinity(x); }
  template <std::integral T> static bool value(T) { return false; }
};

struct isneginf : predicate {
  template <class V> static auto value(V x) { return x == -math::infinity(x); }
  template <std::integral T> static bool value(T) { return false; }
};

struct isfinite : predicate {
  template <class V> static auto value(V x) { return math::abs(x) < math::infinity(x); }
  template <std::integral T> static bool value(T) { return true; }
};

struct signbit : predicate {
  template <class V> static auto value(V x) { return math::copysign(V(1), x) < V(0); }
  template <std::integral T> static bool value(T x) { return x < T(0); }
  static bool value(bool) { return false; }
};

using comparison_formulas = list<eq, ne, lt, le, gt, ge, logical_and, logical_or, logical_xor,
                                 logical_not, isnan, isinf, isposinf, isneginf, isfinite, signbit>;

}  // namespace gradus::kernels::GRADUS_ISA
