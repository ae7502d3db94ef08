// Sums of Chebyshev's polynomials.
#pragma once

#include <cstddef>

namespace gradus::kernels::chebyshev {

// sum of c[k] T_k(t), -1 <= t <= 1, by Clenshaw's recurrence.
template <size_t n>
double sum(const double (&c)[n], double t) {
  double next = 0, after = 0;
  for (size_t k = n - 1; k > 0; --k) {
    const double now = c[k] + 2 * t * next - after;
    after = next;
    next = now;
  }
  return c[0] + t * next - after;
}
// The same for x in [low, high].
template <size_t n>
double sum(const double (&c)[n], double x, double low, double high) {
  return sum(c, ((x - low) - (high - x)) / (high - low));
}

}  // namespace gradus::kernels::chebyshev
