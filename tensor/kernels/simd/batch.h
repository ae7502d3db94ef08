// The vector types of this instruction set.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>

#include "tensor/kernels/isa.h"
#include "tensor/kernels/simd/xsimd.h"

namespace gradus::kernels::GRADUS_ISA {

template <class T>
using batch = xsimd::batch<T, xsimd::default_arch>;
template <class T>
using mask = xsimd::batch_bool<T, xsimd::default_arch>;

namespace simd {

template <class T>
batch<T> select(const mask<T>& cond, const batch<T>& a, const batch<T>& b) {
  return xsimd::select(cond, a, b);
}
template <std::integral T>
T select(bool cond, T a, T b) {
  return cond ? a : b;
}

// a b + c, rounded once where the instruction exists.
template <class T>
batch<T> fma(const batch<T>& a, const batch<T>& b, const batch<T>& c) {
  return xsimd::fma(a, b, c);
}
template <std::integral T>
T fma(T a, T b, T c) {
  return static_cast<T>(a * b + c);
}

template <class T>
batch<T> infinity(const batch<T>&) {
  return batch<T>(std::numeric_limits<T>::infinity());
}

template <class T>
batch<T> abs(const batch<T>& x) {
  return xsimd::abs(x);
}
template <class T>
batch<T> copysign(const batch<T>& x, const batch<T>& sign) {
  return xsimd::copysign(x, sign);
}
template <class T>
batch<T> sqrt(const batch<T>& x) {
  return xsimd::sqrt(x);
}

}  // namespace simd
}  // namespace gradus::kernels::GRADUS_ISA
