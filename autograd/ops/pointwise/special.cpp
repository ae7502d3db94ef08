// Error, gamma and Bessel functions.
#include <numbers>

#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"

namespace gradus {

GRADUS_DEFINE_UNARY(erf)
GRADUS_DEFINE_UNARY(erfc)
GRADUS_DEFINE_UNARY(erfinv)
GRADUS_DEFINE_UNARY(lgamma)
GRADUS_DEFINE_UNARY(digamma)
GRADUS_DEFINE_UNARY(i0)

Tensor polygamma(int64_t n, const Tensor& x) {
  if (n < 0) fail("polygamma: the order must not be negative, got {}", n);
  if (n == 0) return x.digamma();
  return autograd::elementwise<formulas::polygamma>("polygamma", Scalar(n), x);
}
Tensor Tensor::polygamma(int64_t n) const { return gradus::polygamma(n, *this); }

// log of the multivariate gamma function: p(p-1)/4 log pi + sum over j < p of lgamma(x - j/2).
Tensor mvlgamma(const Tensor& x, int64_t p) {
  if (p < 1) fail("mvlgamma: p must be 1 or more, got {}", p);
  constexpr int64_t most = int64_t(1) << 16;  // of one operation each
  if (p > most) fail("mvlgamma: p must be {} or less, got {}", most, p);
  Tensor sum = x.lgamma();
  for (int64_t j = 1; j < p; ++j) sum = sum + (x - double(j) / 2).lgamma();
  return sum + double(p * (p - 1)) / 4 * std::log(std::numbers::pi);
}
Tensor Tensor::mvlgamma(int64_t p) const { return gradus::mvlgamma(*this, p); }

Tensor logit(const Tensor& x, std::optional<double> eps) {
  Tensor held = x;
  if (eps && !(*eps > 0.5)) held = x.clamp(Scalar(*eps), Scalar(1 - *eps));
  // Of bounds that cross the lower one wins: PyTorch compares with it first.
  if (eps && *eps > 0.5) held = x.clamp_max(Scalar(1 - *eps)).masked_fill(x.lt(*eps), *eps);
  return autograd::elementwise<formulas::logit>("logit", held);
}
Tensor Tensor::logit(std::optional<double> eps) const { return gradus::logit(*this, eps); }

}  // namespace gradus
