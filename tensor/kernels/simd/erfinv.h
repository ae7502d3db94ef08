// The inverse of the error function, for y > 0: up to 0.8 it is y + y f(0.8^2 - y^2), above it is
// r + g(r), where r^2 = -log(1 - y) and 1 - y is exact; f and g are quotients of polynomials. The
// form is that of Blair, Edwards and Johnson (Math. Comp. 30, 1976); the coefficients are fitted by
// tests/reference/fit_special.py.
#pragma once

#include "tensor/kernels/simd/exponential.h"

namespace gradus::kernels::GRADUS_ISA::simd {

template <class T>
struct ErfinvSeries;

template <>
struct ErfinvSeries<float> {
  static constexpr float near_above[] = {0.132742242f, -0.20789975f, -1.06673379f, -0.434131608f};
  static constexpr float near_below[] = {1.0f, 3.62374526f, 3.32541228f, 0.618560157f};
  static constexpr float far_above[] = {-0.0174937155f, -0.86542321f, -0.691367987f, -0.0160475363f,
                                        0.000335083648f};
  static constexpr float far_below[] = {1.0f, 1.13603357f, 1.80587257f, 0.43484093f};
};

template <>
struct ErfinvSeries<double> {
  static constexpr double near_above[] = {
      0.13274225304602908, 0.44261304471229226, -1.1489762636318324, -6.7419329786009164,
      -10.234724460569496, -6.2245734382270371, -1.40701776045949,   -0.078091075357643318};
  static constexpr double near_below[] = {1.0,
                                          8.5243370663097593,
                                          28.138850085678508,
                                          45.401978031341679,
                                          37.219322043771944,
                                          14.624837768049019,
                                          2.3133256849906688,
                                          0.093208573498960817};
  static constexpr double far_above[] = {
      -0.0008503695584510445, -0.99007273017244939,  -1.1673200017699744,
      -2.1095994104525784,    -1.3305623351658204,   -0.54446272129949263,
      -0.28894473211181191,   -0.047308062675149948, -0.0018810903495302289,
      -5.1337329545149779e-6, 3.516605703859133e-8,  -1.8644856024032013e-10};
  static constexpr double far_below[] = {1.0,
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
};

// The x with erf(x) = y: to 3 ulp. Infinite at 1 and -1, nan beyond.
template <class T>
__attribute__((noinline)) batch<T> erfinv(batch<T> y) {
  using V = batch<T>;
  using S = ErfinvSeries<T>;
  const V z = xsimd::abs(y), one(T(1));
  const mask<T> near = z <= V(T(0.8));
  const V t = xsimd::fnma(y, y, V(T(0.64)));
  V above = polynomial(S::near_above, t) * z, below = polynomial(S::near_below, t), first = z;
  if (!xsimd::all(near)) {
    const V r = xsimd::sqrt(-log<T>(one - z));
    above = xsimd::select(near, above, polynomial(S::far_above, r));
    below = xsimd::select(near, below, polynomial(S::far_below, r));
    first = xsimd::select(near, z, r);
  }
  return xsimd::select(z == one, y * infinity(y), xsimd::copysign(first + above / below, y));
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
