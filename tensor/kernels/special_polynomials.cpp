// Orthogonal polynomials by their recurrences (18.9 of the NIST Digital Library of Mathematical
// Functions); Chebyshev's of a high degree by trigonometric or hyperbolic functions.
#include <cmath>
#include <limits>

#include "tensor/kernels/special.h"

namespace gradus::kernels::special {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Below this degree the recurrence is as exact as it is short.
constexpr double short_degree = 64;
// The recurrences of the others end here: nobody would wait for more.
constexpr double most_steps = 1 << 20;

// A degree is cut to a whole number; no polynomial has one below 0, and of nan and infinity there
// is none either.
bool none(double n) { return !(n >= 0 && n < inf); }

// p[k + 1] = (a(k) x + b(k)) p[k] - c(k) p[k - 1], from p[0] = 1 and p[1] = first on, up to p[n].
template <class Step>
double recurrence(double x, double n, double first, Step step) {
  if (n < 1) return x == x ? 1 : nan;
  if (n > most_steps) return nan;
  double before = 1, now = first;
  for (double k = 1; k < n; ++k) {
    const double next = step(k, now, before);
    before = now;
    now = next;
    if (!std::isfinite(now) && !std::isfinite(before)) break;
  }
  return x == x ? now : nan;
}

// The four kinds of Chebyshev share p[k + 1] = 2 x p[k] - p[k - 1].
enum class Kind { t, u, v, w };
double chebyshev(Kind kind, double x, double degree) {
  if (none(degree)) return 0;
  const double n = std::floor(degree);
  if (n == 0) return 1;
  if (n < short_degree || !(std::abs(x) < inf)) {
    const double first = kind == Kind::t   ? x
                         : kind == Kind::u ? 2 * x
                         : kind == Kind::v ? 2 * x - 1
                                           : 2 * x + 1;
    if (std::isinf(x)) return x > 0 || std::fmod(n, 2) == 0 ? inf : -inf;
    return recurrence(x, n, first,
                      [&](double, double now, double before) { return 2 * x * now - before; });
  }
  if (x < 0) {  // the third and the fourth kind mirror each other
    const Kind mirrored = kind == Kind::v ? Kind::w : kind == Kind::w ? Kind::v : kind;
    const double y = chebyshev(mirrored, -x, n);
    return std::fmod(n, 2) == 0 ? y : -y;
  }
  if (x == 1) return kind == Kind::u ? n + 1 : kind == Kind::w ? 2 * n + 1 : 1;
  const bool inside = x < 1;
  // The angle with cos(angle) = x, or cosh, by the half angle, which is exact near x = 1.
  const double half =
      inside ? std::asin(std::sqrt((1 - x) / 2)) : std::asinh(std::sqrt((x - 1) / 2));
  const auto even = [&](double v) { return inside ? std::cos(v) : std::cosh(v); };
  const auto odd = [&](double v) { return inside ? std::sin(v) : std::sinh(v); };
  switch (kind) {
    case Kind::t:
      return even(2 * n * half);
    case Kind::u:
      return odd((2 * n + 2) * half) / odd(2 * half);
    case Kind::v:
      return even((2 * n + 1) * half) / even(half);
    default:
      return odd((2 * n + 1) * half) / odd(half);
  }
}

}  // namespace

double chebyshev_polynomial_t(double x, double n) { return chebyshev(Kind::t, x, n); }
double chebyshev_polynomial_u(double x, double n) { return chebyshev(Kind::u, x, n); }
double chebyshev_polynomial_v(double x, double n) { return chebyshev(Kind::v, x, n); }
double chebyshev_polynomial_w(double x, double n) { return chebyshev(Kind::w, x, n); }
double shifted_chebyshev_polynomial_t(double x, double n) {
  return chebyshev(Kind::t, 2 * x - 1, n);
}
double shifted_chebyshev_polynomial_u(double x, double n) {
  return chebyshev(Kind::u, 2 * x - 1, n);
}
double shifted_chebyshev_polynomial_v(double x, double n) {
  return chebyshev(Kind::v, 2 * x - 1, n);
}
double shifted_chebyshev_polynomial_w(double x, double n) {
  return chebyshev(Kind::w, 2 * x - 1, n);
}

double hermite_polynomial_h(double x, double degree) {
  if (none(degree)) return 0;
  return recurrence(x, std::floor(degree), 2 * x, [&](double k, double now, double before) {
    return 2 * x * now - 2 * k * before;
  });
}
double hermite_polynomial_he(double x, double degree) {
  if (none(degree)) return 0;
  return recurrence(x, std::floor(degree), x,
                    [&](double k, double now, double before) { return x * now - k * before; });
}
double laguerre_polynomial_l(double x, double degree) {
  if (none(degree)) return 0;
  return recurrence(x, std::floor(degree), 1 - x, [&](double k, double now, double before) {
    return ((2 * k + 1 - x) * now - k * before) / (k + 1);
  });
}
double legendre_polynomial_p(double x, double degree) {
  if (none(degree)) return 0;
  const double n = std::floor(degree);
  if (std::abs(x) == 1) return x > 0 || std::fmod(n, 2) == 0 ? 1 : -1;
  return recurrence(x, n, x, [&](double k, double now, double before) {
    return ((2 * k + 1) * x * now - k * before) / (k + 1);
  });
}

}  // namespace gradus::kernels::special
