// The names of the elementwise operations, by their form; each list declares functions and methods
// alike. An operation's formula (tensor/kernels/formulas) has the same name. One name stands in a
// line, and behind it what it gives, of x or of a and b. A method's tensor is x or a; the method
// with `_` behind the name writes its result there.
//
// a and b broadcast, and their types promote. An operation that says nothing of integers turns
// them, and bool, into the default floating type; its in-place form throws Error for them.
// "Integers" are uint8, int32 and int64. For a type that an operation does not take it throws
// NotImplementedError.
#pragma once

// clang-format off
// False for every tensor.
#define GRADUS_ELSEWHERE(X)                                                                       \
  X(is_mps) /* whether the tensor lives on an Apple GPU */                                        \
  X(is_hip) /* whether the tensor lives on an AMD GPU */                                          \
  X(is_xpu) /* whether the tensor lives on an Intel GPU */                                        \
  X(is_xla) /* whether the tensor lives on an XLA device */                                       \
  X(is_hpu) /* whether the tensor lives on an HPU */                                              \
  X(is_ipu) /* whether the tensor lives on an IPU */                                              \
  X(is_ve) /* whether the tensor lives on a vector engine */                                      \
  X(is_mtia) /* whether the tensor lives on an MTIA device */                                     \
  X(is_maia) /* whether the tensor lives on a MAIA device */                                      \
  X(is_lazy) /* whether the elements are yet to be computed */                                    \
  X(is_vulkan) /* whether the tensor lives on a Vulkan device */                                  \
  X(is_metal) /* whether the tensor lives on a Metal device */                                    \
  X(is_meta) /* whether the tensor has no elements */                                             \
  X(is_privateuseone) /* whether the tensor lives on a program's own kind of device */            \
  X(is_sparse_csr) /* whether the layout is SparseCsr */                                          \
  X(is_mkldnn) /* whether the layout is Mkldnn */                                                 \
  X(is_quantized) /* whether the elements are quantised */                                        \
  X(is_nested) /* whether the tensor is a list of tensors */                                      \
  X(is_fake) /* whether the tensor only stands for one */                                         \
  X(is_conj) /* whether the elements are to be conjugated */                                      \
  X(is_neg) /* whether the elements are to be negated */                                          \
  X(is_distributed) /* whether the tensor lies on several processes */                            \
  X(_is_zerotensor) /* whether the elements are zeros without memory */

// One argument: function, method and in-place method.
#define GRADUS_UNARY_OPS(X)                                                                       \
  X(abs) /* |x|; also integers */                                                                 \
  X(neg) /* -x; also integers */                                                                  \
  X(sign) /* -1, 0 or 1 by the sign of x, 0 for nan; all types */                                 \
  X(square) /* x^2; also integers */                                                              \
  X(sqrt) /* the square root, nan for x < 0 */                                                    \
  X(rsqrt) /* 1 / sqrt(x) */                                                                      \
  X(reciprocal) /* 1 / x */                                                                       \
  X(exp) /* e^x */                                                                                \
  X(exp2) /* 2^x */                                                                               \
  X(expm1) /* e^x - 1, accurate for small x */                                                    \
  X(log) /* the natural logarithm, nan for x < 0 */                                               \
  X(log2) /* the logarithm to base 2, nan for x < 0 */                                            \
  X(log10) /* the logarithm to base 10, nan for x < 0 */                                          \
  X(log1p) /* log(1 + x), accurate for small x, nan for x < -1 */                                 \
  X(sin) /* the sine of x radians */                                                              \
  X(cos) /* the cosine of x radians */                                                            \
  X(tan) /* the tangent of x radians */                                                           \
  X(asin) /* the angle in [-pi/2, pi/2] whose sine is x, nan for |x| > 1 */                       \
  X(acos) /* the angle in [0, pi] whose cosine is x, nan for |x| > 1 */                           \
  X(atan) /* the angle in [-pi/2, pi/2] whose tangent is x */                                     \
  X(sinh) /* (e^x - e^-x) / 2 */                                                                  \
  X(cosh) /* (e^x + e^-x) / 2 */                                                                  \
  X(tanh) /* sinh(x) / cosh(x), in [-1, 1] */                                                     \
  X(asinh) /* the number whose sinh is x */                                                       \
  X(acosh) /* the number >= 0 whose cosh is x, nan for x < 1 */                                   \
  X(atanh) /* the number whose tanh is x, nan for |x| > 1 */                                      \
  X(erf) /* 2 / sqrt(pi) times the integral of e^(-t^2) for t from 0 to x */                      \
  X(erfc) /* 1 - erf(x), accurate for large x */                                                  \
  X(erfinv) /* the number whose erf is x, nan for |x| > 1 */                                      \
  X(sigmoid) /* 1 / (1 + e^-x) */                                                                 \
  X(lgamma) /* log |gamma(x)| */                                                                  \
  X(digamma) /* the derivative of log gamma(x) */                                                 \
  X(sinc) /* sin(pi x) / (pi x), and 1 at 0 */                                                    \
  X(i0) /* the modified Bessel function of the first kind, order 0 */                             \
  X(relu) /* max(x, 0); also integers */                                                          \
  X(ceil) /* the smallest whole number >= x; integers stay */                                     \
  X(floor) /* the largest whole number <= x; integers stay */                                     \
  X(round) /* the nearest whole number, halves to even; integers stay */                          \
  X(trunc) /* x without its fraction; integers stay */                                            \
  X(frac) /* x - trunc(x) */                                                                      \
  X(deg2rad) /* degrees to radians: x pi / 180 */                                                 \
  X(rad2deg) /* radians to degrees: x 180 / pi */                                                 \
  X(logical_not) /* x == 0 as a bool; all types */                                                \
  X(bitwise_not) /* every bit inverted; integers and bool only */
