// Powers, lengths and remainders, which xsimd has not to 4 ulp, or not without overflow.
#pragma once

#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/lanewise.h"
#include "tensor/kernels/simd/logarithm.h"
#include "tensor/kernels/simd/rounding.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// 2^(y (exponent + log2 m)), m between sqrt(1/2) and sqrt(2), to 1e-9 and without overflow. The
// coefficients are fitted by tests/reference/fit_polynomials.py.
inline batch<double> power(const batch<double>& m, const batch<double>& exponent,
                           const batch<double>& y) {
  static constexpr double log2[] = {
      1.4426950409393811,  -0.72134752521281464, 0.48089832072275768, -0.360672800578199,
      0.28854064400520979, -0.2405041731670024,  0.20609624375070412, -0.1790469592730905,
      0.15900165620094864, -0.15698235236130284, 0.15485678429383756, -0.08634499154743891};
  static constexpr double exp2[] = {
      1.00000000055505,      0.69314720576713451,   0.24022646886077567,   0.055503287118130837,
      0.0096184892445999384, 0.0013399957624878063, 0.00015345788925310411};
  const batch<double> r = m - batch<double>(1), most(1000);
  const batch<double> p = y * xsimd::fma(r, polynomial(log2, r), exponent);
  const batch<double> inside = xsimd::max(-most, xsimd::min(most, p));
  // The sum's last bits are the whole part.
  const batch<double> magic(0x1.8p52), sum = inside + magic, whole = sum - magic;
  const auto scale = xsimd::bitwise_cast<batch<int64_t>>(sum) << 52;
  const auto bits = xsimd::bitwise_cast<batch<int64_t>>(polynomial(exp2, inside - whole));
  return xsimd::bitwise_cast<batch<double>>(bits + scale);
}

inline constexpr auto c_library_pow = [](auto a, auto b) { return std::pow(a, b); };

// a^b for positive a and finite b, of float only for normal a.
inline batch<float> power_of_positive(const batch<float>& a, const batch<float>& b) {
  const batch<int32_t> bits = xsimd::bitwise_cast<batch<int32_t>>(a);
  const batch<int32_t> exponent = (bits - batch<int32_t>(0x3f3504f3)) >> 23;
  const auto m = xsimd::bitwise_cast<batch<float>>(bits - (exponent << 23));
  return in_double(power, m, xsimd::to_float(exponent), b);
}

#if defined(__FMA__) || defined(__aarch64__)
// A number as the sum of two, the second of which is small: about 100 bits.
struct TwoDoubles {
  batch<double> high, low;
};
// Both exactly (Dekker, Numer. Math. 18, 1971); of a sum, the first must be the larger or 0.
inline TwoDoubles exact_product(const batch<double>& a, const batch<double>& b) {
  const batch<double> high = a * b;
  return {high, xsimd::fms(a, b, high)};
}
inline TwoDoubles exact_sum(const batch<double>& a, const batch<double>& b) {
  const batch<double> high = a + b;
  return {high, b - (high - a)};
}

// log2 x for normal x, plus `exponent`, to a relative 2^-65: with x = 2^k m, m from sqrt(1/2) to
// sqrt(2), and s = (m - 1) / (m + 1) it is k + C (s + s^3 / 3 + s^5 / 5 + ...), C = 2 / log 2. The
// first two terms are carried in two doubles, the rest is a polynomial.
inline TwoDoubles log2_in_two(const batch<double>& x, const batch<double>& exponent) {
  using V = batch<double>;
  static constexpr double rest[] = {0.57707801635558509, 0.41219858311137092, 0.32059889790775337,
                                    0.26230819918183884, 0.22195223928742611, 0.19240238049986663,
                                    0.16843222237165523, 0.17296326769515266};
  const V c(2.8853900817779268), c_low(4.0710547481862066e-17);
  const V third(0.9617966939259756), third_low(5.0577616648125907e-17);  // C / 3
  using U = batch<uint64_t>;
  const U least(0x3fe6a09e667f3bcd), one_bits(0x3ff0000000000000), fraction(0xfffffffffffff);
  const U bits = xsimd::bitwise_cast<U>(x) + (one_bits - least);
  const V m = xsimd::bitwise_cast<V>((bits & fraction) + least);
  const V biased = xsimd::bitwise_cast<V>((bits >> 52) | U(0x4330000000000000));
  const V k = biased - V(0x1p52 + 1023) + exponent;

  const V one(1), f = m - one, d = m + one, d_low = (d - one) - m, inverse = one / d;
  const V s = f * inverse;
  const V s_low = inverse * xsimd::fma(s, d_low, xsimd::fma(-s, d, f));
  const TwoDoubles t = exact_product(s, s), u = exact_product(t.high, s);
  const V t_low = xsimd::fma(s + s, s_low, t.low);
  const V u_low = xsimd::fma(t_low, s, xsimd::fma(t.high, s_low, u.low));
  const V fifth = xsimd::fma(t.high, u.high, xsimd::fma(t.high, u_low, t_low * u.high));
  const TwoDoubles first = exact_product(s, c), second = exact_product(u.high, third);
  const V first_low = xsimd::fma(s, c_low, xsimd::fma(s_low, c, first.low));
  const V second_low = xsimd::fma(u.high, third_low, xsimd::fma(u_low, third, second.low));

  const TwoDoubles begun = exact_sum(k, first.high), both = exact_sum(begun.high, second.high);
  const TwoDoubles y = exact_sum(both.high, fifth * polynomial(rest, t.high));
  return {y.high, y.low + ((both.low + begun.low) + (first_low + second_low))};
}

