// Logarithms. Those of xsimd are wrong for denormal doubles, and some lose the sign of zero.
#pragma once

#include "tensor/kernels/simd/exponential.h"

namespace gradus::kernels::GRADUS_ISA::simd {

#if defined(__AVX2__)
// log x = k log(2) + log m, m = (1 + f) / c, from a table of c near 1 / m and its logarithm. The
// large parts of log c and log(2) are multiples of 2^-17, so that k log(2) - log c is exact but for
// a small rest, and m near 1 has c = 1 and k = 0. Printed by tests/reference/fit_polynomials.py.
struct LogParts {
  batch<float> f, high, low;
};
template <class Add>
batch<float> sum_of(const batch<float>& f, Add) {
  return f;
}
template <class Add>
batch<float> sum_of(const batch<float>&, Add add, const batch<float>& rest) {
  return add(rest);
}

#if defined(__AVX512F__)
alignas(64) inline constexpr float log_scale[] = {
    1.0f,    0.9375f, 0.875f,  0.8125f, 0.78125f, 0.75f,   0.6875f, 0.6875f,
    1.3125f, 1.25f,   1.1875f, 1.1875f, 1.125f,   1.0625f, 1.0625f, 1.0f};
alignas(64) inline constexpr float log_high[] = {
    0.0f,         0.0645446777f, 0.133529663f, 0.207641602f, 0.246856689f, 0.287689209f,
    0.374694824f, 0.374694824f,  0.421218872f, 0.470001221f, 0.52130127f,  0.52130127f,
    0.575363159f, 0.632522583f,  0.632522583f, 0.693145752f};
alignas(64) inline constexpr float log_low[] = {0.0f,
                                                -6.15659701e-6f,
                                                1.72953855e-6f,
                                                -2.23678421e-6f,
                                                3.38847849e-6f,
                                                -7.13653253e-6f,
                                                -1.3747773e-6f,
                                                -1.3747773e-6f,
                                                -5.40699421e-6f,
                                                2.40854251e-6f,
                                                -4.34589811e-6f,
                                                -4.34589811e-6f,
                                                9.85723887e-7f,
                                                -2.42643026e-8f,
                                                -2.42643026e-8f,
                                                1.42860677e-6f};

// Of any x + rest: 0 and infinity have k infinite, and negative numbers a nan as m.
template <class... Rest>
LogParts log_parts(const batch<float>& x, const Rest&... rest) {
  const auto at = [](const float* table, __m512i i) {
    return batch<float>(_mm512_permutexvar_ps(i, _mm512_load_ps(table)));
  };
  const batch<float> k = _mm512_getexp_ps(x);
  const batch<float> m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const __m512i i = _mm512_srli_epi32(_mm512_castps_si512(m), 19);
  const batch<float> scale = at(log_scale, i), f = xsimd::fma(m, scale, batch<float>(-1));
  const auto add = [&](const batch<float>& r) {
    const __m512i one = _mm512_castps_si512(_mm512_set1_ps(1.0f));
    const __m512i power = _mm512_sub_epi32(_mm512_castps_si512(m), _mm512_castps_si512(x));
    const __m512i bits = _mm512_max_epi32(_mm512_add_epi32(power, one), _mm512_setzero_si512());
    return xsimd::fma(r * batch<float>(_mm512_castsi512_ps(bits)), scale, f);
  };
  return {sum_of(f, add, rest...), xsimd::fma(k, batch<float>(0.693145752f), at(log_high, i)),
          xsimd::fma(k, batch<float>(1.4286068e-6f), at(log_low, i))};
}
#else
alignas(32) inline constexpr float log_scale[] = {1.34375f, 1.25f,    1.125f,    1.0625f,
                                                  1.0f,     0.90625f, 0.796875f, 0.734375f};
alignas(32) inline constexpr float log_high[] = {0.051109314f,  0.0367889404f, 0.0555038452f,
                                                 0.0260162354f, 0.0f,          0.0117950439f,
                                                 0.0537719727f, 0.0488052368f};
alignas(32) inline constexpr float log_low[] = {
    6.34212896e-08f, -2.29903389e-06f, -8.57312443e-08f, 2.54040197e-06f, 0.0f,
    1.63129789e-06f, -1.31716092e-06f, 5.21232266e-08f};

// Of x + rest for normal x. The eighths of the octave from 0.71875 are counted, so that k is a
// number of them.
template <class... Rest>
LogParts log_parts(const batch<float>& x, const Rest&... rest) {
  const auto at = [](const float* table, __m256i i) {
    return batch<float>(_mm256_permutevar8x32_ps(_mm256_load_ps(table), i));
  };
  const __m256i first = _mm256_set1_epi32(0x3f380000);
  const __m256i bits =
      _mm256_add_epi32(_mm256_castps_si256(x), _mm256_set1_epi32(0x40000000 - 0x3f380000));
  const __m256i fraction = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffff));
  const batch<float> m = _mm256_castsi256_ps(_mm256_add_epi32(fraction, first));
  const __m256i i = _mm256_srli_epi32(bits, 20);
  const __m256i counted = _mm256_or_si256(i, _mm256_castps_si256(_mm256_set1_ps(0x1p23f)));
  const batch<float> k = batch<float>(_mm256_castsi256_ps(counted)) - batch<float>(0x1p23f + 1028);
  const batch<float> scale = at(log_scale, i), f = xsimd::fma(m, scale, batch<float>(-1));
  const auto add = [&](const batch<float>& r) {
    const __m256i one = _mm256_castps_si256(_mm256_set1_ps(1.0f));
    const __m256i power = _mm256_sub_epi32(_mm256_castps_si256(m), _mm256_castps_si256(x));
    const __m256i bits = _mm256_max_epi32(_mm256_add_epi32(power, one), _mm256_setzero_si256());
    return xsimd::fma(r * batch<float>(_mm256_castsi256_ps(bits)), scale, f);
  };
  return {sum_of(f, add, rest...), xsimd::fma(k, batch<float>(0.0866394043f), at(log_high, i)),
          xsimd::fma(k, batch<float>(3.993273e-6f), at(log_low, i))};
}
// Where x is no positive normal number.
inline mask<float> log_is_special(const batch<float>& x) {
  const __m256i moved = _mm256_add_epi32(_mm256_castps_si256(x), _mm256_set1_epi32(0x7f800000));
  return mask<float>(
      _mm256_castsi256_ps(_mm256_cmpgt_epi32(moved, _mm256_set1_epi32(-0x01000001))));
}
#endif

