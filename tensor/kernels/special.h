// Special functions of one element, by other ways than those of batches in simd/, for formulas
// outside kernels. Defined once, in special.cpp, without instruction-set flags.
#pragma once

namespace gradus::kernels::special {

#define GRADUS_SPECIAL_1(f) \
  double f(double x);       \
  float f(float x);
GRADUS_SPECIAL_1(round_even)
GRADUS_SPECIAL_1(lgamma)
GRADUS_SPECIAL_1(digamma)
GRADUS_SPECIAL_1(erfinv)
GRADUS_SPECIAL_1(i0)
GRADUS_SPECIAL_1(i0e)
GRADUS_SPECIAL_1(i1)
GRADUS_SPECIAL_1(i1e)
#undef GRADUS_SPECIAL_1

// n is a non-negative integer.
double polygamma(double n, double x);
float polygamma(float n, float x);

}  // namespace gradus::kernels::special
