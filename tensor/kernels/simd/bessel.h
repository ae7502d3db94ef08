// The modified Bessel functions of the first kind, of order 0 and 1, also times e^-|x|: up to a
// limit by a polynomial in x^2 / 4, above by one in 1 / x (10.25.2 and 10.40.1 of the NIST Digital
// Library of Mathematical Functions). The coefficients are fitted by
// tests/reference/fit_special.py.
#pragma once

#include "tensor/kernels/simd/erf.h"

namespace gradus::kernels::GRADUS_ISA::simd {

template <class T>
struct BesselSeries;

template <>
struct BesselSeries<float> {
  static constexpr float limit = 8, largest = 100, largest_exponent = 86;
  static constexpr float near0[] = {0.999999991f,   1.00000022f,    0.249999188f,   0.0277788047f,
                                    0.00173550429f, 6.96370968e-5f, 1.89379269e-6f, 4.31586288e-8f,
                                    3.8112934e-10f, 1.49844195e-11f};
  static constexpr float far0[] = {0.398942277f,  0.049869586f,   0.0278987992f,
                                   0.0337852254f, -0.0138519117f, 0.387971542f};
  static constexpr float near1[] = {0.999999998f,    0.500000042f,   0.0833332057f,  0.00694458581f,
                                    0.000347147058f, 1.15959935e-5f, 2.71833694e-7f, 5.30128546e-9f,
                                    4.59347409e-11f, 1.44202726e-12f};
  static constexpr float far1[] = {0.398942284f,   -0.149605447f,  -0.0465757776f,
                                   -0.0461561844f, 0.00969802268f, -0.452376616f};
};

template <>
struct BesselSeries<double> {
  static constexpr double limit = 10, largest = 730, largest_exponent = 700;
  static constexpr double near0[] = {1.0,
                                     0.99999999999999961,
                                     0.25000000000000255,
                                     0.027777777777771671,
                                     0.0017361111111183751,
                                     6.9444444439444814e-5,
                                     1.9290123478592772e-6,
                                     3.9367598252631717e-8,
                                     6.1511886342080382e-10,
                                     7.5940392491411536e-12,
                                     7.5942631517435637e-14,
                                     6.2744816035094213e-16,
                                     4.3675093423341558e-18,
                                     2.541569706899997e-20,
                                     1.4222756537441598e-22,
                                     3.8656481625445132e-25,
                                     4.379883236220583e-27};
  static constexpr double far0[] = {
      0.39894228040143267,  0.049867785050242065, 0.028050629010183758, 0.029219446123512861,
      0.044731301646404062, 0.092378543149859085, 0.03707641551199539,  15.100991735507028,
      -784.43541305141177,  31909.398189725112,   -975100.89984194578,  22665412.377503596,
      -401338917.63377261,  5390163487.6761193,   -54265788896.9682,    400943784715.22582,
      -2098779733291.0016,  7331629255170.095,    -15256474173575.52,   14233530366483.583};
  static constexpr double near1[] = {1.0,
                                     0.49999999999999994,
                                     0.083333333333333648,
                                     0.0069444444444437779,
                                     0.00034722222222293733,
                                     1.1574074073623224e-5,
                                     2.755731924221898e-7,
                                     4.920949811386536e-9,
                                     6.834653552648464e-11,
                                     7.5940449334925915e-13,
                                     6.9038272596991392e-15,
                                     5.2290329350639342e-17,
                                     3.3583019389349525e-19,
                                     1.819491175105932e-21,
                                     9.3981435111587401e-24,
                                     2.5180709966346102e-26,
                                     2.5203994942169033e-28};
  static constexpr double far1[] = {
      0.39894228040143269,   -0.14960335515060425, -0.046751048399131177, -0.040907210587365329,
      -0.057514196858937534, -0.11260436697217016, -0.069218829996770748, -15.876484576368177,
      818.65278325738603,    -33229.633226952751,  1012912.5549095127,    -23484600.689351242,
      414738284.05538094,    -5554302652.7937405,  55744845500.431144,    -410444354321.14065,
      2139989737847.6649,    -7440868153343.2976,  15397620514365.407,    -14266823985762.406};
};

// To 4 ulp, float without fused multiply-adds to 5. i0 and i1 overflow where their values do, not
// where e^x does.
template <int order, bool scaled, class T>
__attribute__((noinline)) batch<T> bessel(batch<T> x) {
  using V = batch<T>;
  using S = BesselSeries<T>;
  const V z = xsimd::abs(x), limit(S::limit), one(T(1)), half(T(0.5));
  const V small = min(z, limit), r = half * small, t = r * r;
  // The rounding of t is magnified by the slope of log I(x) in t, about 2 / (2 r + 1).
  using Bits = ErfSeries<T>;
  T high_bits;
  std::memcpy(&high_bits, &Bits::upper_bits, sizeof(T));
  const V high = r & V(high_bits);
  const V lost = ((r - high) * (r + high) - (t - high * high)) / (r + half);
  const V large = scaled ? max(z, limit) : min(max(z, limit), V(S::largest));
  const V w = one / large;
  V near, far;
  if constexpr (order == 0) {
    near = polynomial(S::near0, t), far = polynomial(S::far0, w);
    near = xsimd::fma(near, lost, near);
  } else {
    near = polynomial(S::near1, t), far = polynomial(S::far1, w);
    near = xsimd::fma(near, lost, near) * r;
  }
  far = far / xsimd::sqrt(large);
  if constexpr (scaled) {
    near = near * exp<T>(-small);
  } else {  // e^x is infinite before the result is
    const V most(S::largest_exponent), excess = max(large - most, V(T(0)));
    far = far * exp<T>(min(large, most));
    if (xsimd::any(large > most)) far = far * exp<T>(excess);
  }
  const V y = xsimd::select(z <= limit, near, far);
  return order == 0 ? y : xsimd::copysign(y, x);
}

template <class T>
batch<T> i0(const batch<T>& x) {
  return bessel<0, false, T>(x);
}
template <class T>
batch<T> i0e(const batch<T>& x) {
  return bessel<0, true, T>(x);
}
template <class T>
batch<T> i1(const batch<T>& x) {
  return bessel<1, false, T>(x);
}
template <class T>
batch<T> i1e(const batch<T>& x) {
  return bessel<1, true, T>(x);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
