// The scaled complementary error function and what is made of it: the normal distribution's
// logarithm and its inverse.
#include <cmath>
#include <limits>

#include "tensor/kernels/chebyshev.h"
#include "tensor/kernels/chebyshev_tables.h"
#include "tensor/kernels/special.h"

namespace gradus::kernels::special {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double sqrt_half = 0.70710678118654752440;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// e^(sign x^2): the rounding of x^2 would count as much as x^2 is large.
double exp_square(double x, double sign) {
  const double high = x * x, low = std::fma(x, x, -high), y = std::exp(sign * high);
  return y == 0 || y == inf ? y : y * (1 + sign * low);
}

}  // namespace

double erfcx(double x) {
  if (x < 0) return 2 * exp_square(x, 1) - erfcx(-x);
  if (!(x < inf)) return 1 / x;
  return chebyshev::sum(chebyshev::erfcx_all, (x - 3) / (x + 3)) / (1 + 2 * x);
}

double log_ndtr(double x) {
  if (x < -1) return x == -inf ? -inf : std::log(erfcx(-x * sqrt_half) / 2) - x * x / 2;
  if (x < 0) return std::log1p(-std::erfc(x * sqrt_half) / 2);
  // e^(-x^2 / 2), with x^2 / 2 as two numbers.
  const double half = x / 2, high = half * x, low = std::fma(half, x, -high);
  if (!(high < 745)) return x == x ? -0.0 : x;
  return std::log1p(-erfcx(x * sqrt_half) / 2 * std::exp(-high) * (1 - low));
}

// Around 1/2 by erfinv, whose argument is exact there. Of a small p Newton's iteration on log p,
// which is nearly a parabola of the result, with Halley's term.
double ndtri(double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? -inf : p == 1 ? inf : nan;
  if (p > 0.5) return -ndtri(1 - p);
  if (p >= 0.25) return std::sqrt(2.0) * erfinv(2 * p - 1);
  const double wanted = std::log(p), tail = std::sqrt(-2 * wanted);
  double x = -tail + std::log(tail * tail + 2) / (2 * tail);
  for (int i = 0; i < 5; ++i) {
    const double excess = log_ndtr(x) - wanted;
    const double slope = std::sqrt(2 / pi) / erfcx(-x * sqrt_half);  // pdf / cdf
    const double step = excess / slope;
    x -= step / (1 + step * (x + slope) / 2);
    if (std::abs(step) < 1e-9 * std::abs(x)) break;
  }
  return x;
}

}  // namespace gradus::kernels::special
