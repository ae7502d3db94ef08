#include "tensor/kernels/special.h"

#include <cmath>
#include <limits>

#include "tensor/kernels/factorial.h"

namespace gradus::kernels::special {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// B(2k), k = 1, 2, ...
constexpr double bernoulli[] = {1.0 / 6,       -1.0 / 30,      1.0 / 42, -1.0 / 30,
                                5.0 / 66,      -691.0 / 2730,  7.0 / 6,  -3617.0 / 510,
                                43867.0 / 798, -174611.0 / 330};

// Hurwitz zeta, the sum of (q + k)^-s over k >= 0, for q > 0 and s > 1: the terms below a
// large enough number one by one, the rest by Euler and Maclaurin's formula.
double positive_zeta(double s, double q) {
  if (q == inf) return 0;
  double sum = 0;
  for (; q < s + 10; q += 1) {
    const double term = std::pow(q, -s);
    sum += term;
    if (!(term > epsilon / 16 * sum)) return sum;  // of a large s few count
  }
  const double power = std::pow(q, -s);
  sum += power * q / (s - 1) + power / 2;
  double factor = s / 2 * power / q;  // s (s+1) ... (s+2k-2) / (2k)! q^(-s-2k+1)
  for (int k = 1; k <= 10; ++k) {
    const double term = bernoulli[k - 1] * factor;
    sum += term;
    if (std::abs(term) < epsilon / 8 * std::abs(sum)) break;
    factor *= (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2) * q * q);
  }
  return sum;
}

// e^-|x| I_order(|x|), order 0 or 1: the power series, whose terms are all positive, or from 20 on
// the asymptotic one.
double scaled_bessel(int order, double x) {
  x = std::abs(x);
  double sum = 1, term = 1;
  if (x <= 20) {
    const double t = x * x / 4;
    for (int k = 1; term > epsilon / 8 * sum; ++k) sum += term *= t / (double(k) * (k + order));
    return std::exp(-x) * sum * (order == 1 ? x / 2 : 1);
  }
  for (int k = 1; std::abs(term) > epsilon / 8; ++k) {
    const double odd = 2 * k - 1;
    sum += term *= (odd * odd - 4 * order) / (8 * k * x);
  }
  return sum / std::sqrt(2 * pi * x);
}

double bessel(int order, double x) {
  const double root = std::exp(std::abs(x) / 2);  // e^|x| overflows before the product does
  return scaled_bessel(order, x) * root * root;
}

}  // namespace

double round_even(double x) { return std::nearbyint(x); }
float round_even(float x) { return std::nearbyint(x); }

double lgamma(double x) {
  int sign;  // not the C library's global
  return ::lgamma_r(x, &sign);
}

double digamma(double x) {
  if (x == 0) return std::copysign(inf, -x);
  if (x < 0) {
    if (x == std::floor(x)) return nan;
    return digamma(1 - x) - pi / std::tan(pi * (x - std::nearbyint(x)));
  }
  if (x == inf) return inf;
  double y = 0;
  for (; x < 10; x += 1) y -= 1 / x;
  const double z = 1 / (x * x);
  double series = 0;
  for (int k = 8; k >= 1; --k) series = (series + bernoulli[k - 1] / (2 * k)) * z;
  return y + std::log(x) - 0.5 / x - series;
}

// Below zero, with q = r - m and |r| <= 1/2: the terms above r, that of r and, mirrored, those
// below.
double zeta(double s, double q) {
  if (s == 1) return inf;
  if (!(s > 1) || std::isnan(q)) return nan;
  if (q > 0) return positive_zeta(s, q);
  if (q == std::floor(q)) return inf;
  if (s != std::floor(s)) return nan;
  const double r = q - std::nearbyint(q), sign = std::fmod(s, 2) == 0 ? 1 : -1;
  return positive_zeta(s, 1 + r) + std::pow(r, -s) +
         sign * (positive_zeta(s, 1 - r) - positive_zeta(s, 1 - q));
}

double polygamma(double n, double x) {
  if (n == 0) return digamma(x);
  const double sign = std::fmod(n, 2) == 0 ? -1 : 1;
  return sign * factorial(n) * zeta(n + 1, x);
}

// Winitzki's approximation, then Halley's iteration on erf or, where that is near 1, on erfc.
double erfinv(double x) {
  const double z = std::abs(x);
  if (z >= 1) return z == 1 ? std::copysign(inf, x) : nan;
  if (z < 1e-8) return x / std::sqrt(4 / pi);
  constexpr double a = 0.147;
  const double l = std::log1p(-x * x), t = 2 / (pi * a) + l / 2;
  double y = z < 1e-3 ? z / std::sqrt(4 / pi) : std::sqrt(std::sqrt(t * t - l / a) - t);
  for (int i = 0; i < 3; ++i) {
    const double excess = z < 0.5 ? std::erf(y) - z : (1 - z) - std::erfc(y);
    const double u = excess / (std::sqrt(4 / pi) * std::exp(-y * y));
    y -= u / (1 + y * u);
  }
  return std::copysign(y, x);
}

double i0(double x) { return bessel(0, x); }
double i0e(double x) { return scaled_bessel(0, x); }
double i1(double x) { return std::copysign(bessel(1, x), x); }
double i1e(double x) { return std::copysign(scaled_bessel(1, x), x); }

#define GRADUS_FLOAT(f) \
  float f(float x) { return static_cast<float>(f(static_cast<double>(x))); }
GRADUS_FLOAT(lgamma)
GRADUS_FLOAT(digamma)
GRADUS_FLOAT(erfinv)
GRADUS_FLOAT(i0)
GRADUS_FLOAT(i0e)
GRADUS_FLOAT(i1)
GRADUS_FLOAT(i1e)
#undef GRADUS_FLOAT

float zeta(float s, float q) {
  return static_cast<float>(zeta(static_cast<double>(s), static_cast<double>(q)));
}
float polygamma(float n, float x) {
  return static_cast<float>(polygamma(static_cast<double>(n), static_cast<double>(x)));
}

}  // namespace gradus::kernels::special
