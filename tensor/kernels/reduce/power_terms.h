// The folds of |x|^p, in double, for sums of powers and for distances.
#pragma once

#include "tensor/kernels/reduce/fold.h"

namespace gradus::kernels::GRADUS_ISA::reduce {

struct InDouble {
  template <class T>
  using Acc = double;
  template <class A>
  A pad(A) const {
    return A(0);
  }
  template <class V>
  V merge(V a, V b) const {
    return a + b;
  }
};

template <class V>
V magnitude(V x) {
  if constexpr (std::is_floating_point_v<V>)
    return x < 0 ? -x : x;
  else
    return simd::abs(x);
}

struct Count : InDouble {
  template <class V>
  V map(V x, V) const {
    return choose(x == V(0), V(0), V(1));
  }
};
struct Absolute : InDouble {
  template <class V>
  V map(V x, V) const {
    return magnitude(x);
  }
};
struct Square : InDouble {
  template <class V>
  V map(V x, V) const {
    return x * x;
  }
};
struct Cube : InDouble {
  template <class V>
  V map(V x, V) const {
    return magnitude(x) * (x * x);
  }
};
struct Largest : Absolute {
  template <class V>
  V merge(V a, V b) const {
    return larger(a, b);
  }
};
struct Power : InDouble {
  double p;
  template <class A>
  A pad(A) const {
    return p < 0 ? highest<A> : A(0);
  }
  batch<double> map(batch<double> x, batch<double>) const {
    return simd::pow(magnitude(x), batch<double>(p));
  }
  double map(double x, double c) const { return map(batch<double>(x), batch<double>(c)).get(0); }
};

}  // namespace gradus::kernels::GRADUS_ISA::reduce
