// Powers, lengths and remainders, which xsimd has not to 4 ulp, or not without overflow.
#pragma once

#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/lanewise.h"
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

// a^b. Floats that are ordinary powers of ordinary numbers or of zero in double, the rest by the C
// library.
template <class T>
batch<T> pow(const batch<T>& a, const batch<T>& b) {
  const auto exact = [](T x, T y) { return std::pow(x, y); };
  if constexpr (sizeof(T) == 4) {
    const batch<T> inf(std::numeric_limits<T>::infinity()), least(std::numeric_limits<T>::min());
    const batch<T> zero(T(0)), one(T(1)), size = xsimd::abs(a), half = b * batch<T>(T(0.5));
    const mask<T> none = size == zero, finite = size < inf && xsimd::abs(b) < inf;
    const batch<int32_t> bits = xsimd::bitwise_cast<batch<int32_t>>(size);
    const batch<int32_t> exponent = (bits - batch<int32_t>(0x3f3504f3)) >> 23;
    const auto m = xsimd::bitwise_cast<batch<float>>(bits - (exponent << 23));
    batch<T> y = in_double(power, m, xsimd::to_float(exponent), b);
    if (xsimd::all(finite && a >= least)) return y;
    y = xsimd::select(none, xsimd::select(b > zero, zero, xsimd::select(b < zero, inf, one)), y);
    const mask<T> whole = xsimd::trunc(b) == b, even = xsimd::trunc(half) == half;
    y = xsimd::select(even || !whole, y, xsimd::copysign(y, a));
    y = xsimd::select(a < zero && !whole, batch<T>(std::numeric_limits<T>::quiet_NaN()), y);
    const mask<T> ordinary = finite && (size >= least || none);
    return xsimd::all(ordinary) ? y : xsimd::select(ordinary, y, lanewise(exact, a, b));
  }
  return lanewise(exact, a, b);
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

// a - b trunc(a / b), exactly. One fused step gives it while the quotient is exact but for its last
// unit; larger quotients, zero and infinity go to the C library.
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
