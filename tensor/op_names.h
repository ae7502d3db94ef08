// The names of the elementwise operations, by their form; each list declares functions and methods
// alike. An operation's formula (tensor/kernels/formulas) has the same name.
#pragma once

// clang-format off
// One argument: function, method and in-place method.
#define GRADUS_UNARY_OPS(X)                                                                       \
  X(abs) X(neg) X(sign) X(square) X(sqrt) X(rsqrt) X(reciprocal) X(exp) X(exp2) X(expm1) X(log)   \
  X(log2) X(log10) X(log1p) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh)  \
  X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(erfinv) X(sigmoid) X(lgamma) X(digamma) X(sinc)     \
  X(i0) X(relu) X(ceil) X(floor) X(round) X(trunc) X(frac) X(deg2rad) X(rad2deg) X(logical_not)   \
  X(bitwise_not)
#define GRADUS_UNARY_ALIASES(X)                                                                   \
  X(absolute, abs) X(negative, neg) X(sgn, sign) X(arcsin, asin) X(arccos, acos) X(arctan, atan)  \
  X(arcsinh, asinh) X(arccosh, acosh) X(arctanh, atanh) X(fix, trunc)
// Tests that give a bool tensor; not differentiable, no in-place form.
#define GRADUS_PREDICATE_OPS(X) X(isnan) X(isinf) X(isfinite) X(isposinf) X(isneginf) X(signbit)
// Comparisons: a bool tensor from two operands, the second a tensor or a number.
#define GRADUS_COMPARE_OPS(X) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)
#define GRADUS_COMPARE_ALIASES(X)                                                                 \
  X(not_equal, ne) X(less, lt) X(less_equal, le) X(greater, gt) X(greater_equal, ge)
#define GRADUS_LOGICAL_OPS(X) X(logical_and) X(logical_or) X(logical_xor)
// Two operands, the second a tensor or a number; function, method and in-place.
#define GRADUS_BINARY_OPS(X)                                                                      \
  X(mul) X(floor_divide) X(remainder) X(fmod) X(bitwise_and) X(bitwise_or) X(bitwise_xor)         \
  X(bitwise_left_shift) X(bitwise_right_shift) X(pow) X(xlogy)
#define GRADUS_BINARY_ALIASES(X) X(multiply, mul)
// Two tensors; function, method and in-place.
#define GRADUS_BINARY_TENSOR_OPS(X)                                                               \
  X(atan2) X(hypot) X(copysign) X(nextafter) X(heaviside) X(ldexp) X(gcd) X(lcm)
#define GRADUS_BINARY_TENSOR_ALIASES(X) X(arctan2, atan2)
// Two tensors; function and method.
#define GRADUS_BINARY_FUNCTIONAL_OPS(X)                                                           \
  X(maximum) X(minimum) X(fmax) X(fmin) X(logaddexp) X(logaddexp2)
// clang-format on
