// Power sums, moments and sums of exponentials: folds in double, so that a float's square can
// neither overflow nor lose its low bits.
#include <math.h>

#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

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
struct Largest : Absolute {
  template <class V>
  V merge(V a, V b) const {
    return larger(a, b);
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

using D = batch<double>;
constexpr int64_t W = lanes<double>;
static_assert(distance_lanes % W == 0);

// K batches of columns, of all rows.
template <int K, class Op, class Root>
void distance_strip(Op op, Root root, const double* a, const double* b, double* y,
                    const DistanceShape& s) {
  for (int64_t i = 0; i < s.rows; ++i, a += s.n, y += s.columns) {
    D sum[K];
    for (int q = 0; q < K; ++q) sum[q] = D(0.0);
    for (int64_t k = 0; k < s.n; ++k) {
      const D x(a[k]);
      for (int q = 0; q < K; ++q)
        sum[q] = op.merge(sum[q], op.map(x - D::load_unaligned(b + k * s.columns + q * W), D(0.0)));
    }
    for (int q = 0; q < K; ++q) root(sum[q]).store_unaligned(y + q * W);
  }
}

template <class Op, class Root>
void distances(Op op, Root root, const double* a, const double* b, double* y,
               const DistanceShape& s) {
  int64_t j = 0;
  for (; j + 4 * W <= s.columns; j += 4 * W) distance_strip<4>(op, root, a, b + j, y + j, s);
  for (; j < s.columns; j += W) distance_strip<1>(op, root, a, b + j, y + j, s);
}

// slope(d, y): what stands beside w.
template <class Slope>
void distance_slopes(Slope slope, const double* a, const double* b, const double* w,
                     const double* y, double* da, const DistanceShape& s) {
  for (int64_t i = 0; i < s.rows; ++i, w += s.columns, y += s.columns)
    for (int64_t k = 0; k < s.n; ++k) {
      const D x(*a++);
      D sum(0.0);
      for (int64_t j = 0; j < s.columns; j += W) {
        const D d = x - D::load_unaligned(b + k * s.columns + j);
        const D weight = D::load_unaligned(w + j);  // of none, a difference may be nan
        sum = sum + choose(weight == D(0.0), weight, weight * slope(d, y + j));
      }
      *da++ = merge_lanes<W / 2>(Square{}, sum);
    }
}

void distance(const double* a, const double* b, double* y, double p, const DistanceShape& s) {
  const auto as_is = [](D v) { return v; };
  if (p == 0) return distances(Count{}, as_is, a, b, y, s);
  if (p == 1) return distances(Absolute{}, as_is, a, b, y, s);
  if (p == 2)
    return distances(
        Square{}, [](D v) { return simd::sqrt(v); }, a, b, y, s);
  if (p == highest<double>) return distances(Largest{}, as_is, a, b, y, s);
  const auto root = [p](D v) { return simd::pow(v, D(1 / p)); };
  if (p == 3) return distances(Cube{}, root, a, b, y, s);
  distances(Power{{}, p}, root, a, b, y, s);
}

void distance_slope(const double* a, const double* b, const double* w, const double* y, double* da,
                    double p, const DistanceShape& s) {
  const auto sign = [](D size, D d) {  // 0 and nan as they are
    return choose(d < D(0.0) || d > D(0.0), simd::copysign(size, d), d);
  };
  const auto run = [&](auto slope) { distance_slopes(slope, a, b, w, y, da, s); };
  if (p == 1) return run([=](D d, const double*) { return sign(D(1.0), d); });
  if (p == 2) return run([=](D d, const double*) { return d; });
  if (p == 3)
    return run([=](D d, const double* inverse) {
      const D share = d * D::load_unaligned(inverse);
      return sign(share * share, d);
    });
  if (p == highest<double>)
    return run([=](D d, const double* longest) {
      return choose(magnitude(d) >= D::load_unaligned(longest), sign(D(1.0), d), D(0.0));
    });
  run([=](D d, const double* inverse) {
    return sign(simd::pow(magnitude(d) * D::load_unaligned(inverse), D(p - 1)), d);
  });
}

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
    .distance = &reduce::distance,
    .distance_slope = &reduce::distance_slope,
};

}  // namespace gradus::kernels::GRADUS_ISA
