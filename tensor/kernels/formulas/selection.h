// The smaller and larger of numbers. All but fmax and fmin pass nan on.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

template <class V> V larger(const V& a, const V& b) {
  return math::select(b != b, b, math::max(a, b));
}
template <class V> V smaller(const V& a, const V& b) {
  return math::select(b != b, b, math::min(a, b));
}

struct maximum : binary {  // at a tie half the slope goes to each
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return larger(a, b); }
  template <class V> static V slope_a(V a, V b, V) {
    return math::select(a == b, V(0.5), math::select(a < b, V(0), V(1)));
  }
  template <class V> static V slope_b(V a, V b, V) {
    return math::select(a == b, V(0.5), math::select(b < a, V(0), V(1)));
  }
};

struct minimum : binary {
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return smaller(a, b); }
  template <class V> static V slope_a(V a, V b, V) {
    return math::select(a == b, V(0.5), math::select(b < a, V(0), V(1)));
  }
  template <class V> static V slope_b(V a, V b, V) {
    return math::select(a == b, V(0.5), math::select(a < b, V(0), V(1)));
  }
};

struct fmax : binary {  // nan only if both are; at a tie the slope is a's
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::select(a != a, b, math::max(a, b)); }
  template <class V> static V slope_a(V a, V b, V) { return indicator<V>(a >= b || b != b); }
  template <class V> static V slope_b(V a, V b, V) { return indicator<V>(!(a >= b || b != b)); }
};

struct fmin : binary {
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::select(a != a, b, math::min(a, b)); }
  template <class V> static V slope_a(V a, V b, V) { return indicator<V>(a <= b || b != b); }
  template <class V> static V slope_b(V a, V b, V) { return indicator<V>(!(a <= b || b != b)); }
};

struct clamp_min : binary {  // a, at least b; at a tie the slope is a's
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return larger(a, b); }
  template <class V> static V slope_a(V a, V b, V) { return indicator<V>(a >= b); }
  template <class V> static V slope_b(V a, V b, V) { return indicator<V>(a < b); }
};

struct clamp_max : binary {  // a, at most b
  static constexpr unsigned on = types::all;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return smaller(a, b); }
  template <class V> static V slope_a(V a, V b, V) { return indicator<V>(a <= b); }
  template <class V> static V slope_b(V a, V b, V) { return indicator<V>(a > b); }
};

struct clamp : ternary {  // a, at least b and then at most c
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_a = saves::a | saves::b | saves::c;
  static constexpr unsigned keep_b = keep_a, keep_c = keep_a;
  template <class V> static V value(V a, V b, V c) { return smaller(larger(a, b), c); }
  template <class V> static V slope_a(V a, V b, V c, V) { return indicator<V>(a >= b && a <= c); }
  template <class V> static V slope_b(V a, V b, V c, V) { return indicator<V>(a < b && b < c); }
  template <class V> static V slope_c(V a, V b, V c, V) { return indicator<V>(a > c || c < b); }
};

using selection_formulas = list<maximum, minimum, fmax, fmin, clamp_min, clamp_max, clamp>;

}  // namespace gradus::kernels::GRADUS_ISA
