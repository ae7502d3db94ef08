// Hurwitz's zeta function and, by it, the polygamma functions of order 2 and above.
#pragma once

#include "tensor/kernels/factorial.h"
#include "tensor/kernels/simd/gamma.h"
#include "tensor/kernels/simd/power.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// The sum of (q + k)^-s over k >= 0, for s > 1 and q > 0: seven terms, and the rest by Euler and
// Maclaurin's formula (25.11.5 with 2.10.1 of the NIST Digital Library of Mathematical Functions)
// to ten terms, which is good to 2^-55 for every s and q.
__attribute__((noinline)) inline batch<double> zeta_of_positive(batch<double> s, batch<double> q) {
  using V = batch<double>;
  // B(2j) / (2j)!, j = 1, 2, ...
  static constexpr double c[] = {1.0 / 12,
                                 -1.0 / 720,
                                 1.0 / 30240,
                                 -1.0 / 1209600,
                                 1.0 / 47900160,
                                 -691.0 / 1307674368000,
                                 1.0 / 74724249600,
                                 -3617.0 / 10670622842880000,
                                 43867.0 / 5109094217170944000,
                                 -174611.0 / 802857662698291200000.0};
  constexpr int terms = 7;
  // What q + k loses by rounding. Its power loses s times as much, which is made good.
  const auto lost = [&](const V& sum, double k) {
    const V moved = sum - q;
    return (q - (sum - moved)) + (V(k) - moved);
  };
  const V a = q + V(terms), w = V(1) / a, t = w * w, above = s - V(1);
  V series(c[9]);
  for (int j = 8; j >= 0; --j) {
    const V next = s + V(2 * j + 1);
    series = xsimd::fma(next * (next + V(1)) * t, series, V(c[j]));
  }
  const V power = pow(a, -above);
  const V rest = power * (V(1) / above + w * xsimd::fma(s * w, series, V(0.5)));
  V sum(0);
  for (int k = terms - 1; k > 0; --k) {
    const V b = q + V(k), term = pow(b, -s);
    sum = sum + xsimd::fnma(term * s, lost(b, k) / b, term);
  }
  sum = sum + pow(q, -s);  // may be infinite
  return xsimd::select(power == V(0), sum,
                       sum + xsimd::fnma(rest * above, lost(a, terms) * w, rest));
}

// Of positive q: to 3 ulp. Of negative q, where the terms below 0 are summed apart, to 4 ulp for
// even s, and for odd s, whose sums have opposite signs, to 4 units of the last place of the
// larger. Infinite at s = 1 and where a term is, nan for s < 1 and for negative terms to broken
// powers, as in PyTorch.
__attribute__((noinline)) inline batch<double> zeta(batch<double> s, batch<double> q) {
  using V = batch<double>;
  const V zero(0), one(1), two(2), inf = infinity(q);
  const V nan(std::numeric_limits<double>::quiet_NaN());
  const mask<double> negative = q <= zero, in_domain = s > one;
  const V safe_s = xsimd::select(in_domain, s, two), r = from_whole(q);
  const mask<double> pole = negative && (r == zero || q == -inf);
  const mask<double> mirrored = negative && !pole;
  const V first = xsimd::select(mirrored, one + r, q);
  V y = zeta_of_positive(safe_s, xsimd::select(first > zero && first < inf, first, one));
  y = xsimd::select(q == inf, zero, y);
  if (xsimd::any(mirrored)) {
    // With q = r - m, |r| <= 1/2: the terms above 0, that of r, and m of alternating sign below 0.
    const V size = xsimd::select(mirrored, xsimd::abs(r), one);
    const V start = xsimd::select(mirrored, one - r, one);
    const V end = xsimd::select(mirrored, one - q, one);
    const V below = zeta_of_positive(safe_s, start) - zeta_of_positive(safe_s, end);
    const mask<double> odd = xsimd::trunc(s * V(0.5)) * two != s;
    const V middle = pow(size, -safe_s);
    const V sum =
        (xsimd::select(odd, -below, below) + y) + xsimd::select(odd && r < zero, -middle, middle);
    y = xsimd::select(mirrored, xsimd::select(xsimd::trunc(s) == s, sum, nan), y);
  }
  y = xsimd::select(pole, inf, xsimd::select(q == q, y, nan));
  return xsimd::select(s == one, inf, xsimd::select(in_domain, y, nan));
}

// The n-th derivative of digamma, n whole: (-1)^(n + 1) n! zeta(n + 1, x), to 4 ulp as stated
// there. The factorial is infinite from n = 171 on.
__attribute__((noinline)) inline batch<double> polygamma(batch<double> n, batch<double> x) {
  using V = batch<double>;
  const mask<double> zeroth = n == V(0), first = n == V(1), higher = n > V(1);
  V y(std::numeric_limits<double>::quiet_NaN());
  if (xsimd::any(zeroth)) y = xsimd::select(zeroth, digamma(x), y);
  if (xsimd::any(first)) y = xsimd::select(first, trigamma(x), y);
  if (xsimd::any(higher)) {
    const V order = xsimd::select(higher, n, V(2)), half = order * V(0.5);
    const V factorial = lanewise([](double k) { return kernels::factorial(k); }, order);
    const V size = factorial * zeta(order + V(1), x);
    y = xsimd::select(higher, xsimd::select(xsimd::trunc(half) == half, -size, size), y);
  }
  return y;
}

inline batch<float> zeta(const batch<float>& s, const batch<float>& q) {
  return in_double([](const batch<double>& a, const batch<double>& b) { return zeta(a, b); }, s, q);
}
inline batch<float> polygamma(const batch<float>& n, const batch<float>& x) {
  return in_double([](const batch<double>& a, const batch<double>& b) { return polygamma(a, b); },
                   n, x);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
