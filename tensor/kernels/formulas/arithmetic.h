// Sums, products and quotients.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct add : binary {  // y = a + b
  static constexpr unsigned on = types::all;
  template <class V> static V value(V a, V b) { return static_cast<V>(a + b); }
  template <class V> static V slope_a(V, V, V) { return V(1); }
  template <class V> static V slope_b(V, V, V) { return V(1); }
};

struct sub : binary {  // y = a - b
  static constexpr unsigned on = types::floating | types::integral;
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
  static constexpr unsigned keep_a = saves::b, keep_b = saves::b | saves::output;
  template <class V> static V value(V a, V b) { return a / b; }
  template <class V> static V slope_a(V, V b, V) { return V(1) / b; }
  template <class V> static V slope_b(V, V b, V y) { return -y / b; }
};

using arithmetic_formulas = list<add, sub, mul, div>;

}  // namespace gradus::kernels::GRADUS_ISA
