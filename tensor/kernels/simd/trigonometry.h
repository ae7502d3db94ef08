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

template <class T>
batch<T> atan2(const batch<T>& a, const batch<T>& b) {
  return xsimd::atan2(a, b);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
