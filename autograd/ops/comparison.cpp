// Comparisons, logic and tests: bool results, no gradients.
#include "autograd/ops/op_table.h"
#include "autograd/ops/pointwise.h"
#include "tensor/fail.h"

namespace gradus {

using autograd::elementwise;
using autograd::elementwise_;

#define GRADUS_DEFINE(name) GRADUS_DEFINE_BINARY(name, name)
GRADUS_COMPARE_OPS(GRADUS_DEFINE)
GRADUS_DEFINE(bitwise_and)
GRADUS_DEFINE(bitwise_or)
GRADUS_DEFINE(bitwise_xor)
GRADUS_DEFINE_BINARY(bitwise_left_shift, left_shift)
GRADUS_DEFINE_BINARY(bitwise_right_shift, right_shift)
#undef GRADUS_DEFINE

#define GRADUS_DEFINE(name) GRADUS_DEFINE_WITH(name, name, Tensor)
GRADUS_LOGICAL_OPS(GRADUS_DEFINE)
#undef GRADUS_DEFINE

GRADUS_DEFINE_UNARY(logical_not)
GRADUS_DEFINE_UNARY(bitwise_not)

#define GRADUS_DEFINE(name) \
  Tensor Tensor::name() const { return elementwise<formulas::name>(#name, *this); }
GRADUS_PREDICATE_OPS(GRADUS_DEFINE)
#undef GRADUS_DEFINE
// Every element type here is real.
Tensor Tensor::isreal() const { return raw::full(sizes(), true, kBool); }

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  if (a.dtype() != b.dtype()) fail("isclose: types differ, {} and {}", a.dtype(), b.dtype());
  if (rtol < 0 || atol < 0)
    fail("isclose: tolerances must not be negative, got rtol {} and atol {}", rtol, atol);
  const NoGradGuard no_grad;
  Tensor close = a == b;
  if (equal_nan && a.is_floating_point())
    close = close.logical_or(a.isnan().logical_and(b.isnan()));
  const Tensor x = a.to(is_floating(a.dtype()) ? a.dtype() : kDouble);
  const Tensor y = b.to(x.dtype());
  const Tensor within = ((x - y).abs() <= y.abs() * rtol + atol).logical_and((x - y).isfinite());
  return close.logical_or(within.logical_and(y.isfinite()));
}
bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return isclose(a, b, rtol, atol, equal_nan).all().item<bool>();
}
Tensor Tensor::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return gradus::isclose(*this, other, rtol, atol, equal_nan);
}
bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return gradus::allclose(*this, other, rtol, atol, equal_nan);
}

ScalarType result_type(const Tensor& a, const Tensor& b) { return raw::result_type(a, b); }
ScalarType result_type(const Tensor& a, const Scalar& b) { return raw::result_type(a, b); }
ScalarType result_type(const Scalar& a, const Tensor& b) { return raw::result_type(b, a); }
bool can_cast(ScalarType from, ScalarType to) { return raw::can_cast(from, to); }

}  // namespace gradus
