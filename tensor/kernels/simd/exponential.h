// Exponentials and logarithms. xsimd's exponentials give up a little before overflow and flush
// denormal results; its logarithms of denormal doubles are wrong; some lose the sign of zero.
#pragma once

#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// e^x, by its square root where xsimd would give up.
template <class T>
batch<T> exp(const batch<T>& x) {
  const batch<T> y = xsimd::exp(x);
  const mask<T> extreme = xsimd::abs(x) > batch<T>(T(sizeof(T) == 4 ? 87 : 707));
  if (!xsimd::any(extreme)) return y;
  const batch<T> r = xsimd::exp(x * batch<T>(T(0.5)));
  return xsimd::select(extreme, r * r, y);
}

template <class T>
batch<T> exp2(const batch<T>& x) {
  const batch<T> y = xsimd::exp2(x);
  const mask<T> extreme = xsimd::abs(x) > batch<T>(T(sizeof(T) == 4 ? 125 : 1021));
  if (!xsimd::any(extreme)) return y;
  const batch<T> r = xsimd::exp2(x * batch<T>(T(0.5)));
  return xsimd::select(extreme, r * r, y);
}

template <class T>
batch<T> expm1(const batch<T>& x) {
  batch<T> y = xsimd::expm1(x);
  const mask<T> large = x > batch<T>(T(sizeof(T) == 4 ? 60 : 600));
  if (xsimd::any(large)) y = xsimd::select(large, exp(x), y);
  return xsimd::select(x == batch<T>(T(0)), x, y);
}

// f(x) where x is normal; a denormal double is scaled by 2^54, which adds `shift` to its logarithm.
template <class T, class F>
batch<T> log_of_any(F f, const batch<T>& x, double shift) {
  if constexpr (sizeof(T) == 8) {
    const mask<T> tiny = x < batch<T>(std::numeric_limits<T>::min());
    if (xsimd::any(tiny)) {
      const batch<T> scaled = f(xsimd::select(tiny, x * batch<T>(0x1p54), x));
      return xsimd::select(tiny, scaled - batch<T>(shift), scaled);
    }
  }
  return f(x);
}

template <class T>
batch<T> log(const batch<T>& x) {
  return log_of_any([](const batch<T>& t) { return xsimd::log(t); }, x, 37.429947750237047887);
}
template <class T>
batch<T> log2(const batch<T>& x) {
  return log_of_any([](const batch<T>& t) { return xsimd::log2(t); }, x, 54);
}
template <class T>
batch<T> log10(const batch<T>& x) {
  return log_of_any([](const batch<T>& t) { return xsimd::log10(t); }, x, 16.255619765854984496);
}
template <class T>
batch<T> log1p(const batch<T>& x) {
  return xsimd::select(x == batch<T>(T(0)), x, xsimd::log1p(x));
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
