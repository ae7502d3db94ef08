// Rounding to whole numbers, and the next number. SSE2 has no instruction for it, and xsimd's
// detour loses the sign of zero.
#pragma once

#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA::simd {

template <class T>
batch<T> keep_sign(const batch<T>& y, const batch<T>& x) {
  if constexpr (batch<T>::size * sizeof(T) == 16) {
    return y | xsimd::bitofsign(x);
  } else {
    return y;
  }
}

template <class T>
batch<T> ceil(const batch<T>& x) {
  return keep_sign<T>(xsimd::ceil(x), x);
}
template <class T>
batch<T> floor(const batch<T>& x) {
  return keep_sign<T>(xsimd::floor(x), x);
}
template <class T>
batch<T> trunc(const batch<T>& x) {
  return keep_sign<T>(xsimd::trunc(x), x);
}
// Halves to even.
template <class T>
batch<T> round_even(const batch<T>& x) {
  return keep_sign<T>(xsimd::nearbyint(x), x);
}

// The number after a on the way to b. The bits of positive numbers are in the numbers' order.
template <class T>
batch<T> nextafter(const batch<T>& a, const batch<T>& b) {
  using I = batch<std::conditional_t<sizeof(T) == 4, int32_t, int64_t>>;
  const batch<T> zero(T(0)), one = xsimd::bitwise_cast<batch<T>>(I(1));
  const batch<T> away = xsimd::bitwise_cast<batch<T>>(xsimd::bitwise_cast<I>(a) + I(1));
  const batch<T> back = xsimd::bitwise_cast<batch<T>>(xsimd::bitwise_cast<I>(a) - I(1));
  const batch<T> size = xsimd::select((b > a) == (a > zero), away, back);
  const batch<T> y = xsimd::select(a == zero, xsimd::copysign(one, b), size);
  return xsimd::select(a == b, b, xsimd::select(a == a && b == b, y, a + b));
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
