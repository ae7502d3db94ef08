#include "autograd/ops/linalg/matrices.h"

#include "autograd/modes.h"
#include "autograd/ops/linalg/linalg.h"
#include "tensor/linalg/factor.h"

namespace gradus::autograd {

void expect_matrices(const char* op, const Tensor& a) {
  if (!is_floating(a.dtype())) fail("{}: expected a floating point tensor, got {}", op, a.dtype());
  if (a.dim() < 2) fail("{}: expected 2 dims or more, got {}", op, a.sizes());
}
void expect_square(const char* op, const Tensor& a) {
  expect_matrices(op, a);
  if (a.size(-1) != a.size(-2)) fail("{}: expected square matrices, got {}", op, a.sizes());
}
void expect_same_type(const char* op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) fail("{}: types differ, {} and {}", op, a.dtype(), b.dtype());
}

Dims batch_of(const Tensor& x) { return Dims(x.sizes().slice(0, size_t(x.dim() - 2))); }
Dims sizes_with(Dims batch, int64_t rows, int64_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}
Tensor with_batch(const Tensor& x, const Dims& batch) {
  const Dims sizes = sizes_with(batch, x.size(-2), x.size(-1));
  return x.sizes() == sizes.ref() ? x : x.expand(sizes);
}

void check_info(const char* op, const char* text, const Tensor& info) {
  const raw::Failure f = raw::first_failure(info);
  if (f.number == 0) return;
  const std::string what = fmt::format(fmt::runtime(text), f.number);
  if (info.dim() == 0) fail_linalg("{}: {}", op, what);
  fail_linalg("{}: {}, in matrix {} of the batch", op, what, f.matrix);
}

Tensor multiply(const Tensor& a, const Tensor& b, double alpha) {
  if (!GradMode::is_enabled() && raw::small_batch(a, b)) return raw::small_product(a, b, alpha);
  const Tensor y = matmul(a, b);
  return alpha == 1 ? y : y.mul(Scalar(alpha));
}

Tensor without_derivative(const char* op, Tensor y, TensorList inputs) {
  return record_joint(op, std::move(y), inputs,
                      [op](const Tensor&, const Needs&) -> std::vector<Tensor> {
                        fail_not_implemented("{}: it has no derivative", op);
                      });
}

}  // namespace gradus::autograd
