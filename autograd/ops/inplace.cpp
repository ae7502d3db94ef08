#include "autograd/ops/inplace.h"

#include "autograd/ops/assign.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus {

Tensor& autograd::write_result(const char* op, const Tensor& x, const Tensor& y) {
  if (!raw::can_cast(y.dtype(), x.dtype()))
    fail("{}: a result of {} cannot be written to a tensor of {}", op, y.dtype(), x.dtype());
  if (!(y.sizes() == x.sizes()))
    fail("{}: a result of shape {} cannot be written to one of shape {}", op, y.sizes(), x.sizes());
  check_inplace(op, x, needs_grad(y));
  x.copy_(y);
  if (GradMode::is_enabled() && needs_grad(y)) called(op, x);
  return const_cast<Tensor&>(x);
}

using autograd::assign;

Tensor& Tensor::nan_to_num_(std::optional<double> nan, std::optional<double> posinf,
                            std::optional<double> neginf) const {
  return assign("nan_to_num_", *this,
                [&](const Tensor& x) { return x.nan_to_num(nan, posinf, neginf); });
}
Tensor& Tensor::logit_(std::optional<double> eps) const {
  return assign("logit_", *this, [&](const Tensor& x) { return x.logit(eps); });
}
Tensor& Tensor::polygamma_(int64_t n) const {
  return assign("polygamma_", *this, [&](const Tensor& x) { return x.polygamma(n); });
}
Tensor& Tensor::mvlgamma_(int64_t p) const {
  return assign("mvlgamma_", *this, [&](const Tensor& x) { return x.mvlgamma(p); });
}
Tensor& Tensor::renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  return assign("renorm_", *this, [&](const Tensor& x) { return x.renorm(p, dim, maxnorm); });
}

}  // namespace gradus