#define GRADUS_UNARY_ALIASES(X)                                                                   \
  X(absolute, abs) /* the same as abs */                                                          \
  X(negative, neg) /* the same as neg */                                                          \
  X(sgn, sign) /* the same as sign */                                                             \
  X(arcsin, asin) /* the same as asin */                                                          \
  X(arccos, acos) /* the same as acos */                                                          \
  X(arctan, atan) /* the same as atan */                                                          \
  X(arcsinh, asinh) /* the same as asinh */                                                       \
  X(arccosh, acosh) /* the same as acosh */                                                       \
  X(arctanh, atanh) /* the same as atanh */                                                       \
  X(fix, trunc) /* the same as trunc */
// Tests that give a bool tensor, of all types; not differentiable, no in-place form.
#define GRADUS_PREDICATE_OPS(X)                                                                   \
  X(isnan) /* x is not a number */                                                                \
  X(isinf) /* x is infinity or -infinity */                                                       \
  X(isfinite) /* x is neither nan nor infinite */                                                 \
  X(isposinf) /* x is infinity */                                                                 \
  X(isneginf) /* x is -infinity */                                                                \
  X(signbit) /* x has a minus sign, as -0.0 has */
// Comparisons: a bool tensor from two operands of any types, the second a tensor or a number; not
// differentiable. In place, 0 and 1 are written in the tensor's own type.
#define GRADUS_COMPARE_OPS(X)                                                                     \
  X(eq) /* a == b */                                                                              \
  X(ne) /* a != b */                                                                              \
  X(lt) /* a < b */                                                                               \
  X(le) /* a <= b */                                                                              \
  X(gt) /* a > b */                                                                               \
  X(ge) /* a >= b */
#define GRADUS_COMPARE_ALIASES(X)                                                                 \
  X(not_equal, ne) /* the same as ne */                                                           \
  X(less, lt) /* the same as lt */                                                                \
  X(less_equal, le) /* the same as le */                                                          \
  X(greater, gt) /* the same as gt */                                                             \
  X(greater_equal, ge) /* the same as ge */
// Logic on two tensors of any types, in which all but 0 is true: a bool tensor, as of comparisons.
#define GRADUS_LOGICAL_OPS(X)                                                                     \
  X(logical_and) /* both are true */                                                              \
  X(logical_or) /* one is true, or both */                                                        \
  X(logical_xor) /* one is true, not both */
// Two operands, the second a tensor or a number; function, method and in-place.
#define GRADUS_BINARY_OPS(X)                                                                      \
  X(mul) /* a b; all types */                                                                     \
  X(floor_divide) /* floor(a / b); also integers, Error where an integer b is 0 */                \
  X(remainder) /* a - b floor(a / b), the sign is b's; integers as floor_divide */                \
  X(fmod) /* a - b trunc(a / b), the sign is a's; integers as floor_divide */                     \
  X(bitwise_and) /* the bits that both have; integers and bool only */                            \
  X(bitwise_or) /* the bits that one or both have; integers and bool only */                      \
  X(bitwise_xor) /* the bits that differ; integers and bool only */                               \
  X(bitwise_left_shift) /* a 2^b, 0 for b < 0 and from a's width on; integers only */             \
  X(bitwise_right_shift) /* floor(a / 2^b), b < 0 counts as a's width; integers only */           \
  X(pow) /* a^b; also integers, Error for a number b that is a negative integer */                \
  X(xlogy) /* a log(b), and 0 where a is 0 and b is not nan */
#define GRADUS_BINARY_ALIASES(X)                                                                  \
  X(multiply, mul) /* the same as mul */
// Two tensors; function, method and in-place.
#define GRADUS_BINARY_TENSOR_OPS(X)                                                               \
  X(atan2) /* the angle in [-pi, pi] of the point with height a and width b */                    \
  X(hypot) /* sqrt(a^2 + b^2), without overflow */                                                \
  X(copysign) /* |a| with the sign of b */                                                        \
  X(nextafter) /* the number of this type that follows a towards b */                             \
  X(heaviside) /* 0 where a < 0, b where a is 0, else 1; all types */                             \
  X(ldexp) /* a 2^b */                                                                            \
  X(gcd) /* the greatest common divisor, >= 0; integers only */                                   \
  X(lcm) /* the least common multiple, >= 0; integers only */
#define GRADUS_BINARY_TENSOR_ALIASES(X)                                                           \
  X(arctan2, atan2) /* the same as atan2 */
// Two tensors; function and method.
#define GRADUS_BINARY_FUNCTIONAL_OPS(X)                                                           \
  X(maximum) /* the larger one, or nan if one is; a tie halves the gradient; all types */         \
  X(minimum) /* the smaller one, or nan if one is; a tie halves the gradient; all types */        \
  X(fmax) /* the larger one, or the other if one is nan; all types */                             \
  X(fmin) /* the smaller one, or the other if one is nan; all types */                            \
  X(logaddexp) /* log(e^a + e^b), without overflow */                                             \
  X(logaddexp2) /* log2(2^a + 2^b), without overflow */
// clang-format on
