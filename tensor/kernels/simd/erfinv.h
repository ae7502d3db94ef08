// The inverse of the error function, for y > 0: up to 0.8 it is y + y f(0.8^2 - y^2), above it is
// r + g(r), where r^2 = -log(1 - y) and 1 - y is exact; f and g are quotients of polynomials. The
// form is that of Blair, Edwards and Johnson (Math. Comp. 30, 1976); the coefficients are fitted by
// tests/reference/fit_special.py.
#pragma once

#include "tensor/kernels/simd/logarithm.h"

namespace gradus::kernels::GRADUS_ISA::simd {

inline constexpr double erfinv_near_above[] = {
    0.13274225304602908, 0.44261304471229226, -1.1489762636318324, -6.7419329786009164,
    -10.234724460569496, -6.2245734382270371, -1.40701776045949,   -0.078091075357643318};
inline constexpr double erfinv_near_below[] = {1.0,
                                               8.5243370663097593,
                                               28.138850085678508,
                                               45.401978031341679,
                                               37.219322043771944,
                                               14.624837768049019,
                                               2.3133256849906688,
                                               0.093208573498960817};
inline constexpr double erfinv_far_above[] = {
    -0.0008503695584510445, -0.99007273017244939,   -1.1673200017699744,  -2.1095994104525784,
    -1.3305623351658204,    -0.54446272129949263,   -0.28894473211181191, -0.047308062675149948,
    -0.0018810903495302289, -5.1337329545149779e-6, 3.516605703859133e-8, -1.8644856024032013e-10};
inline constexpr double erfinv_far_below[] = {1.0,
                                              1.9993656439817841,
                                              4.0628184778648386,
                                              4.0800917878959182,
                                              3.9033985048625011,
                                              1.698524679650994,
                                              0.80879659407661681,
                                              0.25879206048496536,
                                              0.027535783278167343,
                                              0.00073823833577425672,
                                              1.8644856024032013e-10};

// The square root of what is above 0.2, or of what is thrown away.
inline batch<double> root_of_log(const batch<double>& w) {
#if defined(__AVX512F__)
  using V = batch<double>;
  const V half(0.5), r = _mm512_rsqrt14_pd(w), s = w * r, h = r * half;
  const V e = xsimd::fnma(s, h, half), s1 = xsimd::fma(s, e, s), h1 = xsimd::fma(h, e, h);
  const V e1 = xsimd::fnma(s1, h1, half), root = xsimd::fma(s1, e1, s1);
  return xsimd::fma(xsimd::fnma(root, root, w), h1, root);
#else
  return xsimd::sqrt(w);
#endif
}

// The x with erf(x) = y: to 3 ulp. Infinite at 1 and -1, nan beyond.
inline batch<double> erfinv(batch<double> y) {
  using V = batch<double>;
  const V z = xsimd::abs(y), one(1.0);
  const mask<double> near = z <= V(0.8);
  const V t = xsimd::fnma(y, y, V(0.64)), t2 = t * t;
  V above = polynomial_by_halves(erfinv_near_above, t, t2) * z;
  V below = polynomial_by_halves(erfinv_near_below, t, t2), first = z;
  if (!xsimd::all(near)) {
    const V w = -log<double>(one - z), r = root_of_log(w);
    above = xsimd::select(near, above, polynomial_by_halves(erfinv_far_above, r, w));
    below = xsimd::select(near, below, polynomial_by_halves(erfinv_far_below, r, w));
    first = xsimd::select(near, z, r);
  }
  return xsimd::select(z == one, y * infinity(y), xsimd::copysign(first + above / below, y));
}

// Of float it is y times a polynomial in w = -log(1 - y^2), and beyond w = 5 in its square root, as
// Giles does (GPU Computing Gems, 2011); fitted by tests/reference/fit_polynomials.py.
inline batch<float> erfinv(const batch<float>& y) {
  using V = batch<float>;
  static constexpr float near[] = {
      1.50140936f,     0.246640286f,    -0.00417738679f, -0.00125274194f, 0.000218344453f,
      -4.96333262e-6f, -3.46270898e-6f, 4.66166904e-7f,  2.32330362e-8f,  -8.79075295e-9f};
  static constexpr float far[] = {2.832977f,       1.00167423f,      0.00943503692f,
                                  -0.00762621892f, 0.00576554226f,   -0.00365663468f,
                                  0.00129228053f,  0.0000826175371f, -0.000159841024f};
  const V one(1.0f);
#if defined(__FMA__) || defined(__aarch64__)
  const V w = -log<float>(xsimd::fnma(y, y, one));
#else
  const V w = -log<float>((one - y) * (one + y));
#endif
  const V d = w - V(2.5f);
  V factor = polynomial_by_halves(near, d, d * d);
  const mask<float> is_near = w < V(5.0f);
  if (!xsimd::all(is_near))
    factor = xsimd::select(is_near, factor, polynomial(far, xsimd::sqrt(w) - V(3.0f)));
  return y * xsimd::select(xsimd::abs(y) == one, infinity(y), factor);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
