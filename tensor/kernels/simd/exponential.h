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

// The same in half as many steps that wait for each other, for which a processor has no room where
// they are many: even and odd powers apart. t is x^2.
template <class T, int n>
batch<T> polynomial_by_halves(const T (&c)[n], const batch<T>& x, const batch<T>& t) {
  batch<T> even(c[n % 2 == 0 ? n - 2 : n - 1]), odd(c[n % 2 == 0 ? n - 1 : n - 2]);
  for (int k = n - 3; k >= 0; --k)
    (k % 2 == 0 ? even : odd) = xsimd::fma(k % 2 == 0 ? even : odd, t, batch<T>(c[k]));
  return xsimd::fma(odd, x, even);
}

// x^2, plus what is nothing beside 1: a product that leaves the normal numbers takes many times as
// long. (Without fused multiply-adds it is not spared.)
template <class T>
batch<T> square_beside_one(const batch<T>& x) {
  return xsimd::fma(x, x, batch<T>(T(sizeof(T) == 4 ? 0x1p-60 : 0x1p-80)));
}

// e^r for |r| <= log(2) / 2. The coefficients, and those below, are fitted by
// tests/reference/fit_polynomials.py.
inline batch<float> exp_near_zero(const batch<float>& r) {
  static constexpr float c[] = {0.5f, 0.166665778f, 0.0416668542f, 0.00836314633f, 0.00139012875f};
  return xsimd::fma(polynomial(c, r), square_beside_one(r), r) + batch<float>(1);
}

// x - k log(2)
inline batch<float> remainder_of_log(const batch<float>& x, const batch<float>& k) {
  const batch<float> high = xsimd::fnma(k, batch<float>(0.693359375f), x);
  return xsimd::fnma(k, batch<float>(-2.12194440e-4f), high);
}

#if defined(__AVX2__)
inline batch<double> exp_near_zero(const batch<double>& r) {
  static constexpr double c[] = {0.50000000000000111,    0.16666666666666413,
                                 0.041666666666530155,   0.0083333333334944179,
                                 0.0013888888943631987,  0.00019841269506647407,
                                 2.4801493096763384e-05, 2.7557586329145536e-06,
                                 2.7630249216417282e-07, 2.5000071962111484e-08};
  return xsimd::fma(polynomial(c, r), square_beside_one(r), r) + batch<double>(1);
}
// x - k log(2)
inline batch<double> remainder_of_log(const batch<double>& x, const batch<double>& k) {
  const batch<double> high = xsimd::fnma(k, batch<double>(0.69314718055994531), x);
  return xsimd::fnma(k, batch<double>(2.3190468138462996e-17), high);
}

// Powers of e and of 2. The result is normal where |x| is at most `normal`, 0 below `least` and
// infinite above `most`.
template <class T>
struct PowerOfE;
template <>
struct PowerOfE<float> {
  static constexpr float per_power = 1.44269504f, normal = 87.3365f, least = -104, most = 89;
  static batch<float> rest(const batch<float>& x, const batch<float>& k) {
    return remainder_of_log(x, k);
  }
};
template <>
struct PowerOfE<double> {
  static constexpr double per_power = 1.4426950408889634, normal = 708.396;
  static constexpr double least = -746, most = 711;
  static batch<double> rest(const batch<double>& x, const batch<double>& k) {
    return remainder_of_log(x, k);
  }
};
template <class T>
struct PowerOf2 {
  static constexpr T per_power = 1, normal = std::numeric_limits<T>::max_exponent - 2;
  static constexpr T least =
      std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits - 1;
  static constexpr T most = std::numeric_limits<T>::max_exponent + 1;
  static batch<T> rest(const batch<T>& x, const batch<T>& k) {
    return (x - k) * batch<T>(T(0.69314718055994531));
  }
};
// From here on a number has no places behind the point.
template <class T>
inline constexpr T whole_from = sizeof(T) == 4 ? T(0x1.8p23) : T(0x1.8p52);

#if !defined(__AVX512F__)
// y 2^k for whole k and y near 1, rounded to infinity and to denormals too: by half of k in the
// exponent, where it stays normal, then by what is left.
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

// The power where it is no normal number, or hardly; other lanes get any number. Not inlined: it is
// rare.
template <class R, class T>
__attribute__((noinline)) batch<T> power_at_ends(batch<T> x) {
  const mask<T> none = x < batch<T>(R::least);
  const batch<T> inside = xsimd::min(batch<T>(R::most), xsimd::select(none, batch<T>(T(0)), x));
  const batch<T> k = xsimd::nearbyint(inside * batch<T>(R::per_power));
  const batch<T> e = times_power(exp_near_zero(R::rest(inside, k)), k);
  return xsimd::select(none, batch<T>(T(0)), e);
}
#endif

