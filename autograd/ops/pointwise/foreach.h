// One operation for each tensor of a list: _foreach_f(x, ...) gives f(x[i], ...) for each i, and
// _foreach_f_(x, ...) writes it to x[i]. Other operands are a number or a 0-dim tensor for all, or
// a list with one for each. Throws Error where lists differ in length, and as f does; before any
// tensor was written.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// A list of numbers.
using ScalarList = ArrayRef<Scalar>;

// clang-format off
#define GRADUS_FOREACH_UNARY_OPS(X)                                                              \
  X(abs) X(acos) X(asin) X(atan) X(ceil) X(cos) X(cosh) X(erf) X(erfc) X(exp) X(expm1) X(floor)  \
  X(frac) X(lgamma) X(log) X(log10) X(log1p) X(log2) X(neg) X(reciprocal) X(round) X(rsqrt)      \
  X(sigmoid) X(sign) X(sin) X(sinh) X(sqrt) X(tan) X(tanh) X(trunc)
#define GRADUS_FOREACH_BINARY_OPS(X)                                                             \
  X(add) X(sub) X(mul) X(div) X(pow) X(maximum) X(minimum) X(clamp_max) X(clamp_min)
#define GRADUS_DECLARE(name)                             \
  std::vector<Tensor> _foreach_##name(TensorList self);  \
  void _foreach_##name##_(TensorList self);
/// f(self[i]) for each name f of the list.
GRADUS_FOREACH_UNARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name)                                                   \
  std::vector<Tensor> _foreach_##name(TensorList self, const Scalar& scalar);  \
  std::vector<Tensor> _foreach_##name(TensorList self, ScalarList scalars);    \
  void _foreach_##name##_(TensorList self, const Scalar& scalar);              \
  void _foreach_##name##_(TensorList self, ScalarList scalars);
/// f(self[i], scalar), or scalars[i], for each name f of the list.
GRADUS_FOREACH_BINARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name)                                               \
  std::vector<Tensor> _foreach_##name(TensorList self, TensorList other);  \
  void _foreach_##name##_(TensorList self, TensorList other);
GRADUS_DECLARE(mul)        ///< self[i] other[i].
GRADUS_DECLARE(div)        ///< self[i] / other[i].
GRADUS_DECLARE(pow)        ///< self[i] to the power other[i].
GRADUS_DECLARE(maximum)    ///< The larger one of self[i] and other[i].
GRADUS_DECLARE(minimum)    ///< The smaller one of self[i] and other[i].
GRADUS_DECLARE(clamp_max)  ///< self[i], but at most other[i].
GRADUS_DECLARE(clamp_min)  ///< self[i], but at least other[i].
#undef GRADUS_DECLARE
                           // clang-format on

/// self[i] + alpha other[i], or with one other for all.
std::vector<Tensor> _foreach_add(TensorList self, TensorList other, const Scalar& alpha = 1);
std::vector<Tensor> _foreach_add(TensorList self, const Tensor& other, const Scalar& alpha = 1);
/// The same as _foreach_add(), in place.
void _foreach_add_(TensorList self, TensorList other, const Scalar& alpha = 1);
void _foreach_add_(TensorList self, const Tensor& other, const Scalar& alpha = 1);
/// self[i] - alpha other[i].
std::vector<Tensor> _foreach_sub(TensorList self, TensorList other, const Scalar& alpha = 1);
/// The same as _foreach_sub(), in place.
void _foreach_sub_(TensorList self, TensorList other, const Scalar& alpha = 1);
/// self[i] times one 0-dim tensor.
std::vector<Tensor> _foreach_mul(TensorList self, const Tensor& other);
/// self[i] divided by one 0-dim tensor.
std::vector<Tensor> _foreach_div(TensorList self, const Tensor& other);
/// The same in place.
void _foreach_mul_(TensorList self, const Tensor& other);
/// The same in place.
void _foreach_div_(TensorList self, const Tensor& other);
/// One number to the power of each tensor.
std::vector<Tensor> _foreach_pow(const Scalar& self, TensorList exponent);

