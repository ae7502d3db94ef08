// Trigonometric and hyperbolic functions and their inverses.
#pragma once

#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA::simd {

#define GRADUS_FORWARD(f)         \
  template <class T>              \
  batch<T> f(const batch<T>& x) { \
    return xsimd::f(x);           \
  }
GRADUS_FORWARD(sin)
GRADUS_FORWARD(cos)
GRADUS_FORWARD(tan)
GRADUS_FORWARD(asin)
GRADUS_FORWARD(acos)
GRADUS_FORWARD(atan)
GRADUS_FORWARD(sinh)
GRADUS_FORWARD(cosh)
GRADUS_FORWARD(tanh)
GRADUS_FORWARD(asinh)
GRADUS_FORWARD(atanh)
#undef GRADUS_FORWARD

template <class T>
batch<T> acosh(const batch<T>& x) {
  const batch<T> nan(std::numeric_limits<T>::quiet_NaN());
  return xsimd::select(x < batch<T>(T(1)), nan, xsimd::acosh(x));
}

// The angle of the point (b, a). xsimd gives nan where both are zero or both are infinite.
template <class T>
batch<T> atan2(const batch<T>& a, const batch<T>& b) {
  const batch<T> x = xsimd::abs(a), zero(T(0)), one(T(1)), inf(std::numeric_limits<T>::infinity());
  const mask<T> corner = x == xsimd::abs(b) && (x == zero || x == inf);
  const batch<T> y = xsimd::atan2(a, b);
  if (!xsimd::any(corner)) return y;
  const mask<T> left = xsimd::copysign(one, b) < zero;
  constexpr double pi = 3.14159265358979323846;
  const batch<T> at_zero = xsimd::select(left, batch<T>(T(pi)), zero);
  const batch<T> at_inf = xsimd::select(left, batch<T>(T(0.75 * pi)), batch<T>(T(0.25 * pi)));
  const batch<T> angle = xsimd::select(x == zero, at_zero, at_inf);
  return xsimd::select(corner, xsimd::copysign(angle, a), y);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
