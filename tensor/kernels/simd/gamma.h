// The gamma function's logarithm and its derivatives. Arguments between 1 and 2.5 or 3 go to a
// quotient of polynomials (with the zeros as factors, so that the error is relative there too),
// larger ones to Stirling's series, smaller ones up by one or more by the recurrence, negative ones
// to positive ones by reflection. Sections 5.5, 5.11 and 5.15 of the NIST Digital Library of
// Mathematical Functions; the coefficients are fitted by tests/reference/fit_special.py. All of it
// is of double; floats are widened and have half a unit of error.
#pragma once

#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/lanewise.h"
#include "tensor/kernels/simd/logarithm.h"
#include "tensor/kernels/simd/rounding.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// A sum of two, the second of which is small.
struct Sum {
  batch<double> high, low;
};

// log x to 2^-56 of 1, for x finite and positive: with x = 2^k m, m from sqrt(1/2) to sqrt(2), f =
// m - 1 and s = f / (2 + f), it is k log 2 + f - (f^2 / 2 - s (f^2 / 2 + s^2 (2/3 + 2/5 s^2 ...))).
inline Sum log_in_sum(const batch<double>& x) {
  using V = batch<double>;
  using U = batch<uint64_t>;
  static constexpr double rest[] = {0.66666666666667345, 0.39999999999414367, 0.28571428742465524,
                                    0.22222198564383397, 0.18183564822832161, 0.15314036890675326,
                                    0.14796095474664827};
  const mask<double> tiny = x < V(std::numeric_limits<double>::min());
  const U least(0x3fe6a09e667f3bcd), one_bits(0x3ff0000000000000), fraction(0xfffffffffffff);
  const V normal = xsimd::select(tiny, x * V(0x1p54), x);
  const U bits = xsimd::bitwise_cast<U>(normal) + (one_bits - least);
  const V m = xsimd::bitwise_cast<V>((bits & fraction) + least);
  const V biased = xsimd::bitwise_cast<V>((bits >> 52) | U(0x4330000000000000));
  const V k = biased - xsimd::select(tiny, V(0x1p52 + 1023 + 54), V(0x1p52 + 1023));

  const V f = m - V(1), s = f / (m + V(1)), t = s * s, half_square = V(0.5) * f * f;
  const V correction = half_square - s * xsimd::fma(t, polynomial(rest, t), half_square);
  // The upper part of log 2 has so few bits that k times it is exact.
  const V whole = k * V(0x1.62e42fefp-1), high = whole + f;
  return {high, xsimd::fma(k, V(0x1.473de6af278edp-34), ((whole - high) + f) - correction)};
}

// sin(pi r) / (pi r), |r| <= 1/2.
inline batch<double> sine_quotient(const batch<double>& r) {
  static constexpr double c[] = {1.0,
                                 -1.6449340668482263,
                                 0.81174242528333725,
                                 -0.19075182412143045,
                                 0.026147847804529095,
                                 -0.0023460808868204207,
                                 0.00014842780086092589,
                                 -6.9720004583590227e-6,
                                 2.4493077800886382e-7};
  return polynomial(c, r * r);
}

// The distance from the nearest whole number, exactly.
inline batch<double> from_whole(const batch<double>& x) { return x - xsimd::nearbyint(x); }

// log gamma(x), x positive and finite: to 3 ulp, without fused multiply-adds to 4.
inline batch<double> lgamma_of_positive(const batch<double>& x) {
  using V = batch<double>;
  static constexpr double a[] = {0.57721566490153287,    1.6426456092826549,   1.7752344523618349,
                                 0.90964061542960806,    0.22494446481320269,  0.024200075235890238,
                                 0.00083208754434520567, 2.0413174733684888e-6};
  static constexpr double b[] = {1.0,
                                 3.2706960198789698,
                                 4.1959063287162412,
                                 2.6774406631086374,
                                 0.89008873628181087,
                                 0.14744237655576071,
                                 0.010510000119838077,
                                 0.00021957004871949858};
  static constexpr double rest[] = {
      0.083333333333297699,    -0.0027777777670730572, 0.0007936495932746227,
      -0.00059516731273665454, 0.00083920203794250142, -0.0018564126496524906,
      0.0053718347569937888,   -0.01627430456159476,   0.041343651299747375,
      -0.070946171255414664,   0.058618724984971855};
  const V one(1), half(0.5);
  const mask<double> small = x < one, large = x >= V(2.5);
  const Sum log = log_in_sum(x);
  // lgamma(1 + v) = v (v - 1) a(v) / b(v); below 1, v is x itself, and log x is taken away.
  const V v = xsimd::select(small, x, xsimd::select(large, one, x - one));
  const V near = v * (v - one) * (polynomial(a, v) / polynomial(b, v)) + V(0);  // at 1 not -0
  const V below = (near - log.low) - log.high;
  // (x - 1/2) (log x - 1) + (log(2 pi) - 1) / 2 + 1 / (12 x) - ...
  const V w = one / x, y = x - half;
  const V tail = xsimd::fma(w, polynomial(rest, w * w), V(0.41893853320467274));
  const V far = xsimd::fma(y, log.high - one, xsimd::fma(y, log.low, tail));
  return xsimd::select(large, far, xsimd::select(small, below, near));
}