/// addcmul(); `scalars` may be a 1-dim tensor of numbers too.
std::vector<Tensor> _foreach_addcmul(TensorList self, TensorList tensor1, TensorList tensor2,
                                     const Scalar& value = 1);
std::vector<Tensor> _foreach_addcmul(TensorList self, TensorList tensor1, TensorList tensor2,
                                     ScalarList scalars);
std::vector<Tensor> _foreach_addcmul(TensorList self, TensorList tensor1, TensorList tensor2,
                                     const Tensor& scalars);
/// addcdiv(); `scalars` may be a 1-dim tensor of numbers too.
std::vector<Tensor> _foreach_addcdiv(TensorList self, TensorList tensor1, TensorList tensor2,
                                     const Scalar& value = 1);
std::vector<Tensor> _foreach_addcdiv(TensorList self, TensorList tensor1, TensorList tensor2,
                                     ScalarList scalars);
std::vector<Tensor> _foreach_addcdiv(TensorList self, TensorList tensor1, TensorList tensor2,
                                     const Tensor& scalars);
/// The same in place.
void _foreach_addcmul_(TensorList self, TensorList tensor1, TensorList tensor2,
                       const Scalar& value = 1);
void _foreach_addcmul_(TensorList self, TensorList tensor1, TensorList tensor2, ScalarList scalars);
void _foreach_addcmul_(TensorList self, TensorList tensor1, TensorList tensor2,
                       const Tensor& scalars);
/// The same in place.
void _foreach_addcdiv_(TensorList self, TensorList tensor1, TensorList tensor2,
                       const Scalar& value = 1);
void _foreach_addcdiv_(TensorList self, TensorList tensor1, TensorList tensor2, ScalarList scalars);
void _foreach_addcdiv_(TensorList self, TensorList tensor1, TensorList tensor2,
                       const Tensor& scalars);
/// lerp() from self[i] to tensors1[i].
std::vector<Tensor> _foreach_lerp(TensorList self, TensorList tensors1, TensorList weights);
std::vector<Tensor> _foreach_lerp(TensorList self, TensorList tensors1, const Scalar& weight);
std::vector<Tensor> _foreach_lerp(TensorList self, TensorList tensors1, ScalarList weights);
/// The same in place.
void _foreach_lerp_(TensorList self, TensorList tensors1, TensorList weights);
void _foreach_lerp_(TensorList self, TensorList tensors1, const Scalar& weight);
void _foreach_lerp_(TensorList self, TensorList tensors1, ScalarList weights);

/// The p-norm of each tensor, p = ord, as 0-dim tensors.
std::vector<Tensor> _foreach_norm(TensorList self, const Scalar& ord = 2,
                                  std::optional<ScalarType> dtype = std::nullopt);
/// The sum of |x|^ord of each tensor.
std::vector<Tensor> _foreach_powsum(TensorList self, const Scalar& ord = 2,
                                    std::optional<ScalarType> dtype = std::nullopt);
/// The largest element of each tensor.
std::vector<Tensor> _foreach_max(TensorList self);
/// The product of each pair of matrices.
std::vector<Tensor> _foreach_mm(TensorList self, TensorList mat2);
/// A copy of each tensor.
std::vector<Tensor> _foreach_clone(TensorList self);
/// Zeros of the shape and type of each tensor.
std::vector<Tensor> _foreach_zero(TensorList self);
/// Fills all tensors with 0.
void _foreach_zero_(TensorList self);
/// The elements of src[i] in the shape and type of self[i].
std::vector<Tensor> _foreach_copy(TensorList self, TensorList src, bool non_blocking = false);
/// Writes the elements of src[i] to self[i].
void _foreach_copy_(TensorList self, TensorList src, bool non_blocking = false);

}  // namespace gradus
