// Powers, lengths and remainders, which xsimd has not to 4 ulp, or not without overflow.
#pragma once

#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/lanewise.h"
#include "tensor/kernels/simd/rounding.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// a^b. Floats by e^(b log a) in double; the rest, and what is not an ordinary positive power, by
// the C library.
template <class T>
batch<T> pow(const batch<T>& a, const batch<T>& b) {
  if constexpr (sizeof(T) == 4) {
    const batch<T> inf(std::numeric_limits<T>::infinity());
    if (xsimd::all(a > batch<T>(T(0)) && a < inf && xsimd::abs(b) < inf)) {
      return in_double([](const batch<double>& x,
                          const batch<double>& y) { return xsimd::exp(y * xsimd::log(x)); },
                       a, b);
    }
  }
  return lanewise([](T x, T y) { return std::pow(x, y); }, a, b);
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
