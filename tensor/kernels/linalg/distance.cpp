#include "tensor/kernels/linalg/distance.h"

#include "tensor/kernels/reduce/power_terms.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

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

}  // namespace

}  // namespace reduce

constinit const DistanceTable distance_table = {
    .distance = &reduce::distance,
    .distance_slope = &reduce::distance_slope,
};

}  // namespace gradus::kernels::GRADUS_ISA
