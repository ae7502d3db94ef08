// Elementwise operations as functions. Shapes broadcast; types promote as in PyTorch; operations
// that need floating point turn integers into the default floating type. Each throws Error when
// the shapes do not broadcast or the type is not supported.
#pragma once

#include "autograd/ops/pointwise/copy.h"

#include "tensor/tensor.h"

namespace gradus {

// clang-format off
// --- Names from the lists in tensor/op_names.h, where each has its formula ----

// One argument, and the same in place.
#define GRADUS_DECLARE(name)                                                 \
  inline Tensor name(const Tensor& x) { return x.name(); }                   \
  inline Tensor& name##_(Tensor& x) { return x.name##_(); }
GRADUS_UNARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real)                                           \
  inline Tensor name(const Tensor& x) { return x.real(); }                   \
  inline Tensor& name##_(Tensor& x) { return x.real##_(); }
GRADUS_UNARY_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
// Tests of each element.
#define GRADUS_DECLARE(name) inline Tensor name(const Tensor& x) { return x.name(); }
GRADUS_PREDICATE_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
// A tensor with a tensor or a number.
#define GRADUS_DECLARE(name)                                                 \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); } \
  inline Tensor name(const Tensor& a, const Scalar& b) { return a.name(b); }
GRADUS_COMPARE_OPS(GRADUS_DECLARE)
GRADUS_BINARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real)                                           \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.real(b); } \
  inline Tensor name(const Tensor& a, const Scalar& b) { return a.real(b); }
GRADUS_COMPARE_ALIASES(GRADUS_DECLARE)
GRADUS_BINARY_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
// Two tensors.
#define GRADUS_DECLARE(name) \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); }
GRADUS_LOGICAL_OPS(GRADUS_DECLARE)
GRADUS_BINARY_TENSOR_OPS(GRADUS_DECLARE)
GRADUS_BINARY_FUNCTIONAL_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real) \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.real(b); }
GRADUS_BINARY_TENSOR_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
// clang-format on

/// Whether each element is a real number, which every one is: all true.
inline Tensor isreal(const Tensor& x) { return x.isreal(); }
/// x itself, as +x.
inline Tensor positive(const Tensor& x) { return x.positive(); }

// --- Sums and quotients ----

/// a + alpha b. Throws Error when alpha is floating point and the result an integer.
inline Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha = 1) {
  return a.add(b, alpha);
}
inline Tensor add(const Tensor& a, const Scalar& b, const Scalar& alpha = 1) {
  return a.add(b, alpha);
}
/// a - alpha b. Throws Error for bool, and when alpha is floating point and the result an integer.
inline Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha = 1) {
  return a.sub(b, alpha);
}
inline Tensor sub(const Tensor& a, const Scalar& b, const Scalar& alpha = 1) {
  return a.sub(b, alpha);
}
/// The same as sub().
inline Tensor subtract(const Tensor& a, const Tensor& b, const Scalar& alpha = 1) {
  return a.sub(b, alpha);
}
inline Tensor subtract(const Tensor& a, const Scalar& b, const Scalar& alpha = 1) {
  return a.sub(b, alpha);
}
/// sub() with its operands exchanged: other - alpha x.
Tensor rsub(const Tensor& x, const Tensor& other, const Scalar& alpha = 1);
Tensor rsub(const Tensor& x, const Scalar& other, const Scalar& alpha = 1);
/// a / b, floating point also of integers. With rounding_mode "floor" the quotient is rounded down,
/// with "trunc" towards zero, and keeps integer types; then Error is thrown when integers are
/// divided by 0.
inline Tensor div(const Tensor& a, const Tensor& b,
                  std::optional<std::string_view> rounding_mode = {}) {
  return a.div(b, rounding_mode);
}
inline Tensor div(const Tensor& a, const Scalar& b,
                  std::optional<std::string_view> rounding_mode = {}) {
  return a.div(b, rounding_mode);
}
/// The same as div().
inline Tensor divide(const Tensor& a, const Tensor& b,
                     std::optional<std::string_view> rounding_mode = {}) {
  return a.div(b, rounding_mode);
}
inline Tensor divide(const Tensor& a, const Scalar& b,
                     std::optional<std::string_view> rounding_mode = {}) {
  return a.div(b, rounding_mode);
}
/// div() without rounding.
inline Tensor true_divide(const Tensor& a, const Tensor& b) { return a.div(b); }
inline Tensor true_divide(const Tensor& a, const Scalar& b) { return a.div(b); }

