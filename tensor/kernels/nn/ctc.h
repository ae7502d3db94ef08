// What connectionist temporal classification does to logarithms of probabilities along an example's
// labels, a time at a time; in double.
#pragma once

#include <cstdint>

#include "tensor/kernels/isa.h"

namespace gradus::kernels {

struct CtcKernels {
  // y[s] = log(exp x[s] + exp x[s + by] + exp(x[s + 2 by] + skip[s])), of which by is 1 or -1 and x
  // goes on for two elements behind or before its n; z = y + seen.
  void (*step)(int64_t n, const double* x, int64_t by, const double* skip, const double* seen,
               double* y, double* z);
  // y = exp(a + b + c) for sums that are hardly above 0; 0 where that would be no normal number.
  void (*weights)(int64_t n, const double* a, const double* b, double c, double* y);
  // y = exp x
  void (*exponentials)(int64_t n, const double* x, double* y);
};

}  // namespace gradus::kernels
