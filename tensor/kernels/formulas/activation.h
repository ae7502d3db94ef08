// Activations of neural networks.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

// The logarithm of logistic(x).
template <class V> V log_logistic(const V& x) {
  const V z = math::select(x < V(0), math::max(x, V(nothing_beside_one)), -x);
  return math::select(x < V(0), x, V(0)) - math::log1p(math::exp(z));
}

struct sigmoid : unary {  // y = 1 / (1 + e^-x)
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return logistic(x); }
  template <class V> static V slope(V, V y) { return y * (V(1) - y); }
};

struct log_sigmoid : unary {  // y = -log(1 + e^-x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return log_logistic(x); }
  template <class V> static V slope(V x, V) { return logistic(-x); }
};

struct relu : unary {  // y = max(x, 0)
  static constexpr bool linked = true;
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::select(x < V(0), V(0), x); }
  template <class V> static V slope(V, V y) { return math::select(y <= V(0), V(0), V(1)); }
};

struct hardtanh : ternary {  // a, at least b and then at most c; the slope at the bounds is 0
  static constexpr bool linked = true;
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_a = saves::a | saves::b | saves::c;
  template <class V> static V value(V a, V b, V c) {
    const V least = math::select(a < b, b, a);
    return math::select(least > c, c, least);
  }
  template <class V> static V slope_a(V a, V b, V c, V) {
    return math::select(a <= b || a >= c, V(0), V(1));
  }
};

struct threshold : ternary {  // a above b, else c
  static constexpr bool linked = true;
  static constexpr unsigned on = types::numeric;
  static constexpr unsigned keep_a = saves::a | saves::b;
  template <class V> static V value(V a, V b, V c) { return math::select(a <= b, c, a); }
  template <class V> static V slope_a(V a, V b, V, V) { return math::select(a <= b, V(0), V(1)); }
};

struct leaky_relu : binary {  // a above 0, else b a; also prelu, whose b is learned
  static constexpr bool linked = true;
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a;
  template <class V> static V value(V a, V b) { return math::select(a > V(0), a, a * b); }
  template <class V> static V slope_a(V a, V b, V) { return math::select(a > V(0), V(1), b); }
  template <class V> static V slope_b(V a, V, V) { return math::select(a > V(0), V(0), a); }
};

struct elu : quaternary {  // c a above 0, else b c (e^(d a) - 1)
  static constexpr unsigned keep_a = saves::a | saves::b | saves::c | saves::d;
  template <class V> static V value(V a, V b, V c, V d) {
    return math::select(a < V(0), math::expm1(a * d) * (b * c), a * c);
  }
  // Above 0 the exponential is not taken of a: it may overflow, and 0 times infinity is no 0.
  template <class V> static V slope_a(V a, V b, V c, V d, V) {
    const V below = math::select(a >= V(0), V(0), a);
    return math::select(a > V(0), c, math::exp(below * d) * (b * c) * d);
  }
};

struct silu : unary {  // y = x sigmoid(x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) {
    return x / (V(1) + math::exp(math::max(-x, V(nothing_beside_one))));
  }
  template <class V> static V slope(V x, V) {
    const V s = logistic(x);
    return s * (V(1) + x * (V(1) - s));
  }
};

struct gelu : unary {  // y = x P(a standard normal number is below x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return x * math::normal_cdf(x); }
  template <class V> static V slope(V x, V) {
    // On the right the density is nothing beside 1, and on the left none that is a normal number.
    const V z = math::select(x > V(10) && x < V(1e30f), V(10), x);
    const V power = math::select(x < constant<V>(left<V>()), V(-10000), V(-0.5) * z * z);
    const V density = constant<V>(constants::one_over_sqrt_two_pi) * math::exp(power);
    return math::normal_cdf(x) + z * density;
  }
  template <class V> static constexpr double left() {
    if constexpr (requires { typename V::value_type; }) {
      if (sizeof(typename V::value_type) == 4) return -12.9;
    }
    return -37.4;
  }
};

