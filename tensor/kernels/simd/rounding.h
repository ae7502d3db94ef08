// Rounding to whole numbers. SSE2 has no instruction for it, and xsimd's detour loses the sign of
// zero.
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

}  // namespace gradus::kernels::GRADUS_ISA::simd
