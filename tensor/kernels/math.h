// Elementary functions as function objects, for use inside formulas: in a kernel they work on
// batches, elsewhere on float, double and whatever argument-dependent lookup finds (a taped
// tensor). Objects, because a formula named `tanh` hides the function of that name.
#pragma once

#include "tensor/kernels/isa.h"
#ifdef GRADUS_KERNEL
#include "tensor/kernels/simd/math.h"
#else
#include <cmath>

#include "tensor/kernels/special.h"
#endif

// clang-format off
#define GRADUS_MATH_STD_1(X) \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sqrt) X(sin) X(cos) X(tan) X(asin) \
  X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(abs) X(ceil) \
  X(floor) X(trunc)
#define GRADUS_MATH_STD_2(X) X(pow) X(atan2) X(hypot) X(fmod) X(nextafter) X(copysign)
#define GRADUS_MATH_SPECIAL_1(X) \
  X(round_even) X(lgamma) X(digamma) X(erfinv) X(i0) X(i0e) X(i1) X(i1e)
#define GRADUS_MATH_SPECIAL_2(X) X(polygamma)
// clang-format on

namespace gradus::kernels::GRADUS_ISA {

// No object of namespace math is visible here, so unqualified calls see functions only.
namespace lookup {
#ifdef GRADUS_KERNEL
#define GRADUS_MATH_CALL(f) simd::f
using simd::select;
#else
#define GRADUS_MATH_CALL(f) f
#define GRADUS_MATH_USING(f) using std::f;
GRADUS_MATH_STD_1(GRADUS_MATH_USING)
GRADUS_MATH_STD_2(GRADUS_MATH_USING)
#undef GRADUS_MATH_USING
#define GRADUS_MATH_USING(f) using special::f;
GRADUS_MATH_SPECIAL_1(GRADUS_MATH_USING)
GRADUS_MATH_SPECIAL_2(GRADUS_MATH_USING)
#undef GRADUS_MATH_USING
inline double select(bool cond, double a, double b) { return cond ? a : b; }
#endif

#define GRADUS_MATH_FUNCTION(f)            \
  struct f##_function {                    \
    template <class... V>                  \
    auto operator()(const V&... x) const { \
      return GRADUS_MATH_CALL(f)(x...);    \
    }                                      \
  };
GRADUS_MATH_STD_1(GRADUS_MATH_FUNCTION)
GRADUS_MATH_STD_2(GRADUS_MATH_FUNCTION)
GRADUS_MATH_SPECIAL_1(GRADUS_MATH_FUNCTION)
GRADUS_MATH_SPECIAL_2(GRADUS_MATH_FUNCTION)
GRADUS_MATH_FUNCTION(select)
#undef GRADUS_MATH_FUNCTION
#undef GRADUS_MATH_CALL
}  // namespace lookup

namespace math {
#define GRADUS_MATH_OBJECT(f) inline constexpr lookup::f##_function f{};
GRADUS_MATH_STD_1(GRADUS_MATH_OBJECT)
GRADUS_MATH_STD_2(GRADUS_MATH_OBJECT)
GRADUS_MATH_SPECIAL_1(GRADUS_MATH_OBJECT)
GRADUS_MATH_SPECIAL_2(GRADUS_MATH_OBJECT)
GRADUS_MATH_OBJECT(select)
#undef GRADUS_MATH_OBJECT
}  // namespace math

}  // namespace gradus::kernels::GRADUS_ISA