// To 1 ulp, or to 0.8 where `exact`.
template <bool exact = false>
batch<float> log_of_parts(const LogParts& p) {
#if defined(__AVX512F__)
  static constexpr float c[] = {-0.49999946f, 0.333338669f, -0.25067682f, 0.197864061f};
#else
  static constexpr float c[] = {-0.499999979f, 0.333332632f, -0.250030722f, 0.200639887f,
                                -0.158741771f};
#endif
  const batch<float> f = p.f;
  const batch<float> t = f * f, rest = xsimd::fma(t, polynomial_by_halves(c, f, t), p.low);
  if (!exact) return p.high + (f + rest);
  const batch<float> sum = p.high + f;
  return sum + (rest + ((p.high - sum) + f));
}

#if !defined(__AVX512F__)
// The logarithm of what is no positive normal number; other lanes get any number.
__attribute__((noinline)) inline batch<float> log_of_special(batch<float> x) {
  using V = batch<float>;
  const V zero(0.0f), inf(std::numeric_limits<float>::infinity());
  const mask<float> tiny = x < V(std::numeric_limits<float>::min());
  LogParts p = log_parts(xsimd::select(tiny, x * V(0x1p23f), x));
  p.high = xsimd::select(tiny, p.high - V(184 * 0.0866394043f), p.high);
  p.low = xsimd::select(tiny, p.low - V(184 * 3.993273e-6f), p.low);
  const V y = xsimd::select(x < inf, log_of_parts(p), x);
  return xsimd::select(x > zero, y,
                       xsimd::select(x == zero, -inf, V(std::numeric_limits<float>::quiet_NaN())));
}
#endif