// 2^x to 0.85 ulp.
inline batch<double> exp2_of_two(const TwoDoubles& x) {
  using V = batch<double>;
  static constexpr double square[] = {0.24022650695910122,    0.055504108664820737,
                                      0.0096181291075969847,  0.0013333558146686162,
                                      0.00015403530454066418, 1.5252733546780644e-05,
                                      1.3215436608773527e-06, 1.0178184708675685e-07,
                                      7.0735794473149503e-09, 4.4362929950039059e-10};
  const V log(0.69314718055994531), log_low(2.3190468138462996e-17), most(1100);
  const V inside = xsimd::max(-most, xsimd::min(most, x.high));
  const V low = xsimd::select(inside == x.high, x.low, V(0));
  // The sum's last bits are the whole part.
  const V magic(0x1.8p52), sum = inside + magic, whole = sum - magic;
  const V part = inside - whole, r = part + low, r_low = (part - r) + low;
  const V tail = xsimd::fma(r, log_low, r_low * log);
  const V y = xsimd::fma(r, log, xsimd::fma(r * r, polynomial(square, r), tail)) + V(1);
#ifdef __AVX512F__
  return _mm512_scalef_pd(y, whole);
#else
  const auto times_power = [&](const V& v, const V& shifted) {  // v 2^(shifted - magic)
    const auto biased = xsimd::bitwise_cast<batch<uint64_t>>(shifted) + batch<uint64_t>(1023);
    return v * xsimd::bitwise_cast<V>(biased << 52);
  };
  if (xsimd::all(xsimd::abs(inside) < V(1022))) return times_power(y, sum);
  const V half = xsimd::fma(whole, V(0.5), magic);
  return times_power(times_power(y, half), whole - (half - magic) + magic);
#endif
}

inline batch<double> power_of_positive(const batch<double>& a, const batch<double>& b) {
  using V = batch<double>;
  const mask<double> tiny = a < V(std::numeric_limits<double>::min());
  const TwoDoubles log =
      log2_in_two(xsimd::select(tiny, a * V(0x1p54), a), xsimd::select(tiny, V(-54), V(0)));
  // With larger exponents every power but that of 1 is infinite or zero as well.
  const V most(0x1p64), exponent = xsimd::max(-most, xsimd::min(most, b));
  const TwoDoubles product = exact_product(exponent, log.high);
  return exp2_of_two({product.high, xsimd::fma(exponent, log.low, product.low)});
}
#else
inline batch<double> power_of_positive(const batch<double>& a, const batch<double>& b) {
  return lanewise(c_library_pow, a, b);
}
#endif

// a^b, of doubles to 1 ulp. Infinities, nans and denormal floats go to the C library, and doubles
// where there is no fused multiply-add. Not inlined: a norm's loops have it in many places.
template <class T>
__attribute__((noinline)) batch<T> pow(batch<T> a, batch<T> b) {
  const batch<T> inf(std::numeric_limits<T>::infinity()), zero(T(0)), one(T(1));
  const batch<T> size = xsimd::abs(a), half = b * batch<T>(T(0.5));
  const mask<T> none = size == zero, finite = size < inf && xsimd::abs(b) < inf;
  // Denormal doubles are powers like others.
  const mask<T> normal = size >= batch<T>(std::numeric_limits<T>::min());
  const mask<T> known = sizeof(T) == 4 ? normal : size > zero;
  batch<T> y = power_of_positive(size, b);
  if (xsimd::all(finite && known && a > zero)) return y;
  y = xsimd::select(none, xsimd::select(b > zero, zero, xsimd::select(b < zero, inf, one)), y);
  const mask<T> whole = xsimd::trunc(b) == b, even = xsimd::trunc(half) == half;
  y = xsimd::select(even || !whole, y, xsimd::copysign(y, a));
  y = xsimd::select(a < zero && !whole, batch<T>(std::numeric_limits<T>::quiet_NaN()), y);
  const mask<T> ordinary = finite && (known || none);
  return xsimd::all(ordinary) ? y : xsimd::select(ordinary, y, lanewise(c_library_pow, a, b));
}

// sqrt(a^2 + b^2) without overflow; infinite if either is, even next to nan.
template <class T>
batch<T> hypot(const batch<T>& a, const batch<T>& b) {
  const batch<T> x = xsimd::abs(a), y = xsimd::abs(b);
  const batch<T> big = xsimd::select(x < y, y, x), small = xsimd::select(x < y, x, y);
  const batch<T> t = small / big, inf(std::numeric_limits<T>::infinity());
  const batch<T> r = big * xsimd::sqrt(xsimd::fma(t, t, batch<T>(T(1))));
  const batch<T> finite = xsimd::select(big == batch<T>(T(0)) && small == big, big, r);
  return xsimd::select(x == inf || y == inf, inf, finite);
}

// a - b trunc(a / b), exactly. One fused step gives it while the quotient is exact except for its
// last unit; larger quotients, zero and infinity go to the C library.
template <class T>
batch<T> fmod(const batch<T>& a, const batch<T>& b) {
#ifdef __FMA__
  const batch<T> x = xsimd::abs(a), y = xsimd::abs(b);
  const batch<T> q = xsimd::trunc(x / y);
  const batch<T> inf(std::numeric_limits<T>::infinity());
  const batch<T> most(sizeof(T) == 4 ? T(1 << 22) : T(1LL << 51));
  if (xsimd::all(q < most && y < inf && y > batch<T>(std::numeric_limits<T>::min()))) {
    const batch<T> r = xsimd::fnma(q, y, x);
    const batch<T> zero(T(0));
    const batch<T> up = xsimd::select(r < zero, r + y, r);
    return xsimd::copysign(xsimd::select(up >= y, up - y, up), a);
  }
#endif
  return lanewise([](T s, T t) { return std::fmod(s, t); }, a, b);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
