// Power sums, moments and sums of exponentials: folds in double, so that a float's square can
// neither overflow nor lose its low bits.
#include <math.h>

#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/reduce/power_terms.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

// Of x - c, and of its square.
struct Shifted : InDouble {
  template <class A>
  A pad(A c) const {
    return c;
  }
  template <class V>
  V map(V x, V c) const {
    return x - c;
  }
};
struct Deviation : Shifted {
  template <class V>
  V map(V x, V mean) const {
    return (x - mean) * (x - mean);
  }
};
struct Smallest : Min {
  template <class T>
  using Acc = double;
  template <class V>
  V map(V x, V) const {
    return magnitude(x);
  }
};

struct SumExp {
  template <class T>
  using Acc = T;
  template <class A>
  A pad(A) const {
    return lowest<A>;
  }
  template <class V>
  V map(V x, V max) const {
    if constexpr (std::is_floating_point_v<V>)
      return V(::exp(double(x - max)));
    else
      return simd::exp(x - max);
  }
  template <class V>
  V merge(V a, V b) const {
    return a + b;
  }
};

template <class T>
void power(const void* x, double* y, double p, const ReduceShape& s) {
  auto run = [&](auto op) { fold(op, static_cast<const T*>(x), y, s); };
  if (p == 0) return run(Count{});
  if (p == 1) return run(Absolute{});
  if (p == 2) return run(Square{});
  if (p == 3) return run(Cube{});
  if (p == highest<double>) return run(Largest{});
  if (p == lowest<double>) return run(Smallest{});
  run(Power{{}, p});
}

template <class T>
void moments(const void* x, double* mean, double* m2, const ReduceShape& s) {
  ReduceShape one = s;
  one.outer = 1;
  for (int64_t o = 0; o < s.outer; ++o, mean += s.inner, m2 += s.inner) {
    const T* part = reinterpret_cast<const T*>(at(x, o * s.outer_step));
    // Taken from the first element on, the mean of equal numbers is exact.
    for (int64_t i = 0; i < s.inner; ++i)
      mean[i] = double(*reinterpret_cast<const T*>(at(part, i * s.inner_step)));
    fold(Shifted{}, part, m2, one, mean);
    for (int64_t i = 0; i < s.inner; ++i) mean[i] += m2[i] / double(s.n);
    fold(Deviation{}, part, m2, one, mean);
  }
}

template <class T>
void logsumexp(const void* x, void* max, void* sum, const ReduceShape& s) {
  ReduceShape one = s;
  one.outer = 1;
  auto *m = static_cast<T*>(max), *y = static_cast<T*>(sum);
  for (int64_t o = 0; o < s.outer; ++o, m += s.inner, y += s.inner) {
    const T* part = reinterpret_cast<const T*>(at(x, o * s.outer_step));
    fold(Max{}, part, m, one);
    for (int64_t i = 0; i < s.inner; ++i)
      if (magnitude(m[i]) == highest<T>) m[i] = 0;
    fold(SumExp{}, part, y, one, static_cast<const T*>(m));
  }
}

}  // namespace

}  // namespace reduce

constinit const PowerTable power_table = {
    .power = GRADUS_FLOAT_TYPES(reduce::power),
    .moments = GRADUS_FLOAT_TYPES(reduce::moments),
    .logsumexp = GRADUS_FLOAT_TYPES(reduce::logsumexp),
};

}  // namespace gradus::kernels::GRADUS_ISA
