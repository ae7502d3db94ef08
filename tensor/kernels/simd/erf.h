// The error function and its complement: for |x| < 1/2 from erf(x)/x, above from (1 + 2x) e^(x^2)
// erfc(x), both by Chebyshev series, the second in (x - pole) / (x + pole) as Shepherd and
// Laframboise do (Math. Comp. 36, 1981). The coefficients are fitted by tests/reference/fit_erf.py.
#pragma once

#include "tensor/kernels/simd/exponential.h"

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
  const batch<T> one(T(1)), most(T(28)), pole(S::pole);
  const batch<T> z = xsimd::select(x < most, x, most);
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
  return exp<T>(-(high * high)) * (factor * series / (one + z + z));
}

template <class T>
batch<T> erf(const batch<T>& x) {
  const batch<T> z = xsimd::abs(x), half(T(0.5));
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
  const batch<T> far = erfc_far<T>(xsimd::select(near, half, z));
  const batch<T> mirrored = xsimd::select(x < batch<T>(T(0)), one + one - far, far);
  return xsimd::select(near, y, xsimd::select(x != x, x, mirrored));
}

// e^(-x^2/2), as a power of 2.
inline batch<float> bell(const batch<float>& x) {
  static constexpr float c[] = {1.0f,         0.69314718f,    0.240226477f,   0.0555033237f,
                                0.009618438f, 0.00133989006f, 0.000153533416f};
  const batch<float> y = x * x * batch<float>(-0.72134752f);
#ifdef __AVX512F__
  const batch<float> inside = xsimd::max(batch<float>(-151), y), k = xsimd::nearbyint(inside);
  return _mm512_scalef_ps(polynomial(c, inside - k), k);
#else
  const batch<float> least(-126.0f), inside = xsimd::max(least, y), k = xsimd::nearbyint(inside);
  const auto power = (xsimd::to_int(k) + batch<int32_t>(127)) << 23;
  const batch<float> r = polynomial(c, inside - k) * xsimd::bitwise_cast<batch<float> >(power);
  return xsimd::select(y < least, batch<float>(0.0f), r);
#endif
}

// The probability that a standard normal number is below x. Float: up to |x| = 3 by an odd
// polynomial; else that of being above |x| is e^(-x^2/2) t Q(t), t = 1 / (1 + 0.3 |x|), after
// formula 26.2.17 of Abramowitz and Stegun. Fitted by tests/reference/fit_polynomials.py.
template <class T>
batch<T> normal_cdf(const batch<T>& x) {
  if constexpr (sizeof(T) == 4) {
    static constexpr float p[] = {
        0.227713168f,    -0.092832461f,   0.0459720902f,    -0.0205713753f,   0.00802287087f,
        -0.00272817397f, 0.000813557243f, -0.000219291396f, 0.0000577763894f, -0.0000114635477f};
    const batch<T> z = xsimd::abs(x), s = xsimd::fma(x * x, batch<T>(2.0f / 9), batch<T>(-1.0f));
    const batch<T> near = xsimd::fma(x, polynomial(p, s), batch<T>(0.5f));
    const mask<T> is_near = z <= batch<T>(3.0f);
    if (xsimd::all(is_near)) return near;
    static constexpr float q[] = {0.5f,         0.82981021f,  0.618251562f,  0.0824744254f,
                                  -0.12980333f, 0.014435638f, 0.0938852951f, 0.0359715223f};
    const batch<T> one(1.0f), t = one / xsimd::fma(z, batch<T>(0.3f), one);
    const batch<T> above = bell(x) * (t * polynomial(q, t - one));
    const batch<T> far = xsimd::select(x < batch<T>(0.0f), above, one - above);
    return xsimd::select(is_near, near, far);
  } else {
    return batch<T>(T(0.5)) * erfc<T>(x * batch<T>(T(-0.70710678118654752440)));
  }
}

// The x with erf(x) = y. Float: after Giles, "Approximating the erfinv function" (GPU Computing
// Gems, 2011), by polynomials in log(1 - y^2).
inline batch<float> erfinv(const batch<float>& y) {
  using V = batch<float>;
  static constexpr float inner[] = {1.50140941f,     0.246640727f,   -0.00417768164f,
                                    -0.00125372503f, 0.00021858087f, -4.39150654e-6f,
                                    -3.5233877e-6f,  3.43273939e-7f, 2.81022636e-8f};
  static constexpr float outer[] = {2.83297682f,    1.00167406f,     0.00943887047f,
                                    -0.0076224613f, 0.00573950773f,  -0.00367342844f,
                                    0.00134934322f, 0.000100950558f, -0.000200214257f};
  const V one(1.0f), w = -log<float>((one - y) * (one + y));
  const V near = polynomial(inner, w - V(2.5f)), far = polynomial(outer, xsimd::sqrt(w) - V(3.0f));
  const V x = xsimd::select(w < V(5.0f), near, far) * y, edge = y * infinity(y);
  return xsimd::select(xsimd::abs(y) == one, edge, x);
}

// a(x) / (1 + x b(x)).
template <int n>
batch<double> ratio(const double (&a)[n], const double (&b)[n - 1], const batch<double>& x) {
  return polynomial(a, x) / xsimd::fma(polynomial(b, x), x, batch<double>(1.0));
}

// Double: from the quantile of normal numbers, algorithm AS 241 of Wichura (Applied Statistics 37,
// 1988), to 5 ulp.
__attribute__((noinline)) inline batch<double> erfinv(batch<double> y) {
  using V = batch<double>;
  static constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                 1.9715909503065514427e3, 1.3731693765509461125e4,
                                 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[] = {4.2313330701600911252e1, 6.8718700749205790830e2,
                                 5.3941960214247511077e3, 2.1213794301586595867e4,
                                 3.9307895800092710610e4, 2.8729085735721942674e4,
                                 5.2264952788528545610e3};
  static constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {2.05319162663775882187e0,  1.67638483018380384940e0,
                                 6.89767334985100004550e-1, 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2, 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
  const V one(1.0), half(0.5), root_half(0.70710678118654752440), z = xsimd::abs(y);
  const V q = y * half, scale = half * root_half;
  const V near = y * (scale * ratio(a, b, xsimd::fnma(q, q, V(0.180625))));
  const mask<double> is_near = z <= V(0.85);
  if (xsimd::all(is_near)) return near;
  const V r = xsimd::sqrt(-log<double>((one - z) * half));
  V far = ratio(c, d, r - V(1.6));
  const mask<double> last = r > V(5.0);
  if (xsimd::any(last)) far = xsimd::select(last, ratio(e, f, r - V(5.0)), far);
  const V x = xsimd::select(is_near, near, xsimd::copysign(far * root_half, y));
  return xsimd::select(z == one, y * infinity(y), x);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
