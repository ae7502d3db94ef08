// Rounding, signs, and what is not a number.
#include <limits>

#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"

namespace gradus {

GRADUS_DEFINE_UNARY(abs)
GRADUS_DEFINE_UNARY(neg)
GRADUS_DEFINE_UNARY(sign)
GRADUS_DEFINE_UNARY(ceil)
GRADUS_DEFINE_UNARY(floor)
GRADUS_DEFINE_UNARY(round)
GRADUS_DEFINE_UNARY(trunc)
GRADUS_DEFINE_UNARY(frac)
GRADUS_DEFINE_UNARY(deg2rad)
GRADUS_DEFINE_UNARY(rad2deg)

Tensor Tensor::positive() const {
  if (checked().dtype == kBool) fail("positive: bool has no sign");
  return *this;
}

Tensor round(const Tensor& x, int64_t decimals) {
  if (decimals == 0) return x.round();
  const double scale = std::pow(10.0, double(std::abs(decimals)));
  return autograd::called("round.decimals",
                          decimals > 0 ? (x * scale).round() / scale : (x / scale).round() * scale);
}
Tensor Tensor::round(int64_t decimals) const { return gradus::round(*this, decimals); }

Tensor nan_to_num(const Tensor& x, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (!x.is_floating_point()) return x.clone();
  const double largest = x.dtype() == kFloat ? double(std::numeric_limits<float>::max())
                                             : std::numeric_limits<double>::max();
  return autograd::elementwise<formulas::nan_to_num>("nan_to_num", x, Scalar(nan.value_or(0)),
                                                     Scalar(posinf.value_or(largest)),
                                                     Scalar(neginf.value_or(-largest)));
}
Tensor Tensor::nan_to_num(std::optional<double> nan, std::optional<double> posinf,
                          std::optional<double> neginf) const {
  return gradus::nan_to_num(*this, nan, posinf, neginf);
}

}  // namespace gradus
