// Exponentials and logarithms.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct exp : unary {
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::exp(x); }
  template <class V> static V slope(V, V y) { return y; }
};

struct exp2 : unary {
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::exp2(x); }
  template <class V> static V slope(V, V y) { return y * constant<V>(constants::ln2); }
};

struct expm1 : unary {  // y = e^x - 1
  static constexpr unsigned keep = saves::output;
  template <class V> static V value(V x) { return math::expm1(x); }
  template <class V> static V slope(V, V y) { return y + V(1); }
};

struct log : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::log(x); }
  template <class V> static V slope(V x, V) { return V(1) / x; }
};

struct log2 : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::log2(x); }
  template <class V> static V slope(V x, V) { return V(1) / (x * constant<V>(constants::ln2)); }
};

struct log10 : unary {
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::log10(x); }
  template <class V> static V slope(V x, V) { return V(1) / (x * constant<V>(constants::ln10)); }
};

struct log1p : unary {  // y = log(1 + x)
  static constexpr unsigned keep = saves::input;
  template <class V> static V value(V x) { return math::log1p(x); }
  template <class V> static V slope(V x, V) { return V(1) / (x + V(1)); }
};

struct xlogy : binary {  // y = a log b, 0 for a = 0
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) {
    return math::select(a == V(0) && b == b, V(0), a * math::log(b));
  }
  template <class V> static V slope_a(V a, V b, V) {
    const V safe = math::select(a == V(0) && b <= V(0), V(1), b);
    return math::select(a == V(0) && b <= V(0), V(0), math::log(safe));
  }
  template <class V> static V slope_b(V a, V b, V) {
    return a / math::select(a == V(0) && b == V(0), V(1), b);
  }
};

struct xlog1py : binary {  // y = a log(1 + b), 0 for a = 0
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) {
    return math::select(a == V(0) && b == b, V(0), a * math::log1p(b));
  }
  template <class V> static V slope_a(V a, V b, V) {
    const V safe = math::select(a == V(0) && b <= V(-1), V(1), b);
    return math::select(a == V(0) && b <= V(-1), V(0), math::log1p(safe));
  }
  template <class V> static V slope_b(V a, V b, V) {
    return a / math::select(a == V(0) && b == V(-1), V(1), b + V(1));
  }
};

// a - b, but 0 for equal infinities.
template <class V> V difference(const V& a, const V& b) {
  const auto infinite = a == b && a - a != V(0);
  return math::select(infinite, V(0), a) - math::select(infinite, V(0), b);
}

// At most 0: an exponent of what is added to m. It may end where the power is nothing beside m.
template <class V> V exponent_beside(const V& z, const V& m) {
  return math::select(math::abs(m) > constant<V>(1e-20), math::max(z, V(-85)), z);
}

struct logaddexp : binary {  // y = log(e^a + e^b)
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) {
    const V m = math::select(a < b, b, a);
    return m + math::log1p(math::exp(exponent_beside(-math::abs(difference(a, b)), m)));
  }
  template <class V> static V slope_a(V a, V b, V) { return logistic(difference(a, b)); }
  template <class V> static V slope_b(V a, V b, V) { return logistic(difference(b, a)); }
};

struct logaddexp2 : binary {  // y = log2(2^a + 2^b)
  static constexpr unsigned keep_a = saves::a | saves::b, keep_b = saves::a | saves::b;
  template <class V> static V value(V a, V b) {
    const V m = math::select(a < b, b, a);
    const V z = math::exp2(exponent_beside(-math::abs(difference(a, b)), m));
    return m + math::log1p(z) * constant<V>(1 / constants::ln2);
  }
  template <class V> static V slope_a(V a, V b, V) {
    return logistic(difference(a, b) * constant<V>(constants::ln2));
  }
  template <class V> static V slope_b(V a, V b, V y) { return slope_a(b, a, y); }
};

using exponential_formulas =
    list<exp, exp2, expm1, log, log2, log10, log1p, xlogy, xlog1py, logaddexp, logaddexp2>;

}  // namespace gradus::kernels::GRADUS_ISA