// log(x + rest)
template <class... Rest>
batch<float> log_by_table(const batch<float>& x, const Rest&... rest) {
  const LogParts p = log_parts(x, rest...);
  const batch<float> y = log_of_parts<sizeof...(rest) != 0>(p);
#if defined(__AVX512F__)
  if (sizeof...(rest) == 0) return y;
  const auto infinite = xsimd::abs(p.high) == infinity(x) && x >= batch<float>(0.0f);
  return xsimd::select(infinite, p.high, y);
#else
  const mask<float> special = log_is_special(x);
  if (__builtin_expect(!xsimd::any(special), 1)) return y;
  return xsimd::select(special, log_of_special(x), y);
#endif
}
#endif

#if defined(__AVX512F__)
// The same of doubles, with the same table, whose logarithms are multiples of 2^-42 and a rest.
alignas(64) inline constexpr double log_scale_of_double[] = {
    1,      0.9375, 0.875,  0.8125, 0.78125, 0.75,   0.6875, 0.6875,
    1.3125, 1.25,   1.1875, 1.1875, 1.125,   1.0625, 1.0625, 1};
alignas(64) inline constexpr double log_high_of_double[] = {0,
                                                            0.0645385211375924,
                                                            0.13353139262449076,
                                                            0.20763936477828793,
                                                            0.2468600779316148,
                                                            0.28768207245184385,
                                                            0.3746934494413381,
                                                            0.3746934494413381,
                                                            0.4212134650763346,
                                                            0.4700036292456389,
                                                            0.521296923633372,
                                                            0.521296923633372,
                                                            0.5753641449034603,
                                                            0.6325225587434034,
                                                            0.6325225587434034,
                                                            0.6931471805598903};
alignas(64) inline constexpr double log_low_of_double[] = {0,
                                                           -2.1225608044809997e-14,
                                                           3.1859736349078334e-14,
                                                           -4.3425422595242564e-14,
                                                           -8.899851356560444e-14,
                                                           -6.292357389008195e-14,
                                                           7.260466149925637e-14,
                                                           7.260466149925637e-14,
                                                           -3.1063837541003616e-14,
                                                           9.667719603235566e-14,
                                                           -8.590204918402764e-14,
                                                           -8.590204918402764e-14,
                                                           1.0152652766306816e-13,
                                                           1.0711543657844876e-13,
                                                           1.0711543657844876e-13,
                                                           5.497923018708371e-14};

inline batch<double> log_by_table(const batch<double>& x) {
  using V = batch<double>;
  static constexpr double c[] = {-0.50000000000000022, 0.33333333333331544,  -0.24999999999827788,
                                 0.20000000005814272,  -0.16666666974477989, 0.14285708497341673,
                                 -0.12499776592298065, 0.11113320288153636,  -0.10071343876495048,
                                 0.088273719817857296};
  const auto at = [](const double* table, __m512i i) {
    return V(_mm512_permutex2var_pd(_mm512_load_pd(table), i, _mm512_load_pd(table + 8)));
  };
  const V k = _mm512_getexp_pd(x);
  const V m = _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const __m512i i = _mm512_srli_epi64(_mm512_castpd_si512(m), 48);
  const V f = xsimd::fma(m, at(log_scale_of_double, i), V(-1)), t = f * f;
  const V high = xsimd::fma(k, V(0.6931471805598903), at(log_high_of_double, i));
  const V low = xsimd::fma(k, V(5.497923018708371e-14), at(log_low_of_double, i));
  return high + (f + xsimd::fma(t, polynomial_by_halves(c, f, t), low));
}
#endif

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
#if defined(__AVX2__)
  if constexpr (sizeof(T) == 4) return log_by_table(x);
#endif
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 8) return log_by_table(x);
#endif
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
#if defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    const batch<T> one(T(1));
    const mask<T> itself = xsimd::abs(x) < batch<T>(0x1p-40f);  // where x^2 may be denormal
    const batch<T> z = xsimd::select(itself, one, x);
    const batch<T> sum = one + z, large = xsimd::max(one, z), small = xsimd::min(one, z);
    return xsimd::select(itself, x, log_by_table(sum, small - (sum - large)));
  }
#endif
  return xsimd::select(x == batch<T>(T(0)), x, xsimd::log1p(x));
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
