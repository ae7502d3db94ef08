// The names of the elementwise operations, by their form; each list declares functions and methods
// alike.
#pragma once

// clang-format off
// The operations of one argument that come as function, method and in-place method.
#define GRADUS_UNARY_OPS(X) \
  X(abs) X(absolute) X(neg) X(negative) X(sign) X(sgn) X(square) X(sqrt) X(rsqrt) X(reciprocal) \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sin) X(cos) X(tan) X(asin) X(acos) \
  X(atan) X(arcsin) X(arccos) X(arctan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) \
  X(arcsinh) X(arccosh) X(arctanh) X(erf) X(erfc) X(erfinv) X(sigmoid) X(lgamma) X(digamma) \
  X(sinc) X(i0) X(relu) X(ceil) X(floor) X(round) X(trunc) X(fix) X(frac) X(deg2rad) X(rad2deg) \
  X(logical_not) X(bitwise_not)
// Tests that give a bool tensor; not differentiable.
#define GRADUS_PREDICATE_OPS(X) \
  X(isnan) X(isinf) X(isfinite) X(isposinf) X(isneginf) X(isreal) X(signbit)
// Comparisons and logical operations: a bool tensor from two operands.
#define GRADUS_COMPARE_OPS(X) \
  X(eq) X(ne) X(lt) X(le) X(gt) X(ge) X(equal_to) X(not_equal) X(less) X(less_equal) X(greater) \
  X(greater_equal)
#define GRADUS_LOGICAL_OPS(X) X(logical_and) X(logical_or) X(logical_xor)
// Two operands, either a tensor or (as the second) a number; function, method and in-place.
#define GRADUS_BINARY_OPS(X) \
  X(mul) X(multiply) X(floor_divide) X(remainder) X(fmod) X(bitwise_and) X(bitwise_or) \
  X(bitwise_xor) X(bitwise_left_shift) X(bitwise_right_shift) X(pow) X(xlogy)
// Two tensors.
#define GRADUS_BINARY_TENSOR_OPS(X) \
  X(atan2) X(arctan2) X(hypot) X(copysign) X(nextafter) X(heaviside) X(ldexp) X(gcd) X(lcm)
// The same without an in-place form.
#define GRADUS_BINARY_FUNCTIONAL_OPS(X) \
  X(maximum) X(minimum) X(fmax) X(fmin) X(logaddexp) X(logaddexp2)
// clang-format on
