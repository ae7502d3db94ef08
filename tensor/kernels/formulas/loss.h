// What losses sum up, of a prediction a and a target b.
#pragma once

#include "tensor/kernels/formulas/activation.h"

namespace gradus::kernels::GRADUS_ISA {

struct squared_difference : binary {  // y = (a - b)^2
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = keep_a;
  template <class V> static V value(V a, V b) { return (a - b) * (a - b); }
  template <class V> static V slope_a(V a, V b, V) { return V(2) * (a - b); }
  template <class V> static V slope_b(V a, V b, V) { return V(-2) * (a - b); }
};

struct huber : ternary {  // with z = a - b: z^2/2 for |z| < c, else c (|z| - c/2)
  static constexpr unsigned keep_a = saves::a | saves::b | saves::c, keep_b = keep_a;
  template <class V> static V value(V a, V b, V c) {
    const V z = math::abs(a - b);
    return math::select(z < c, V(0.5) * z * z, c * (z - V(0.5) * c));
  }
  template <class V> static V slope_a(V a, V b, V c, V) {
    const V z = a - b;
    const V beyond = math::select(z > V(0), c, math::select(z < V(0), -c, z - z));  // nan of nan
    return math::select(math::abs(z) < c, z, beyond);
  }
  template <class V> static V slope_b(V a, V b, V c, V y) { return -slope_a(a, b, c, y); }
};

struct smooth_l1 : ternary {  // with z = a - b: z^2/(2c) for |z| < c, else |z| - c/2
  static constexpr unsigned keep_a = saves::a | saves::b | saves::c, keep_b = keep_a;
  template <class V> static V value(V a, V b, V c) {
    const V z = math::abs(a - b);
    return math::select(z < c, V(0.5) * z * z / c, z - V(0.5) * c);
  }
  template <class V> static V slope_a(V a, V b, V c, V) {
    const V z = a - b;
    return math::select(z <= -c, V(-1), math::select(z >= c, V(1), z / c));
  }
  template <class V> static V slope_b(V a, V b, V c, V y) { return -slope_a(a, b, c, y); }
};

struct cross_entropy : binary {  // y = -b log a - (1 - b) log(1 - a), logarithms at least -100
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a;
  template <class V> static V at_least(V x, V bound) { return math::select(x < bound, bound, x); }
  template <class V> static V value(V a, V b) {
    const V log_a = at_least(math::log(a), V(-100)), log_not_a = at_least(math::log1p(-a), V(-100));
    return (b - V(1)) * log_not_a - b * log_a;
  }
  template <class V> static V slope_a(V a, V b, V) {
    return (a - b) / at_least((V(1) - a) * a, constant<V>(1e-12));
  }
  template <class V> static V slope_b(V a, V, V) { return math::log1p(-a) - math::log(a); }
};

struct cross_entropy_of_logit : binary {  // the same of sigmoid(a)
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a;
  template <class V> static V value(V a, V b) {
    // Beyond, the logarithm is nothing beside what b leaves of a.
    const V z = math::select(a > V(60) && b != V(1), V(60), a);
    return (V(1) - b) * a - log_sigmoid::value(z);
  }
  template <class V> static V slope_a(V a, V b, V) { return logistic(a) - b; }
  template <class V> static V slope_b(V a, V, V) { return -a; }
};

using loss_formulas =
    list<squared_difference, huber, smooth_l1, cross_entropy, cross_entropy_of_logit>;

}  // namespace gradus::kernels::GRADUS_ISA
