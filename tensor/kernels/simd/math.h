// Elementary functions of batches: xsimd's, mended where they miss IEEE special values or accuracy.
#pragma once

#include "tensor/kernels/simd/batch.h"
#include "tensor/kernels/special.h"

namespace gradus::kernels::GRADUS_ISA::simd {

#define GRADUS_FORWARD(f)         \
  template <class T>              \
  batch<T> f(const batch<T>& x) { \
    return xsimd::f(x);           \
  }
GRADUS_FORWARD(abs)
GRADUS_FORWARD(ceil)
GRADUS_FORWARD(floor)
GRADUS_FORWARD(trunc)
GRADUS_FORWARD(sqrt)
GRADUS_FORWARD(exp)
GRADUS_FORWARD(exp2)
GRADUS_FORWARD(expm1)
GRADUS_FORWARD(log)
GRADUS_FORWARD(log2)
GRADUS_FORWARD(log10)
GRADUS_FORWARD(log1p)
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
GRADUS_FORWARD(acosh)
GRADUS_FORWARD(atanh)
GRADUS_FORWARD(erf)
GRADUS_FORWARD(erfc)
#undef GRADUS_FORWARD

#define GRADUS_FORWARD(f)                            \
  template <class T>                                 \
  batch<T> f(const batch<T>& a, const batch<T>& b) { \
    return xsimd::f(a, b);                           \
  }
GRADUS_FORWARD(pow)
GRADUS_FORWARD(atan2)
GRADUS_FORWARD(hypot)
GRADUS_FORWARD(fmod)
GRADUS_FORWARD(nextafter)
GRADUS_FORWARD(copysign)
#undef GRADUS_FORWARD

// f of each element, where no vector algorithm is worth its size.
template <class T, class... B>
batch<T> lanewise(T (*f)(T, B...), const batch<T>& x) {
  alignas(64) T v[batch<T>::size];
  x.store_aligned(v);
  for (T& t : v) t = f(t);
  return batch<T>::load_aligned(v);
}
template <class T>
batch<T> lanewise(T (*f)(T, T), const batch<T>& a, const batch<T>& b) {
  alignas(64) T v[batch<T>::size], w[batch<T>::size];
  a.store_aligned(v);
  b.store_aligned(w);
  for (int i = 0; i < static_cast<int>(batch<T>::size); ++i) v[i] = f(v[i], w[i]);
  return batch<T>::load_aligned(v);
}

#define GRADUS_LANEWISE(f)             \
  template <class T>                   \
  batch<T> f(const batch<T>& x) {      \
    return lanewise<T>(special::f, x); \
  }
GRADUS_LANEWISE(round_even)
GRADUS_LANEWISE(lgamma)
GRADUS_LANEWISE(digamma)
GRADUS_LANEWISE(erfinv)
GRADUS_LANEWISE(i0)
GRADUS_LANEWISE(i0e)
GRADUS_LANEWISE(i1)
GRADUS_LANEWISE(i1e)
#undef GRADUS_LANEWISE

template <class T>
batch<T> polygamma(const batch<T>& n, const batch<T>& x) {
  return lanewise<T>(special::polygamma, n, x);
}

template <class T>
batch<T> select(const mask<T>& cond, const batch<T>& a, const batch<T>& b) {
  return xsimd::select(cond, a, b);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