// log |gamma(x)|. Negative x, by gamma(x) gamma(1 - x) = pi / sin(pi x): to 3 units of the last
// place of lgamma(1 - x) or of 1, also near the poles. Around the zeros, of which there are two
// between each two poles below -2, the error is therefore absolute.
__attribute__((noinline)) inline batch<double> lgamma(batch<double> x) {
  using V = batch<double>;
  const V zero(0), one(1), inf = infinity(x);
  const mask<double> negative = x < zero, finite = xsimd::abs(x) < inf;
  V y = lgamma_of_positive(xsimd::select(negative, one - x, x));
  const V r = from_whole(x);
  if (xsimd::any(negative)) {
    const V distance = xsimd::abs(r);
    const Sum log = log_in_sum(distance * sine_quotient(r));
    y = xsimd::select(negative, -(log.high + (log.low + y)), y);
  }
  const mask<double> pole = x <= zero && r == zero;
  return xsimd::select(x != x, x, xsimd::select(pole || !finite, inf, y));
}

// Positive x, also around the zero at 1.46: to 3 ulp, without fused multiply-adds to 4. Negative x,
// by digamma(1 - x) = digamma(x) + pi cot(pi x): to 4 units of the last place of the largest of the
// three; around the zeros, one between each two poles, the error is absolute.
__attribute__((noinline)) inline batch<double> digamma(batch<double> x) {
  using V = batch<double>;
  static constexpr double a[] = {1.2503801375034054,    2.0144126331287905,   1.1835273942429192,
                                 0.32120151168472107,   0.041486937984796206, 0.002320112369033947,
                                 4.1322277350646598e-5, 4.4419044852669602e-8};
  static constexpr double b[] = {1.0,
                                 2.2945869881292512,
                                 1.9132000855410774,
                                 0.7552405057669349,
                                 0.15081488308174814,
                                 0.014804876533874773,
                                 0.0006252246879747849,
                                 7.8225978361376706e-6};
  static constexpr double rest[] = {
      0.083333333333311691,  -0.0083333333228545292, 0.0039682521253187346, -0.00416649955957715,
      0.0075666602288118671, -0.020768701726352398,  0.075326398418655388,  -0.29905915920296684,
      1.0418559843783043,    -2.5268261990669444,    3.0009146339305837};
  const V zero(0), one(1), inf = infinity(x);
  const mask<double> negative = x < zero;
  const V z = xsimd::select(negative, one - x, x), w = one / z;
  const mask<double> small = z < one, large = z >= V(3);
  // digamma(1 + v) = (1 + v - root) a(v) / b(v), where the root has two parts.
  const V v = xsimd::select(small, z, xsimd::select(large, one, z - one));
  const V from_root = (v - V(1.4616321449683622 - 1)) - V(9.5499954299656977e-17);
  V y = from_root * (polynomial(a, v) / polynomial(b, v));
  y = xsimd::select(small, y - w, y);
  if (xsimd::any(large)) {
    const Sum log = log_in_sum(xsimd::select(z < inf, z, one));
    const V t = w * w, tail = xsimd::fma(t, polynomial(rest, t), V(0.5) * w);
    y = xsimd::select(large, log.high + (log.low - tail), y);
  }
  if (xsimd::any(negative)) {
    const V pi(3.14159265358979323846), r = from_whole(x), size = xsimd::abs(r);
    const V c = V(0.5) - size;
    const V cot = pi * c * sine_quotient(c) / (size * sine_quotient(r));
    const V mirrored = xsimd::select(r == zero, V(std::numeric_limits<double>::quiet_NaN()),
                                     y - xsimd::copysign(cot, r));
    y = xsimd::select(negative, mirrored, y);
  }
  return xsimd::select(x == inf || x != x, x, y);
}

// digamma'(x): to 3 ulp, of negative x also near the poles, by trigamma(x) + trigamma(1 - x) = (pi
// / sin(pi x))^2, of which the latter is the smaller.
__attribute__((noinline)) inline batch<double> trigamma(batch<double> x) {
  using V = batch<double>;
  static constexpr double rest[] = {
      0.16666666666665889, -0.033333333327333167, 0.02380952218912573, -0.033333111432679944,
      0.07573942633063419, -0.25213990474210588,  1.1302049794644416,  -6.0914729503222857,
      33.860208247289844,  -165.46201233259213,   613.98808304463269,  -1468.3854406498145,
      1658.3347575374794};
  const V zero(0), one(1), two(2), three(3);
  const mask<double> negative = x < zero;
  const V z = xsimd::select(negative, one - x, x);
  const mask<double> large = z >= three;
  const V w = one / xsimd::select(large, z, z + three), t = w * w;
  V y = xsimd::fma(t * w, polynomial(rest, t), xsimd::fma(V(0.5), t, w));
  const V z1 = z + one, z2 = z + two;
  const V begin = one / (z2 * z2) + one / (z1 * z1);
  y = xsimd::select(large, y, (y + begin) + one / (z * z));
  if (xsimd::any(negative)) {
    const V r = from_whole(x), sine = r * sine_quotient(r);
    y = xsimd::select(negative, one / (sine * sine) - y, y);
  }
  return y;
}

inline batch<float> lgamma(const batch<float>& x) {
  return in_double([](const batch<double>& t) { return lgamma(t); }, x);
}
inline batch<float> digamma(const batch<float>& x) {
  return in_double([](const batch<double>& t) { return digamma(t); }, x);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
