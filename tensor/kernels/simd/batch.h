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

// b where it is larger (or smaller), else a, also beside a nan. On x86 that is one instruction.
template <class T>
batch<T> max(const batch<T>& a, const batch<T>& b) {
#ifdef __SSE2__
  return xsimd::max(b, a);
#else
  return xsimd::select(a < b, b, a);
#endif
}
template <class T>
batch<T> min(const batch<T>& a, const batch<T>& b) {
#ifdef __SSE2__
  return xsimd::min(b, a);
#else
  return xsimd::select(b < a, b, a);
#endif
}
template <std::integral T>
T max(T a, T b) {
  return a < b ? b : a;
}
template <std::integral T>
T min(T a, T b) {
  return b < a ? b : a;
}

// Where a or b is a nan.
template <class T>
mask<T> unordered(const batch<T>& a, const batch<T>& b) {
  constexpr bool single = sizeof(T) == 4;
#if defined(__AVX512F__)
  if constexpr (single)
    return mask<T>(_mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q));
  else
    return mask<T>(_mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q));
#elif defined(__AVX__)
  if constexpr (single)
    return mask<T>(_mm256_cmp_ps(a, b, _CMP_UNORD_Q));
  else
    return mask<T>(_mm256_cmp_pd(a, b, _CMP_UNORD_Q));
#elif defined(__SSE2__)
  if constexpr (single)
    return mask<T>(_mm_cmpunord_ps(a, b));
  else
    return mask<T>(_mm_cmpunord_pd(a, b));
#else
  return !(a == a) | !(b == b);
#endif
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

// One byte per lane, 1 where the mask holds.
template <class T>
void store_bools(const mask<T>& m, bool* to) {
  [[maybe_unused]] constexpr int lanes = batch<T>::size;
#if defined(__AVX512F__)
  const __m128i bytes = _mm_maskz_set1_epi8(static_cast<__mmask16>(m.data), 1);
  std::memcpy(to, &bytes, lanes);
#elif defined(__SSE2__)
  __m128i words[2];  // of four lanes, or of two and zeros
  static_assert(sizeof(m) <= sizeof(words));
  std::memset(words, 0, sizeof(words));
  std::memcpy(words, &m, sizeof(m));
  if constexpr (sizeof(T) == 8)  // the upper half of a double's mask is as good as all
    words[0] = _mm_castps_si128(_mm_shuffle_ps(
        _mm_castsi128_ps(words[0]), _mm_castsi128_ps(words[1]), _MM_SHUFFLE(3, 1, 3, 1)));
  if constexpr (sizeof(T) == 8) words[1] = words[0];
  const __m128i halves = _mm_packs_epi32(words[0], words[1]);
  const __m128i bytes = _mm_and_si128(_mm_packs_epi16(halves, halves), _mm_set1_epi8(1));
  std::memcpy(to, &bytes, lanes);
#else
  m.store_unaligned(to);
#endif
}

// And back: the mask holds where a byte is not 0.
template <class T>
mask<T> load_bools(const bool* from) {
  [[maybe_unused]] constexpr int lanes = batch<T>::size;
#if defined(__SSE2__)
  __m128i bytes;
  if constexpr (lanes == 16) {
    std::memcpy(&bytes, from, lanes);
  } else {
    int64_t few = 0;  // in a register: a load of what shorter stores have just written waits
    std::memcpy(&few, from, lanes);
    bytes = _mm_cvtsi64_si128(few);
  }
#if defined(__AVX512F__)
  return static_cast<typename mask<T>::register_type>(_mm_test_epi8_mask(bytes, bytes));
#elif defined(__AVX2__)
  const __m256i none = _mm256_setzero_si256();
  if constexpr (sizeof(T) == 4)
    return mask<T>(_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_cvtepu8_epi32(bytes), none)));
  else
    return mask<T>(_mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_cvtepu8_epi64(bytes), none)));
#else
  const __m128i none = _mm_setzero_si128();
  const __m128i words = _mm_unpacklo_epi16(_mm_unpacklo_epi8(bytes, none), none);
  const __m128i held = _mm_cmpgt_epi32(words, none);
  if constexpr (sizeof(T) == 4)
    return mask<T>(_mm_castsi128_ps(held));
  else
    return mask<T>(_mm_castsi128_pd(_mm_unpacklo_epi32(held, held)));
#endif
#else
  return mask<T>::load_unaligned(from);
#endif
}

// The first and the second half of the lanes as double, and both back.
#if defined(__AVX512F__)
inline batch<double> widen_low(const batch<float>& x) {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(x));
}
inline batch<double> widen_high(const batch<float>& x) {
  return _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1));
}
inline batch<float> narrow(const batch<double>& low, const batch<double>& high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}
#elif defined(__AVX__)
inline batch<double> widen_low(const batch<float>& x) {
  return _mm256_cvtps_pd(_mm256_castps256_ps128(x));
}
inline batch<double> widen_high(const batch<float>& x) {
  return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
}
inline batch<float> narrow(const batch<double>& low, const batch<double>& high) {
  return _mm256_set_m128(_mm256_cvtpd_ps(high), _mm256_cvtpd_ps(low));
}
#elif defined(__SSE2__)
inline batch<double> widen_low(const batch<float>& x) { return _mm_cvtps_pd(x); }
inline batch<double> widen_high(const batch<float>& x) { return _mm_cvtps_pd(_mm_movehl_ps(x, x)); }
inline batch<float> narrow(const batch<double>& low, const batch<double>& high) {
  return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
#else
inline batch<double> widen_low(const batch<float>& x) { return vcvt_f64_f32(vget_low_f32(x)); }
inline batch<double> widen_high(const batch<float>& x) { return vcvt_high_f64_f32(x); }
inline batch<float> narrow(const batch<double>& low, const batch<double>& high) {
  return vcvt_high_f32_f64(vcvt_f32_f64(low), high);
}
#endif

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
#if defined(__AVX512F__)
// From an estimate to 2^-14 by two steps, the second of which (Markstein, IBM J. Res. Dev. 34,
// 1990) rounds correctly: for all floats and wherever in its bounds the estimate lies. The
// instruction that is made for it takes more than twice as long, and does what is near denormal, 0
// or no root.
inline batch<float> sqrt(const batch<float>& x) {
  const __m512i least = _mm512_set1_epi32(0x0d800000), count = _mm512_set1_epi32(0x6e000000);
  const auto ordinary =
      _mm512_cmplt_epu32_mask(_mm512_sub_epi32(_mm512_castps_si512(x), least), count);
  if (__builtin_expect(ordinary != 0xffff, 0)) return xsimd::sqrt(x);
  const batch<float> half(0.5f), r = _mm512_rsqrt14_ps(x), s = x * r, h = r * half;
  const batch<float> e = xsimd::fnma(s, h, half), root = xsimd::fma(s, e, s);
  return xsimd::fma(xsimd::fnma(root, root, x), xsimd::fma(h, e, h), root);
}
inline batch<double> sqrt(const batch<double>& x) { return xsimd::sqrt(x); }
#else
template <class T>
batch<T> sqrt(const batch<T>& x) {
  return xsimd::sqrt(x);
}
#endif

}  // namespace simd
}  // namespace gradus::kernels::GRADUS_ISA
