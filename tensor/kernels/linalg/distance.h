// Distances between the rows of two matrices, in double.
#pragma once

#include "tensor/kernels/isa.h"
#include "tensor/kernels/types.h"

namespace gradus::kernels {

// Of the rows of a, [rows, n], and the columns of b, [n, columns]; all dense, `columns` a multiple
// of distance_lanes.
inline constexpr int64_t distance_lanes = 8;
struct DistanceShape {
  int64_t rows, n, columns;
};
using DistanceFn = void(const double* a, const double* b, double* y, double p,
                        const DistanceShape&);
using DistanceSlopeFn = void(const double* a, const double* b, const double* w, const double* y,
                             double* da, double p, const DistanceShape&);

struct DistanceTable {
  // y[i, j] = (sum of |a[i, k] - b[k, j]|^p over k)^(1/p); the number of those that differ for p =
  // 0, the largest for p = inf.
  DistanceFn* distance;
  // da[i, k] = sum of w[i, j] sgn(d) (|d| y[i, j])^(p-1) over j, where d = a[i, k] - b[k, j] and y
  // the inverse of the distance; for p = 2 of w[i, j] d, for p = inf of w[i, j] sgn(d) where |d| >=
  // y[i, j]. p > 0. Nothing where w is 0.
  DistanceSlopeFn* distance_slope;
};

namespace GRADUS_ISA {
extern const DistanceTable distance_table;
}  // namespace GRADUS_ISA

}  // namespace gradus::kernels