// 2^k e^r, |r| <= log(2) / 2, where the last bits of `place` are k.
template <class R, class T>
batch<T> power_scaled(const batch<T>& x) {
  const batch<T> far(whole_from<T>);
#if defined(__AVX512F__)
  const batch<T> inside = xsimd::min(batch<T>(R::most), x);
  const batch<T> k = xsimd::fma(inside, batch<T>(R::per_power), far) - far;
  const batch<T> y = exp_near_zero(R::rest(inside, k));
  // Where nothing is left, nothing is multiplied.
  if constexpr (sizeof(T) == 4)
    return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(x, batch<T>(R::least), _CMP_NLT_UQ), y, k);
  else
    return _mm512_maskz_scalef_pd(_mm512_cmp_pd_mask(x, batch<T>(R::least), _CMP_NLT_UQ), y, k);
#else
  using I = batch<std::conditional_t<sizeof(T) == 4, int32_t, int64_t>>;
  const batch<T> place = xsimd::fma(x, batch<T>(R::per_power), far), k = place - far;
  const I y = xsimd::bitwise_cast<I>(exp_near_zero(R::rest(x, k)));
  const I power = xsimd::bitwise_cast<I>(place) << (std::numeric_limits<T>::digits - 1);
  const mask<T> extreme = !(xsimd::abs(x) <= batch<T>(R::normal));
  const batch<T> e = xsimd::bitwise_cast<batch<T>>(y + power);
  if (__builtin_expect(!xsimd::any(extreme), 1)) return e;
  return xsimd::select(extreme, power_at_ends<R, T>(x), e);
#endif
}
#endif

// e^x, by its square root where xsimd would give up.
template <class T>
batch<T> exp(const batch<T>& x) {
#ifdef __AVX2__
  return power_scaled<PowerOfE<T>>(x);
#else
  const batch<T> zero(T(0)), least(T(sizeof(T) == 4 ? -104 : -746));
  const mask<T> extreme = xsimd::abs(x) > batch<T>(T(sizeof(T) == 4 ? 87 : 707)), none = x < least;
  const batch<T> y = xsimd::exp(xsimd::select(extreme, zero, x));
  if (!xsimd::any(extreme)) return y;
  const batch<T> r = xsimd::exp(xsimd::select(extreme && !none, x * batch<T>(T(0.5)), zero));
  return xsimd::select(none, zero, xsimd::select(extreme, r * r, y));
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
#ifdef __AVX2__
  return power_scaled<PowerOf2<T>>(x);
#else
  const batch<T> zero(T(0)), least(T(sizeof(T) == 4 ? -150 : -1075));
  const mask<T> extreme = xsimd::abs(x) > batch<T>(T(sizeof(T) == 4 ? 125 : 1021)),
                none = x < least;
  const batch<T> y = xsimd::exp2(xsimd::select(extreme, zero, x));
  if (!xsimd::any(extreme)) return y;
  const batch<T> half = x * batch<T>(T(0.5));
  const batch<T> r = xsimd::exp2(xsimd::select(extreme && !none, half, zero));
  return xsimd::select(none, zero, xsimd::select(extreme, r * r, y));
#endif
}

#if defined(__AVX2__)
// x = k log(2) + r, with half of 2^k and e^r - 1. Of x hardly above what makes the power infinite.
template <class T>
struct Power {
  batch<T> half, rest;
  explicit Power(const batch<T>& x);
};
template <>
inline Power<float>::Power(const batch<float>& x) {
  using V = batch<float>;
  static constexpr float c[] = {0.5f, 0.166665778f, 0.0416668542f, 0.00836314633f, 0.00139012875f};
  const V far(whole_from<float> + 126);
  const V place = xsimd::fma(x, V(1.44269504f), far);
  const V r = remainder_of_log(x, place - far);
  half = xsimd::bitwise_cast<V>(xsimd::bitwise_cast<batch<int32_t>>(place) << 23);
  rest = xsimd::fma(r * polynomial(c, r), r, r);
}
#endif

template <class T>
batch<T> expm1(const batch<T>& x) {
#ifdef __AVX2__
  if constexpr (sizeof(T) == 4) {
    const batch<T> inside = xsimd::min(batch<T>(T(89)), xsimd::max(batch<T>(T(-20)), x));
    const Power<T> p(inside);
    const batch<T> y = xsimd::fma(p.half, p.rest, p.half - batch<T>(T(0.5)));
    return xsimd::select(x == batch<T>(T(0)), x, y + y);
  }
#endif
  batch<T> y = xsimd::expm1(x);
  const mask<T> large = x > batch<T>(T(sizeof(T) == 4 ? 60 : 600));
  if (xsimd::any(large)) y = xsimd::select(large, exp(x), y);
  return xsimd::select(x == batch<T>(T(0)), x, y);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
