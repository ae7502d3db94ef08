// Functions of batches that work on one lane after the other, and those that detour to double.
#pragma once

#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA::simd {

template <class T, class F>
batch<T> lanewise(F f, const batch<T>& x) {
  alignas(64) T v[batch<T>::size];
  x.store_aligned(v);
  for (T& t : v) t = f(t);
  return batch<T>::load_aligned(v);
}

template <class T, class F>
batch<T> lanewise(F f, const batch<T>& a, const batch<T>& b) {
  alignas(64) T v[batch<T>::size], w[batch<T>::size];
  a.store_aligned(v);
  b.store_aligned(w);
  for (unsigned i = 0; i < batch<T>::size; ++i) v[i] = f(v[i], w[i]);
  return batch<T>::load_aligned(v);
}

// f, a function of batches of double, applied to floats.
template <class F, class... V>
batch<float> in_double(F f, const V&... x) {
  return narrow(f(widen_low(x)...), f(widen_high(x)...));
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
