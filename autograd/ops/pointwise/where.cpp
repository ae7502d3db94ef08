// Choosing by a condition.
#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"

namespace gradus {
namespace autograd {

Tensor select_operands(const Tensor& condition, const Operand& a, const Operand& b) {
  if (condition.dtype() == kByte) return select_operands(condition.to(kBool), a, b);
  if (condition.dtype() != kBool)
    fail("where: the condition must be bool or uint8, got {}", condition.dtype());
  const ScalarType type = compute_type("where", formulas::types::all, {a, b});
  Tensor y = raw::elementwise("where", raw::where_kernel(type), type,
                              {raw::Arg(condition), a.arg(type), b.arg(type)});
  if (!GradMode::is_enabled() || !(needs_grad(a.tensor) || needs_grad(b.tensor))) return y;
  const Saved c = save(condition);
  return record("where", std::move(y),
                wrt(a.tensor, [c](const Tensor& dy) { return where(c, dy, Scalar(0)); }),
                wrt(b.tensor, [c](const Tensor& dy) { return where(c, Scalar(0), dy); }));
}

}  // namespace autograd

Tensor where(const Tensor& c, const Tensor& a, const Tensor& b) {
  return autograd::select_operands(c, a, b);
}
Tensor where(const Tensor& c, const Tensor& a, const Scalar& b) {
  return autograd::select_operands(c, a, b);
}
Tensor where(const Tensor& c, const Scalar& a, const Tensor& b) {
  return autograd::select_operands(c, a, b);
}
Tensor where(const Tensor& c, const Scalar& a, const Scalar& b) {
  return autograd::select_operands(c, a, b);
}
Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  return gradus::where(condition, *this, other);
}
Tensor Tensor::where(const Tensor& condition, const Scalar& other) const {
  return gradus::where(condition, *this, other);
}

}  // namespace gradus
