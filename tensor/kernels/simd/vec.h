// The vector pieces that the matrix-product kernels share.
#pragma once

#include <cstdint>
#include <utility>

#include "tensor/kernels/isa.h"
#include "tensor/kernels/simd/xsimd.h"

#define GRADUS_INLINE inline __attribute__((always_inline))

namespace gradus::kernels::GRADUS_ISA {

template <class T>
using Vec = xsimd::batch<T>;

// f(0), f(1), ... f(N - 1), unrolled, each index a constant.
template <int N, class F>
GRADUS_INLINE void unroll(F f) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, i>()), ...);
  }
  (std::make_integer_sequence<int, N>());
}

// a * b + c, rounded once where the processor can.
template <class T>
GRADUS_INLINE Vec<T> multiply_add(Vec<T> a, Vec<T> b, Vec<T> c) {
  return xsimd::fma(a, b, c);
}

#if defined(__AVX512F__)
template <class T>
GRADUS_INLINE auto first_lanes(int count) {
  if constexpr (sizeof(T) == 4)
    return static_cast<__mmask16>((1u << count) - 1);
  else
    return static_cast<__mmask8>((1u << count) - 1);
}
#elif defined(__AVX2__)
inline constexpr int32_t ones_then_zeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

template <class T>
GRADUS_INLINE __m256i first_lanes(int count) {
  constexpr int words = sizeof(T) / sizeof(int32_t);
  const int32_t* from = ones_then_zeros + 8 - count * words;
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
#endif

// The first `count` lanes (0 < count < size) from p, zeros behind them; nothing else is read.
template <class T>
GRADUS_INLINE Vec<T> load_part(const T* p, int count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_maskz_loadu_ps(first_lanes<T>(count), p);
  else
    return _mm512_maskz_loadu_pd(first_lanes<T>(count), p);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4)
    return _mm256_maskload_ps(p, first_lanes<T>(count));
  else
    return _mm256_maskload_pd(p, first_lanes<T>(count));
#else
  alignas(64) T lanes[Vec<T>::size] = {};
  for (int i = 0; i < count; ++i) lanes[i] = p[i];
  return Vec<T>::load_aligned(lanes);
#endif
}

// The same with the lanes of `pad` behind them.
template <class T>
GRADUS_INLINE Vec<T> load_part(const T* p, int count, Vec<T> pad) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_mask_loadu_ps(pad, first_lanes<T>(count), p);
  else
    return _mm512_mask_loadu_pd(pad, first_lanes<T>(count), p);
#elif defined(__AVX2__)
  const __m256i mask = first_lanes<T>(count);
  if constexpr (sizeof(T) == 4)
    return _mm256_blendv_ps(pad, load_part(p, count), _mm256_castsi256_ps(mask));
  else
    return _mm256_blendv_pd(pad, load_part(p, count), _mm256_castsi256_pd(mask));
#else
  alignas(64) T lanes[Vec<T>::size];
  pad.store_aligned(lanes);
  for (int i = 0; i < count; ++i) lanes[i] = p[i];
  return Vec<T>::load_aligned(lanes);
#endif
}

// Writes the first `count` lanes (0 < count < size) to p and nothing else.
template <class T>
GRADUS_INLINE void store_part(T* p, Vec<T> v, int count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    _mm512_mask_storeu_ps(p, first_lanes<T>(count), v);
  else
    _mm512_mask_storeu_pd(p, first_lanes<T>(count), v);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4)
    _mm256_maskstore_ps(p, first_lanes<T>(count), v);
  else
    _mm256_maskstore_pd(p, first_lanes<T>(count), v);
#else
  alignas(64) T lanes[Vec<T>::size];
  v.store_aligned(lanes);
  for (int i = 0; i < count; ++i) p[i] = lanes[i];
#endif
}

}  // namespace gradus::kernels::GRADUS_ISA