// --- A number with a tensor, and functions of other arguments ----

/// base to the power of each element of `exponent`.
Tensor pow(const Scalar& base, const Tensor& exponent);
/// x log(y), and 0 where x is 0 (also beside the logarithm of 0).
Tensor xlogy(const Scalar& x, const Tensor& y);
/// a modulo each element of b, with the sign of b. Throws Error when an integer is divided by 0.
Tensor remainder(const Scalar& a, const Tensor& b);
/// x rounded to that many decimals (negative: to tens, hundreds, ...); halves go to the even one.
Tensor round(const Tensor& x, int64_t decimals);
/// The n-th derivative of digamma(x), n >= 0.
Tensor polygamma(int64_t n, const Tensor& x);
/// The logarithm of the multivariate gamma function of dimension p >= 1:
/// p (p - 1) / 4 log(pi) + the sum of lgamma(x - i / 2) over i from 0 to p - 1.
Tensor mvlgamma(const Tensor& x, int64_t p);
/// log(x / (1 - x)), the inverse of sigmoid(). With eps, x is held in [eps, 1 - eps] first.
Tensor logit(const Tensor& x, std::optional<double> eps = std::nullopt);
/// x with nan, infinity and -infinity replaced by these numbers: by default 0, the largest and the
/// lowest number of the type.
Tensor nan_to_num(const Tensor& x, std::optional<double> nan = std::nullopt,
                  std::optional<double> posinf = std::nullopt,
                  std::optional<double> neginf = std::nullopt);

// --- Bounds, mixtures and choices ----

/// min(max(x, min), max): x held between two numbers or tensors, either of which may be missing.
/// The gradient passes to x where min <= x <= max. Throws Error when both are missing.
Tensor clamp(const Tensor& x, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max = std::nullopt);
Tensor clamp(const Tensor& x, const std::optional<Tensor>& min,
             const std::optional<Tensor>& max = std::nullopt);
/// The same as clamp().
Tensor clip(const Tensor& x, const std::optional<Scalar>& min,
            const std::optional<Scalar>& max = std::nullopt);
Tensor clip(const Tensor& x, const std::optional<Tensor>& min,
            const std::optional<Tensor>& max = std::nullopt);
/// clamp() with the lower bound only: max(x, min).
Tensor clamp_min(const Tensor& x, const Scalar& min);
Tensor clamp_min(const Tensor& x, const Tensor& min);
/// clamp() with the upper bound only: min(x, max).
Tensor clamp_max(const Tensor& x, const Scalar& max);
Tensor clamp_max(const Tensor& x, const Tensor& max);
/// start + weight (end - start), linear interpolation; the weight may lie outside of [0, 1].
Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight);
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
/// x + value a b.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
/// x + value a / b. Throws Error when a and b are both integers.
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);

/// a where the condition holds, else b. The condition is bool (or uint8, as of old). Gradients go
/// to the one that was taken.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b);
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b);
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b);

// --- Equality, closeness and types ----

/// Whether both have the same shape and equal elements (a nan equals nothing). Shapes do not
/// broadcast. Throws Error when the types differ.
inline bool equal(const Tensor& self, const Tensor& other) { return self.equal(other); }
/// |a - b| <= atol + rtol |b| for each pair, a bool tensor. Equal infinities are close; nans are
/// with equal_nan. Throws Error when the types differ or a tolerance is negative.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);
/// Whether isclose() holds for all pairs.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

/// The element type of the result of an arithmetic operation of the two: bool < uint8 < int32 <
/// int64 < float32 < float64, where a 0-dim tensor or number changes the type only if it is of a
/// higher kind (bool, integer, floating point).
ScalarType result_type(const Tensor& a, const Tensor& b);
ScalarType result_type(const Tensor& a, const Scalar& b);
ScalarType result_type(const Scalar& a, const Tensor& b);
/// Whether an operation may write results of type `from` into a tensor of type `to`: floating point
/// does not go into integers, nor anything but bool into bool.
bool can_cast(ScalarType from, ScalarType to);

}  // namespace gradus
