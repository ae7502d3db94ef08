// Elementary functions as function objects, for use inside formulas: in a kernel they work on
// batches, elsewhere on float, double and whatever argument-dependent lookup finds (a taped
// tensor). Objects, because a formula named `tanh` hides the function of that name.
#pragma once

#include "tensor/kernels/isa.h"
#ifdef GRADUS_KERNEL
#include "tensor/kernels/simd/math.h"
#else
#include <cmath>
#include <concepts>

#include "tensor/kernels/special.h"
#endif

// clang-format off
#define GRADUS_MATH_STD(X) \
  X(abs) X(acos) X(acosh) X(asin) X(asinh) X(atan) X(atan2) X(atanh) X(ceil) X(copysign) X(cos) \
  X(cosh) X(erf) X(erfc) X(exp) X(exp2) X(expm1) X(floor) X(fma) X(fmod) X(hypot) X(log) \
  X(log10) X(log1p) X(log2) X(nextafter) X(pow) X(sin) X(sinh) X(sqrt) X(tan) X(tanh) X(trunc)
#define GRADUS_MATH_SPECIAL(X) \
  X(digamma) X(erfinv) X(i0) X(i0e) X(i1) X(i1e) X(lgamma) X(polygamma) X(round_even) X(zeta)
#define GRADUS_MATH_OTHER(X) X(infinity) X(max) X(min) X(normal_cdf) X(select)
// Those that no kernel has: see tensor/kernels/formulas/scalar.h.
#ifdef GRADUS_KERNEL
#define GRADUS_MATH_SCALAR(X)
#else
#define GRADUS_MATH_SCALAR(X) \
  X(airy_ai) X(airy_ai_prime) X(bessel_j0) X(bessel_j1) X(bessel_y0) X(bessel_y1) X(erfcx) \
  X(modified_bessel_k0) X(modified_bessel_k1) X(scaled_modified_bessel_k0) \
  X(scaled_modified_bessel_k1)
#endif
// clang-format on

namespace gradus::kernels::GRADUS_ISA {

// No object of namespace math is visible here, so unqualified calls see functions only.
namespace lookup {
#ifdef GRADUS_KERNEL
#define GRADUS_MATH_CALL(f) simd::f
#else
#define GRADUS_MATH_CALL(f) f
#define GRADUS_MATH_USING(f) using std::f;
GRADUS_MATH_STD(GRADUS_MATH_USING)
#undef GRADUS_MATH_USING
#define GRADUS_MATH_USING(f) using special::f;
GRADUS_MATH_SPECIAL(GRADUS_MATH_USING)
GRADUS_MATH_SCALAR(GRADUS_MATH_USING)
#undef GRADUS_MATH_USING
inline double infinity(double) { return HUGE_VAL; }
inline double normal_cdf(double x) { return 0.5 * std::erfc(x * -0.70710678118654752440); }
inline double select(bool cond, double a, double b) { return cond ? a : b; }
template <std::integral T>
T select(bool cond, T a, T b) {
  return cond ? a : b;
}
template <class T>
T max(const T& a, const T& b) {
  return a < b ? b : a;
}
template <class T>
T min(const T& a, const T& b) {
  return b < a ? b : a;
}
template <std::integral T>
T fma(T a, T b, T c) {
  return static_cast<T>(a * b + c);
}
#endif

#define GRADUS_MATH_FUNCTION(f)            \
  struct f##_function {                    \
    template <class... V>                  \
    auto operator()(const V&... x) const { \
      return GRADUS_MATH_CALL(f)(x...);    \
    }                                      \
  };
GRADUS_MATH_STD(GRADUS_MATH_FUNCTION)
GRADUS_MATH_SPECIAL(GRADUS_MATH_FUNCTION)
GRADUS_MATH_SCALAR(GRADUS_MATH_FUNCTION)
GRADUS_MATH_OTHER(GRADUS_MATH_FUNCTION)
#undef GRADUS_MATH_FUNCTION
#undef GRADUS_MATH_CALL
}  // namespace lookup

namespace math {
#define GRADUS_MATH_OBJECT(f) inline constexpr lookup::f##_function f{};
GRADUS_MATH_STD(GRADUS_MATH_OBJECT)
GRADUS_MATH_SPECIAL(GRADUS_MATH_OBJECT)
GRADUS_MATH_SCALAR(GRADUS_MATH_OBJECT)
GRADUS_MATH_OTHER(GRADUS_MATH_OBJECT)
#undef GRADUS_MATH_OBJECT
}  // namespace math

}  // namespace gradus::kernels::GRADUS_ISA
