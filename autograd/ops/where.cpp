// Choosing by a condition.
#include "autograd/ops/pointwise.h"
#include "autograd/ops/unary_table.h"
#include "tensor/fail.h"

namespace gradus {
namespace {

template <class T>
void where_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  for (int64_t r = 0; r < rows; ++r) {
    char* y = p[0] + r * row_step[0];
    const char *c = p[1] + r * row_step[1], *a = p[2] + r * row_step[2],
               *b = p[3] + r * row_step[3];
    for (int64_t i = 0; i < n; ++i)
      *reinterpret_cast<T*>(y + i * step[0]) =
          *reinterpret_cast<const T*>(c[i * step[1]] ? a + i * step[2] : b + i * step[3]);
  }
}

}  // namespace

namespace autograd {

Tensor select_operands(const Tensor& condition, const Operand& a, const Operand& b) {
  if (condition.dtype() != kBool)
    fail("where: the condition must be bool, got {}", condition.dtype());
  const ScalarType type = compute_type("where", formulas::types::all, {&a, &b});
  const kernels::Loop f =
      visit_size(type, [](auto v) -> kernels::Loop { return &where_loop<decltype(v)>; });
  Tensor y = raw::elementwise("where", f, type, {raw::Arg(condition), a.arg(type), b.arg(type)});
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
