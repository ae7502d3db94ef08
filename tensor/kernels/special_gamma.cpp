// The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P: sections 8.7
// (series), 8.9 (continued fraction) and 8.12 (uniform expansion for large a) of the NIST Digital
// Library of Mathematical Functions.
#include <cmath>
#include <limits>

#include "tensor/kernels/special.h"

namespace gradus::kernels::special {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// From here on by the uniform expansion, whose error is below a^-2.5 / 200; the series and the
// fraction take some 10 sqrt(a) terms.
constexpr double large = 1e5;

// m - log(1 + m)
double log1p_rest(double m) {
  if (std::abs(m) > 0.3) return m - std::log1p(m);
  // With r = m / (2 + m): log(1 + m) = 2 (r + r^3 / 3 + ...), and m - 2 r = m r.
  const double r = m / (2 + m), square = r * r;
  double tail = 0;
  for (int k = 27; k >= 3; k -= 2) tail = tail * square + 2.0 / k;
  return m * r - tail * square * r;
}

// log(gamma(a)) less Stirling's formula, a >= 10.
double stirling_rest(double a) {
  const double z = 1 / (a * a);
  return (1.0 / 12 -
          z * (1.0 / 360 -
               z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * 691.0 / 360360))))) /
         a;
}

// x^a e^-x / gamma(a + 1)
double factor(double a, double x) {
  if (a >= 10 && x < a / 8)
    return std::exp(a * std::log(x / a) + (a - x) - stirling_rest(a)) / std::sqrt(2 * pi * a);
  if (a >= 10) {
    // m = (x - a) / a and what rounding took from it, by which the exponent changes.
    const double d = x - a, d_low = a > x ? x - (d + a) : (x - d) - a;
    const double m = d / a, m_low = (std::fma(-m, a, d) + d_low) / a;
    const double exponent = -a * log1p_rest(m) - a * m_low * (m / (1 + m));
    return std::exp(exponent - stirling_rest(a)) / std::sqrt(2 * pi * a);
  }
  if (a > 1e-3 && x < 700 && x > 1e-30) return std::pow(x, a) * std::exp(-x) / std::tgamma(a + 1);
  return std::exp(a * std::log(x) - x - lgamma(a + 1));
}

// P = factor * (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...)
double lower_series(double a, double x) {
  double sum = 1, term = 1;
  for (double n = a + 1; term > epsilon / 4 * sum; n += 1) sum += term *= x / n;
  return factor(a, x) * sum;
}

// Q = factor * a / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...))), by
// Lentz's method.
double upper_fraction(double a, double x) {
  constexpr double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
  for (int i = 1; i < 100000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (std::abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (std::abs(c) < tiny) c = tiny;
    d = 1 / d;
    const double change = d * c;
    h *= change;
    if (std::abs(change - 1) < epsilon / 2) break;
  }
  return factor(a, x) * a * h;
}

// log(gamma(1 + a)), 0 <= a < 1/2: 25 terms of 5.7.3, with zeta(k) - 1.
double lgamma1p(double a) {
  static constexpr double zeta_less_one[] = {
      0.64493406684822643647, 0.20205690315959428540, 0.08232323371113819152,
      0.03692775514336992633, 0.01734306198444913971, 0.00834927738192282684,
      0.00407735619794433938, 0.00200839282608221442, 0.00099457512781808534,
      0.00049418860411946456, 0.00024608655330804830, 0.00012271334757848915,
      6.1248135058704829e-05, 3.0588236307020493e-05, 1.5282259408651872e-05,
      7.6371976378997622e-06, 3.8172932649998399e-06, 1.9082127165539390e-06,
      9.5396203387279611e-07, 4.7693298678780647e-07, 2.3845050272773299e-07,
      1.1921992596531107e-07, 5.9608189051259480e-08, 2.9803503514652281e-08,
      1.4901554828365042e-08};
  constexpr double euler = 0.57721566490153286061;
  double sum = 0;
  for (int k = 26; k >= 2; --k) sum = zeta_less_one[k - 2] / k - a * sum;
  return a * a * sum + a * (1 - euler) - std::log1p(a);
}

// Q = 1 - x^a / gamma(a + 1) (1 + a sum of (-x)^n / (n! (a + n))), for small a and x.
double upper_series(double a, double x) {
  double sum = 0, term = 1;
  for (int n = 1; n < 60; ++n) {
    term *= -x / n;
    sum += term / (a + n);
    if (std::abs(term) < epsilon / 4 * std::abs(sum)) break;
  }
  const double log_first = a * std::log(x) - lgamma1p(a);
  return -std::expm1(log_first) - std::exp(log_first) * a * sum;
}

// P of a large a, or Q (upper). With eta^2 / 2 = x / a - 1 - log(x / a):
// Q = erfc(eta sqrt(a / 2)) / 2 + e^(-a eta^2 / 2) / sqrt(2 pi a) (c0 + c1 / a + ...).
double uniform(double a, double x, bool upper) {
  const double m = (x - a) / a, half_square = log1p_rest(m);
  const double eta = std::copysign(std::sqrt(2 * half_square), m);
  double c0, c1;
  if (std::abs(eta) < 0.1) {
    c0 = -1.0 / 3 +
         eta * (1.0 / 12 +
                eta * (-2.0 / 135 + eta * (1.0 / 864 + eta * (1.0 / 2835 + eta * (-139.0 / 777600 +
                                                                                  eta / 25515)))));
    c1 = -1.0 / 540 + eta * (-1.0 / 288 + eta * (1.0 / 378 + eta * (-77.0 / 77760)));
  } else {
    c0 = 1 / m - 1 / eta;
    c1 = 1 / (eta * eta * eta) - 1 / (m * m * m) - 1 / (m * m) - 1 / (12 * m);
  }
  const double size = std::exp(-a * half_square), rest = (c0 + c1 / a) / std::sqrt(2 * pi * a);
  const double distance = eta * std::sqrt(a / 2);
  if (upper == (distance > 0))  // the smaller of the two
    return size * (erfcx(std::abs(distance)) / 2 + (upper ? rest : -rest));
  return 1 - size * (erfcx(std::abs(distance)) / 2 + (upper ? -rest : rest));
}

// Where both functions have a limit.
bool limit(double a, double x, double& p) {
  if (!(a >= 0 && x >= 0)) {
    p = nan;
  } else if (a == 0) {
    p = x > 0 ? 1 : nan;
  } else if (x == 0) {
    p = 0;
  } else if (a == inf) {
    p = x == inf ? nan : 0;
  } else if (x == inf) {
    p = 1;
  } else {
    return false;
  }
  return true;
}

bool by_upper_series(double a, double x) { return a < 0.5 && x < 1.5; }
bool by_lower_series(double a, double x) { return x <= a || x < 1; }

}  // namespace

double igamma(double a, double x) {
  double y;
  if (limit(a, x, y)) return y;
  if (a > large) return uniform(a, x, false);
  if (by_lower_series(a, x)) return lower_series(a, x);
  return 1 - (by_upper_series(a, x) ? upper_series(a, x) : upper_fraction(a, x));
}
double igammac(double a, double x) {
  double y;
  if (limit(a, x, y)) return 1 - y;
  if (a > large) return uniform(a, x, true);
  if (by_upper_series(a, x)) return upper_series(a, x);
  return by_lower_series(a, x) ? 1 - lower_series(a, x) : upper_fraction(a, x);
}

}  // namespace gradus::kernels::special
