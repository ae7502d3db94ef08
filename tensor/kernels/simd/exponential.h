// Exponentials and logarithms. xsimd's exponentials give up a little before overflow and flush
// denormal results; its logarithms of denormal doubles are wrong; some lose the sign of zero.
#pragma once

#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// The sum of c[k] x^k.
template <class T, int n>
batch<T> polynomial(const T (&c)[n], const batch<T>& x) {
  batch<T> y(c[n - 1]);
  for (int k = n - 2; k >= 0; --k) y = xsimd::fma(y, x, batch<T>(c[k]));
  return y;
}

#if defined(__AVX512F__)
// y 2^k for whole k, rounded to infinity and to denormals too.
inline batch<float> times_power(const batch<float>& y, const batch<float>& k) {
  return _mm512_scalef_ps(y, k);
}
inline batch<double> times_power(const batch<double>& y, const batch<double>& k) {
  return _mm512_scalef_pd(y, k);
}
#elif defined(__AVX2__)
// The same of y near 1, by half of k in the exponent, where it stays normal, then by what is left.
inline batch<float> times_power(const batch<float>& y, const batch<float>& k) {
  const __m256i whole = _mm256_cvtps_epi32(k), half = _mm256_srai_epi32(whole, 1);
  const __m256i near = _mm256_add_epi32(_mm256_castps_si256(y), _mm256_slli_epi32(half, 23));
  const __m256i rest = _mm256_add_epi32(_mm256_sub_epi32(whole, half), _mm256_set1_epi32(127));
  return _mm256_mul_ps(_mm256_castsi256_ps(near), _mm256_castsi256_ps(_mm256_slli_epi32(rest, 23)));
}
inline batch<double> times_power(const batch<double>& y, const batch<double>& k) {
  const __m128i whole = _mm256_cvtpd_epi32(k), half = _mm_srai_epi32(whole, 1);
  const auto exponent = [](__m128i n) { return _mm256_slli_epi64(_mm256_cvtepi32_epi64(n), 52); };
  const __m256i near = _mm256_add_epi64(_mm256_castpd_si256(y), exponent(half));
  const __m128i rest = _mm_add_epi32(_mm_sub_epi32(whole, half), _mm_set1_epi32(1023));
  return _mm256_mul_pd(_mm256_castsi256_pd(near), _mm256_castsi256_pd(exponent(rest)));
}
#endif

// e^r for |r| <= log(2) / 2. The coefficients, and those below, are fitted by
// tests/reference/fit_polynomials.py.
inline batch<float> exp_near_zero(const batch<float>& r) {
  static constexpr float c[] = {0.5f, 0.166665778f, 0.0416668542f, 0.00836314633f, 0.00139012875f};
  return xsimd::fma(polynomial(c, r), r * r, r) + batch<float>(1);
}

// x - k log(2)
inline batch<float> remainder_of_log(const batch<float>& x, const batch<float>& k) {
  const batch<float> high = xsimd::fnma(k, batch<float>(0.693359375f), x);
  return xsimd::fnma(k, batch<float>(-2.12194440e-4f), high);
}

#if defined(__AVX2__)
// 2^k e^r, |r| <= log(2) / 2.
inline batch<float> exp_scaled(const batch<float>& x) {
  const batch<float> inside = xsimd::min(batch<float>(89), xsimd::max(batch<float>(-104), x));
  const batch<float> k = xsimd::nearbyint(inside * batch<float>(1.44269504f));
  return times_power(exp_near_zero(remainder_of_log(inside, k)), k);
}
inline batch<double> exp_near_zero(const batch<double>& r) {
  static constexpr double c[] = {0.50000000000000111,    0.16666666666666413,
                                 0.041666666666530155,   0.0083333333334944179,
                                 0.0013888888943631987,  0.00019841269506647407,
                                 2.4801493096763384e-05, 2.7557586329145536e-06,
                                 2.7630249216417282e-07, 2.5000071962111484e-08};
  return xsimd::fma(polynomial(c, r), r * r, r) + batch<double>(1);
}
// x - k log(2)
inline batch<double> remainder_of_log(const batch<double>& x, const batch<double>& k) {
  const batch<double> high = xsimd::fnma(k, batch<double>(0.69314718055994531), x);
  return xsimd::fnma(k, batch<double>(2.3190468138462996e-17), high);
}
inline batch<double> exp_scaled(const batch<double>& x) {
  const batch<double> inside = xsimd::min(batch<double>(711), xsimd::max(batch<double>(-747), x));
  const batch<double> k = xsimd::nearbyint(inside * batch<double>(1.4426950408889634));
  return times_power(exp_near_zero(remainder_of_log(inside, k)), k);
}
#endif

// e^x, by its square root where xsimd would give up.
template <class T>
batch<T> exp(const batch<T>& x) {
#ifdef __AVX2__
  return exp_scaled(x);
#else
  const batch<T> y = xsimd::exp(x);
  const mask<T> extreme = xsimd::abs(x) > batch<T>(T(sizeof(T) == 4 ? 87 : 707));
  if (!xsimd::any(extreme)) return y;
  const batch<T> r = xsimd::exp(x * batch<T>(T(0.5)));
  return xsimd::select(extreme, r * r, y);
#endif
}

// e^x for x that is hardly above 0, and 0 where that would be no normal number: a product that
// leaves the normal numbers takes many times as long.
template <class T>
batch<T> exp_of_negative(const batch<T>& x) {
  const batch<T> least(T(sizeof(T) == 4 ? -87 : -708)), inside = xsimd::max(least, x);
  batch<T> e;
  if constexpr (sizeof(T) == 4) {
    // To the numbers that have no places behind the point, so that k + 127, the exponent of 2^k,
    // stands in the last bits.
    const batch<float> far(0x1.8p23f + 127);
    const batch<float> place = xsimd::fma(inside, batch<float>(1.44269504f), far);
    const auto power =
        xsimd::bitwise_cast<batch<float>>(xsimd::bitwise_cast<batch<int32_t>>(place) << 23);
    e = exp_near_zero(remainder_of_log(inside, place - far)) * power;
  } else {
#if defined(__AVX2__)
    const batch<double> far(0x1.8p52 + 1023);
    const batch<double> place = xsimd::fma(inside, batch<double>(1.4426950408889634), far);
    const auto power =
        xsimd::bitwise_cast<batch<double>>(xsimd::bitwise_cast<batch<int64_t>>(place) << 52);
    e = exp_near_zero(remainder_of_log(inside, place - far)) * power;
#else
    e = exp(inside);
#endif
  }
  return xsimd::select(x < least, batch<T>(T(0)), e);
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
