// The error function and its complement: for |x| < 1/2 from erf(x)/x, above from (1 + 2x) e^(x^2)
// erfc(x), both by Chebyshev series, the second in (x - pole) / (x + pole) as Shepherd and
// Laframboise do (Math. Comp. 36, 1981). The coefficients are fitted by tests/reference/fit_erf.py.
#pragma once

#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/pieces.h"

namespace gradus::kernels::GRADUS_ISA::simd {

template <class T>
struct ErfSeries;

template <>
struct ErfSeries<float> {
  static constexpr float pole = 3.0f;
  static constexpr float scale = 1.3151515151515151515f, shift = -0.060606060606060606061f;
  static constexpr float near[] = {1.08388220549061301f, -0.0436777910873752537f,
                                   0.000807111829413321361f, -0.0000119131795192704608f,
                                   1.44027873363030201e-7f};
  static constexpr float far[] = {
      1.2232758877738734f,       -0.0598526084891785932f,  -0.028412712737120566f,
      0.0170315034925785437f,    -0.00514788938044385688f, 0.00102469554116893492f,
      -0.000127378853882149022f, 5.13045720985313881e-6f,  1.29986730813359908e-6f,
      -2.13625284489584936e-7f,  -6.42601785773583432e-9f};
  static constexpr uint32_t upper_bits = 0xfffff000;  // of a number whose square is exact
  using Bits = uint32_t;
};

template <>
struct ErfSeries<double> {
  static constexpr double pole = 3.75;
  static constexpr double scale = 1.3084848484848484848, shift = 0.00060606060606060606061;
  static constexpr double near[] = {
      1.08388220549061301,       -0.0436777910873752537,  0.000807111829413321361,
      -0.0000119131795192704608, 1.44027873363030201e-7,  -1.46771558231690107e-9,
      1.29024396044849304e-11,   -9.9638571801588918e-14, 6.85750585050183877e-16};
  static constexpr double far[] = {
      1.22067982536639204,      -0.0620664004623950216,   -0.0235592310077208528,
      0.0182028882832189928,    -0.00708801130358369339,  0.00199928911753742331,
      -0.000435011406933832497, 0.0000722875322058849676, -8.42066064843303562e-6,
      4.59855084461932954e-7,   4.85868961034214449e-8,   -1.26869365199115211e-8,
      6.20976228540690358e-10,  1.49606203112397722e-10,  -2.28331469491269914e-11,
      -1.13970390697353185e-12, 4.98314965137421231e-13,  -1.00467708446076637e-15,
      -1.01782719738298431e-14, 3.06310581572126166e-16,  2.17582678195097058e-16};
  static constexpr uint64_t upper_bits = 0xfffffffff8000000;
  using Bits = uint64_t;
};

// The sum of c[k] T_k(t), by Clenshaw's recurrence.
template <class T, int n>
batch<T> chebyshev(const T (&c)[n], const batch<T>& t) {
  const batch<T> twice = t + t;
  batch<T> b1(c[n - 1]), b2(T(0));
  for (int k = n - 2; k > 0; --k) {
    const batch<T> b = xsimd::fma(twice, b1, batch<T>(c[k]) - b2);
    b2 = b1;
    b1 = b;
  }
  return xsimd::fma(t, b1, batch<T>(c[0]) - b2);
}

// erf(x) for |x| <= 1/2.
template <class T>
batch<T> erf_near(const batch<T>& x) {
  return x * chebyshev(ErfSeries<T>::near, xsimd::fma(x, batch<T>(T(8)) * x, batch<T>(T(-1))));
}

// erfc(x) for x >= 1/2. The rounding of x^2 would be magnified by e^-x^2: it is split exactly.
template <class T>
batch<T> erfc_far(const batch<T>& x) {
  using S = ErfSeries<T>;
  const batch<T> one(T(1)), zero(T(0)), most(T(sizeof(T) == 4 ? 10.06 : 27.23)), pole(S::pole);
  const mask<T> none = x > most;  // it would be 0 by a product that leaves the normal numbers
  const batch<T> z = xsimd::select(none, one, x);
  const batch<T> s = (z - pole) / (z + pole);
  const batch<T> series = chebyshev(S::far, xsimd::fma(s, batch<T>(S::scale), batch<T>(S::shift)));
  T high_bits;
  std::memcpy(&high_bits, &S::upper_bits, sizeof(T));
  const batch<T> high = z & batch<T>(high_bits);
  const batch<T> rest = (high - z) * (z + high);
  const T powers[] = {1, 1, T(1.0 / 2), T(1.0 / 6), T(1.0 / 24), T(1.0 / 120)};
  constexpr int degree = sizeof(T) == 4 ? 5 : 3;  // -rest is below 0.07 for float, 3e-5 for double
  batch<T> factor(powers[degree]);
  for (int k = degree - 1; k >= 0; --k) factor = xsimd::fma(factor, rest, batch<T>(powers[k]));
  const batch<T> y = exp<T>(-(high * high)) * (factor * series / (one + z + z));
  return xsimd::select(none, zero, y);
}

#if defined(__AVX2__)
// Float: AVX-512 by pieces; else up to 0.92 by an odd polynomial and above as 1 - e^p, where p is a
// polynomial for log erfc. Fitted by tests/reference/fit_polynomials.py.
inline batch<float> erf_of_float(const batch<float>& x) {
#if defined(__AVX512F__)
  return by_pieces(erf_pieces, x);
#else
  using V = batch<float>;
  static constexpr float c[] = {0.128379167f,   -0.376126339f,    0.112836973f,    -0.0268594972f,
                                0.00520127884f, -0.000814551437f, 0.0000838203541f};
  static constexpr float l[] = {-0.000195575032f, -1.12767603f,    -0.637181595f,  -0.103932148f,
                                0.0222271754f,    -0.00304327875f, 0.000195943235f};
  const V one(1.0f), z = xsimd::min(V(4.0f), xsimd::abs(x));  // where it is 1
  const V near = xsimd::fma(z, polynomial(c, square_beside_one(z)), z);
  const Power<float> p(polynomial(l, z));
  const V power = p.half + p.half, far = xsimd::fnma(power, p.rest, one - power);
  return xsimd::copysign(xsimd::select(z < V(0.92f), near, far), x);
#endif
}
#endif

// What is at least this far from 0 is 1 from it.
template <class T>
inline constexpr T erf_is_one = T(sizeof(T) == 4 ? 4 : 6);

template <class T>
batch<T> erf(const batch<T>& x) {
#if defined(__AVX2__)
  if constexpr (sizeof(T) == 4) return erf_of_float(x);
#endif
  const batch<T> z = xsimd::min(batch<T>(erf_is_one<T>), xsimd::abs(x)), half(T(0.5));
  const mask<T> near = z <= half;
  const batch<T> y = erf_near<T>(xsimd::select(near, x, half));
  if (xsimd::all(near)) return y;
  const batch<T> far = batch<T>(T(1)) - erfc_far<T>(xsimd::select(near, half, z));
  return xsimd::select(near, y, xsimd::select(x != x, x, xsimd::copysign(far, x)));
}

template <class T>
batch<T> erfc(const batch<T>& x) {
  const batch<T> z = xsimd::abs(x), one(T(1)), half(T(0.5));
  const mask<T> near = z <= half;
  const batch<T> y = one - erf_near<T>(xsimd::select(near, x, half));
  if (xsimd::all(near)) return y;
  const batch<T> inside =
      xsimd::select(x < batch<T>(T(0)), xsimd::min(batch<T>(erf_is_one<T>), z), z);
  const batch<T> far = erfc_far<T>(xsimd::select(near, half, inside));
  const batch<T> mirrored = xsimd::select(x < batch<T>(T(0)), one + one - far, far);
  return xsimd::select(near, y, xsimd::select(x != x, x, mirrored));
}

// e^(-x^2/2), as a power of 2, where that is a normal number.
inline batch<float> bell(const batch<float>& x) {
  static constexpr float c[] = {1.0f,         0.69314718f,    0.240226477f,   0.0555033237f,
                                0.009618438f, 0.00133989006f, 0.000153533416f};
  const batch<float> y = x * x * batch<float>(-0.72134752f), k = xsimd::nearbyint(y);
#ifdef __AVX512F__
  return _mm512_scalef_ps(polynomial(c, y - k), k);
#else
  const auto power = (xsimd::to_int(k) + batch<int32_t>(127)) << 23;
  return polynomial(c, y - k) * xsimd::bitwise_cast<batch<float> >(power);
#endif
}

// The probability that a standard normal number is below x. Float: up to |x| = 3 by an odd
// polynomial; else that of being above |x| is e^(-x^2/2) t Q(t), t = 1 / (1 + 0.3 |x|), after
// formula 26.2.17 of Abramowitz and Stegun. Fitted by tests/reference/fit_polynomials.py. Below
// -12.9, where the probability is near the denormal numbers, it is 0.
template <class T>
__attribute__((always_inline)) inline batch<T> normal_cdf(const batch<T>& x) {
  if constexpr (sizeof(T) == 4) {
    static constexpr float p[] = {
        0.227713168f,    -0.092832461f,   0.0459720902f,    -0.0205713753f,   0.00802287087f,
        -0.00272817397f, 0.000813557243f, -0.000219291396f, 0.0000577763894f, -0.0000114635477f};
    const batch<T> s = xsimd::fma(square_beside_one(x), batch<T>(2.0f / 9), batch<T>(-1.0f));
    const batch<T> near = xsimd::fma(x, polynomial(p, s), batch<T>(0.5f));
    const mask<T> is_near = xsimd::abs(x) <= batch<T>(3.0f);
    if (xsimd::all(is_near)) return near;
    static constexpr float q[] = {0.5f,         0.82981021f,  0.618251562f,  0.0824744254f,
                                  -0.12980333f, 0.014435638f, 0.0938852951f, 0.0359715223f};
    const batch<T> zero(0.0f), one(1.0f), least(-12.9f);
    const batch<T> inside = xsimd::max(least, xsimd::min(batch<T>(6.0f), x));  // right of it, 1
    const batch<T> t = one / xsimd::fma(xsimd::abs(inside), batch<T>(0.3f), one);
    const batch<T> above = bell(inside) * (t * polynomial(q, t - one));
    const batch<T> below = xsimd::select(x < least, zero, above);
    const batch<T> far = xsimd::select(x < zero, below, one - above);
    return xsimd::select(is_near, near, far);
  } else {
    return batch<T>(T(0.5)) * erfc<T>(x * batch<T>(T(-0.70710678118654752440)));
  }
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
