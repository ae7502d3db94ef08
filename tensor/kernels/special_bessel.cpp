// Bessel functions of order 0 and 1, and Airy's function: near the origin by series in x^2, far
// from it by amplitudes and phases (10.17, 10.40, 9.7 of the NIST Digital Library of Mathematical
// Functions), all fitted by tests/reference/fit_chebyshev.py.
#include <cmath>
#include <limits>

#include "tensor/kernels/chebyshev.h"
#include "tensor/kernels/chebyshev_tables.h"
#include "tensor/kernels/special.h"

namespace gradus::kernels::special {
namespace {

using chebyshev::sum;

constexpr double pi = 3.14159265358979323846;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Up to here the series, from here on the asymptotic forms.
constexpr double near_end = 8;

// Of x > 8: sin x + cos x and sin x - cos x, which are sqrt(2) times the sine and cosine of x and a
// quarter turn, over sqrt(pi x); and P and Q of that order.
struct Wave {
  double plus, minus, p, q;
  Wave(int order, double x) {
    const double s = std::sin(x), c = std::cos(x), size = 1 / std::sqrt(pi * x), r = near_end / x;
    plus = (s + c) * size, minus = (s - c) * size;
    const double z = 2 * r * r - 1;
    p = order == 0 ? sum(chebyshev::p0_far, z) : sum(chebyshev::p1_far, z);
    q = (order == 0 ? sum(chebyshev::q0_far, z) : sum(chebyshev::q1_far, z)) / x;
  }
};

// Sums in x^2 up to 2 and up to `near_end`.
template <std::size_t m, std::size_t n>
double near_sum(const double (&least)[m], const double (&less)[n], double x) {
  if (x <= 2) return sum(least, x * x / 2 - 1);
  return sum(less, x * x / (near_end * near_end / 2) - 1);
}

// I0(x), and I1(x) / x, for x <= 2.
double power_series(int order, double x) {
  const double t = x * x / 4;
  double term = order == 0 ? 1 : 0.5, y = 0;
  for (int k = 1; k < 16; ++k) y += term *= t / (k * (k + order));
  return y + (order == 0 ? 1 : 0.5);
}

}  // namespace

double bessel_j0(double x) {
  x = std::abs(x);
  if (x <= near_end) return near_sum(chebyshev::j0_least, chebyshev::j0_near, x);
  if (!(x < inf)) return x - x;
  const Wave w(0, x);
  return w.p * w.plus - w.q * w.minus;
}
double bessel_j1(double x) {
  const double z = std::abs(x);
  if (z <= near_end) return x * near_sum(chebyshev::j1_least, chebyshev::j1_near, z);
  if (!(z < inf)) return x - x;
  const Wave w(1, z);
  return std::copysign(1.0, x) * (w.p * w.minus + w.q * w.plus);
}
double bessel_y0(double x) {
  if (!(x > 0)) return x == 0 ? -inf : nan;
  if (x <= near_end)
    return near_sum(chebyshev::y0_least, chebyshev::y0_near, x) +
           2 / pi * std::log(x) * bessel_j0(x);
  if (!(x < inf)) return x - x;
  const Wave w(0, x);
  return w.p * w.minus + w.q * w.plus;
}
double bessel_y1(double x) {
  if (!(x > 0)) return x == 0 ? -inf : nan;
  if (x <= near_end)
    return x * near_sum(chebyshev::y1_least, chebyshev::y1_near, x) +
           2 / pi * (std::log(x) * bessel_j1(x) - 1 / x);
  if (!(x < inf)) return x - x;
  const Wave w(1, x);
  return w.q * w.minus - w.p * w.plus;
}

double scaled_modified_bessel_k0(double x) {
  if (!(x > 0)) return x == 0 ? inf : nan;
  if (x > 2) return sum(chebyshev::k0_far, 4 / x - 1) / std::sqrt(x);
  return std::exp(x) * modified_bessel_k0(x);
}
double scaled_modified_bessel_k1(double x) {
  if (!(x > 0)) return x == 0 ? inf : nan;
  if (x > 2) return sum(chebyshev::k1_far, 4 / x - 1) / std::sqrt(x);
  return std::exp(x) * modified_bessel_k1(x);
}
double modified_bessel_k0(double x) {
  if (!(x > 0)) return x == 0 ? inf : nan;
  if (x > 2) return std::exp(-x) * scaled_modified_bessel_k0(x);
  return sum(chebyshev::k0_near, x * x / 2 - 1) - std::log(x / 2) * power_series(0, x);
}
double modified_bessel_k1(double x) {
  if (!(x > 0)) return x == 0 ? inf : nan;
  if (x > 2) return std::exp(-x) * scaled_modified_bessel_k1(x);
  return x * sum(chebyshev::k1_near, x * x / 2 - 1) +
         (std::log(x / 2) * x * power_series(1, x) + 1 / x);
}

double spherical_bessel_j0(double x) {
  if (x == 0) return 1;
  return std::isinf(x) ? 0 : std::sin(x) / x;
}

namespace {

// 2/3 z^(3/2) as a sum of two numbers: the phase and the exponent of Airy's functions, whose
// rounding would count as much as it is large.
struct Zeta {
  double high, low;
  explicit Zeta(double z) {
    const double root = std::sqrt(z), root_low = std::fma(-root, root, z) / (2 * root);
    const double product = z * root, product_low = std::fma(z, root, -product) + z * root_low;
    high = 2 * product / 3;
    low = (std::fma(-3, high, 2 * product) + 2 * product_low) / 3;
  }
};
const double zeta_2 = 2.0 / 3 * 2 * std::sqrt(2.0), zeta_8 = 2.0 / 3 * 8 * std::sqrt(8.0);

// Of the turning side, z = -x > 8: the sine and the cosine of zeta + pi/4 over sqrt(pi), and the
// variable of the amplitudes.
struct Turning {
  double sine, cosine, t;
  Zeta zeta;
  explicit Turning(double z) : zeta(z) {
    const double s = std::sin(zeta.high), c = std::cos(zeta.high);
    const double size = 1 / std::sqrt(2 * pi);
    const double plus = (s + c) * size, minus = (c - s) * size;
    sine = plus + minus * zeta.low, cosine = minus - plus * zeta.low;
    const double r = zeta_8 / zeta.high;
    t = 2 * r * r - 1;
  }
};

// e^-zeta / (2 sqrt(pi))
double decay(const Zeta& z) { return std::exp(-z.high) * (1 - z.low) / (2 * std::sqrt(pi)); }

}  // namespace

double airy_ai(double x) {
  if (x == inf) return 0;
  if (!(x > -inf)) return x == x ? 0 : nan;
  if (x > 2) {
    const Zeta z(x);
    return decay(z) * sum(chebyshev::ai_far, 2 * zeta_2 / z.high - 1) / std::sqrt(std::sqrt(x));
  }
  if (x > 1) return sum(chebyshev::ai_from_1, x, 1, 2);
  if (x > 0) return sum(chebyshev::ai_from_0, x, 0, 1);
  if (x > -2) return sum(chebyshev::ai_from_minus_2, x, -2, 0);
  if (x > -4) return sum(chebyshev::ai_from_minus_4, x, -4, -2);
  if (x > -6) return sum(chebyshev::ai_from_minus_6, x, -6, -4);
  if (x > -8) return sum(chebyshev::ai_from_minus_8, x, -8, -6);
  const Turning w(-x);
  return (sum(chebyshev::ai_p, w.t) * w.sine + sum(chebyshev::ai_q, w.t) / w.zeta.high * w.cosine) /
         std::sqrt(std::sqrt(-x));
}

double airy_ai_prime(double x) {
  if (x == inf) return 0;
  if (!(x > -inf)) return nan;
  if (x > 2) {
    const Zeta z(x);
    return -decay(z) * sum(chebyshev::ai_prime_far, 2 * zeta_2 / z.high - 1) *
           std::sqrt(std::sqrt(x));
  }
  if (x > 1) return sum(chebyshev::ai_prime_from_1, x, 1, 2);
  if (x > 0) return sum(chebyshev::ai_prime_from_0, x, 0, 1);
  if (x > -2) return sum(chebyshev::ai_prime_from_minus_2, x, -2, 0);
  if (x > -4) return sum(chebyshev::ai_prime_from_minus_4, x, -4, -2);
  if (x > -6) return sum(chebyshev::ai_prime_from_minus_6, x, -6, -4);
  if (x > -8) return sum(chebyshev::ai_prime_from_minus_8, x, -8, -6);
  const Turning w(-x);
  return (sum(chebyshev::ai_prime_q, w.t) / w.zeta.high * w.sine -
          sum(chebyshev::ai_prime_p, w.t) * w.cosine) *
         std::sqrt(std::sqrt(-x));
}

}  // namespace gradus::kernels::special