struct gelu_tanh : unary {  // y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
  static constexpr unsigned keep = saves::input;
  template <class V> static V inner(V x) {
    return constant<V>(constants::sqrt_two_over_pi) * (x + constant<V>(0.044715) * x * x * x);
  }
  template <class V> static V value(V x) { return V(0.5) * x * (V(1) + math::tanh(inner(x))); }
  // Far out tanh is 1 and its slope 0, which must not meet an infinite x^2.
  template <class V> static V slope(V x, V) {
    const V z = math::select(math::abs(x) > V(32), math::copysign(V(32), x), x);
    const V t = math::tanh(inner(z));
    const V inner_slope =
        constant<V>(constants::sqrt_two_over_pi) * (V(1) + constant<V>(3 * 0.044715) * z * z);
    return V(0.5) * (V(1) + t) + V(0.5) * z * (V(1) - t * t) * inner_slope;
  }
};

struct mish : unary {  // y = x tanh(log(1 + e^x))
  static constexpr unsigned keep = saves::input;
  // tanh(log(1 + e^x)), which vanishes to +0, as ((1 + e^x)^2 - 1) / ((1 + e^x)^2 + 1).
  template <class V> static V gate(V x) {
    const V e = math::exp(math::select(x > V(30), V(30), x)), w = e * (e + V(2));
    return w / (w + V(2));
  }
  template <class V> static V value(V x) { return x * gate(x); }
  template <class V> static V slope(V x, V) {
    const V t = gate(x);
    return t + x * logistic(x) * ((V(1) - t) * (V(1) + t));
  }
};

struct softplus : ternary {  // log(1 + e^(b a)) / b, and a where b a > c
  static constexpr unsigned keep_a = saves::a | saves::b | saves::c;
  template <class V> static V value(V a, V b, V c) {
    return math::select(a * b > c, a, (V(0) - log_logistic(-(a * b))) / b);  // e^(b a) may overflow
  }
  template <class V> static V slope_a(V a, V b, V c, V) {
    return math::select(a * b > c, V(1), logistic(a * b));
  }
};

struct softsign : unary {  // y = x / (1 + |x|)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return x / (V(1) + math::abs(x)); }
  template <class V> static V slope(V x, V) {
    const V r = V(1) / (V(1) + math::abs(x));
    return r * r;
  }
};

struct hardsigmoid : unary {  // y = x/6 + 1/2, between 0 and 1
  static constexpr bool linked = true;
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) {
    const V t = x + V(3);
    return math::select(t < V(0), V(0), math::select(t > V(6), V(6), t)) / V(6);
  }
  template <class V> static V slope(V x, V) {
    return math::select(x > V(-3) && x < V(3), constant<V>(1.0 / 6), V(0));
  }
};

struct hardswish : unary {  // y = x hardsigmoid(x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) {
    const V t = x + V(3);
    return x * math::select(t < V(0), V(0), math::select(t > V(6), V(6), t)) / V(6);
  }
  template <class V> static V slope(V x, V) {
    const V inside = x / V(3) + V(0.5);
    return math::select(x <= V(-3), V(0), math::select(x >= V(3), V(1), inside));
  }
};

struct hardshrink : binary {  // a, but 0 between -b and b
  static constexpr bool linked = true;
  static constexpr unsigned keep_a = saves::a | saves::b;
  template <class V> static V value(V a, V b) { return math::select(a >= -b && a <= b, V(0), a); }
  template <class V> static V slope_a(V a, V b, V) {
    return math::select(a >= -b && a <= b, V(0), V(1));
  }
};

struct softshrink : binary {  // a moved towards 0 by b, at most to 0
  static constexpr bool linked = true;
  static constexpr unsigned keep_a = saves::a | saves::b;
  template <class V> static V value(V a, V b) {
    return math::select(a > b, a - b, math::select(a < -b, a + b, a * V(0)));
  }
  template <class V> static V slope_a(V a, V b, V) {
    return math::select(a >= -b && a <= b, V(0), V(1));
  }
};

using activation_formulas =
    list<sigmoid, log_sigmoid, relu, hardtanh, threshold, leaky_relu, elu, silu, gelu, gelu_tanh,
         mish, softplus, softsign, hardsigmoid, hardswish, hardshrink, softshrink>;

}  // namespace gradus::kernels::GRADUS_ISA
