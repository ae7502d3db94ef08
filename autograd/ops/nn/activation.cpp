#include "autograd/ops/nn/activation.h"

#include "autograd/elementwise.h"
#include "autograd/factories.h"
#include "autograd/record.h"
#include "autograd/traced.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/random/fill.h"

namespace gradus {
using namespace autograd;

// name(x, parameters...) and its in-place form, from a formula.
#define GRADUS_ACTIVATION(name, formula)                                                  \
  Tensor name(const Tensor& self) { return elementwise<formulas::formula>(#name, self); } \
  Tensor& name##_(const Tensor& self) { return elementwise_<formulas::formula>(#name, self); }
GRADUS_ACTIVATION(silu, silu)
GRADUS_ACTIVATION(mish, mish)
GRADUS_ACTIVATION(hardsigmoid, hardsigmoid)
GRADUS_ACTIVATION(hardswish, hardswish)
#undef GRADUS_ACTIVATION

Tensor log_sigmoid(const Tensor& self) {
  return elementwise<formulas::log_sigmoid>("log_sigmoid", self.contiguous());
}
Tensor softsign(const Tensor& self) { return elementwise<formulas::softsign>("softsign", self); }
Tensor tanhshrink(const Tensor& self) { return self - self.tanh(); }

Tensor relu6(const Tensor& self) { return hardtanh(self, 0, 6); }
Tensor& relu6_(const Tensor& self) { return hardtanh_(self, 0, 6); }

Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope) {
  return elementwise<formulas::leaky_relu>("leaky_relu", self, negative_slope);
}
Tensor& leaky_relu_(const Tensor& self, const Scalar& negative_slope) {
  return elementwise_<formulas::leaky_relu>("leaky_relu", self, negative_slope);
}

Tensor prelu(const Tensor& self, const Tensor& weight) {
  if (weight.dtype() != self.dtype())
    fail("prelu: input is {}, weight {}", self.dtype(), weight.dtype());
  if (weight.dim() > 1) fail("prelu: weight must have at most 1 dim, got shape {}", weight.sizes());
  if (weight.numel() == 1)
    return elementwise<formulas::leaky_relu>("prelu", self, weight.reshape({}));
  const int64_t channels = self.dim() > 1 ? self.size(1) : 1;
  if (weight.numel() != channels)
    fail("prelu: {} weights for an input of shape {}, which has {} channels", weight.numel(),
         self.sizes(), channels);
  std::vector<int64_t> shape(size_t(self.dim()), 1);
  shape[1] = channels;
  return elementwise<formulas::leaky_relu>("prelu", self, weight.reshape(shape));
}

namespace {

Tensor rrelu_slopes(const Tensor& x, const Scalar& lower, const Scalar& upper,
                    const std::optional<Generator>& generator) {
  return raw::rrelu_slopes(x, lower.toDouble(), upper.toDouble(),
                           gradus::detail::generator_or_default(generator));
}

void check_rrelu(const Scalar& lower, const Scalar& upper) {
  if (!(lower.toDouble() <= upper.toDouble()))
    fail("rrelu: lower {} is above upper {}", lower.toDouble(), upper.toDouble());
}
Scalar mean_slope(const Scalar& lower, const Scalar& upper) {
  return (lower.toDouble() + upper.toDouble()) / 2;
}

}  // namespace

Tensor Tensor::hardshrink(const Scalar& lambd) const { return gradus::hardshrink(*this, lambd); }
Tensor Tensor::prelu(const Tensor& weight) const { return gradus::prelu(*this, weight); }

Tensor rrelu(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
             std::optional<Generator> generator) {
  check_rrelu(lower, upper);
  if (!training) return leaky_relu(self.contiguous(), mean_slope(lower, upper));
  return self * rrelu_slopes(self, lower, upper, generator);
}
Tensor& rrelu_(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
               std::optional<Generator> generator) {
  check_rrelu(lower, upper);
  if (!training) return leaky_relu_(self, mean_slope(lower, upper));
  return self.mul_(rrelu_slopes(self, lower, upper, generator));
}

Tensor elu(const Tensor& self, const Scalar& alpha, const Scalar& scale,
           const Scalar& input_scale) {
  return elementwise<formulas::elu>("elu", self, alpha, scale, input_scale);
}
Tensor& elu_(const Tensor& self, const Scalar& alpha, const Scalar& scale,
             const Scalar& input_scale) {
  return elementwise_<formulas::elu>("elu", self, alpha, scale, input_scale);
}

namespace {
// Klambauer et al., Self-Normalizing Neural Networks, 2017.
constexpr double selu_alpha = 1.6732632423543772848170429916717;
constexpr double selu_scale = 1.0507009873554804934193349852946;

Scalar celu_inverse(const Scalar& alpha) {
  if (alpha.toDouble() == 0) fail("celu: alpha is 0");
  return 1 / alpha.toDouble();
}
}  // namespace

Tensor selu(const Tensor& self) {
  return elementwise<formulas::elu>("selu", self, Scalar(selu_alpha), Scalar(selu_scale),
                                    Scalar(1.0));
}
Tensor& selu_(const Tensor& self) {
  return elementwise_<formulas::elu>("selu", self, Scalar(selu_alpha), Scalar(selu_scale),
                                     Scalar(1.0));
}
Tensor celu(const Tensor& self, const Scalar& alpha) {
  return elementwise<formulas::elu>("celu", self, alpha, Scalar(1.0), celu_inverse(alpha));
}
Tensor& celu_(const Tensor& self, const Scalar& alpha) {
  return elementwise_<formulas::elu>("celu", self, alpha, Scalar(1.0), celu_inverse(alpha));
}

namespace {
bool is_tanh(std::string_view approximate) {
  if (approximate != "none" && approximate != "tanh")
    fail("gelu: approximate is '{}', it must be 'none' or 'tanh'", approximate);
  return approximate == "tanh";
}
}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  return is_tanh(approximate) ? elementwise<formulas::gelu_tanh>("gelu", self)
                              : elementwise<formulas::gelu>("gelu", self);
}
Tensor& gelu_(const Tensor& self, std::string_view approximate) {
  return is_tanh(approximate) ? elementwise_<formulas::gelu_tanh>("gelu", self)
                              : elementwise_<formulas::gelu>("gelu", self);
}

Tensor softplus(const Tensor& self, const Scalar& beta, const Scalar& threshold) {
  return elementwise<formulas::softplus>("softplus", self, beta, threshold);
}
Tensor hardshrink(const Tensor& self, const Scalar& lambd) {
  return elementwise<formulas::hardshrink>("hardshrink", self, lambd);
}
Tensor softshrink(const Tensor& self, const Scalar& lambd) {
  if (!(lambd.toDouble() >= 0))
    fail("softshrink: lambd is {}, it must not be negative", lambd.toDouble());
  return elementwise<formulas::softshrink>("softshrink", self, lambd);
}

namespace {
// A number beside integers is cut to one, so that the result is of their type.
Scalar in_kind(const Tensor& x, const Scalar& v) {
  return is_floating(x.dtype()) || !v.isFloatingPoint() ? v : Scalar(v.toLong());
}
void check_limits(const Tensor& x, const Scalar& min, const Scalar& max) {
  if (x.dtype() == kBool) fail("hardtanh: bool tensors have no limits");
  if (x.dtype() == kByte && (min.toDouble() < 0 || max.toDouble() < 0))
    fail("hardtanh: uint8 has no negative limits, got {} and {}", min.toDouble(), max.toDouble());
}
}  // namespace

Tensor hardtanh(const Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  check_limits(self, min_val, max_val);
  return elementwise<formulas::hardtanh>("hardtanh", self, in_kind(self, min_val),
                                         in_kind(self, max_val));
}
Tensor& hardtanh_(const Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  check_limits(self, min_val, max_val);
  return elementwise_<formulas::hardtanh>("hardtanh", self, in_kind(self, min_val),
                                          in_kind(self, max_val));
}
namespace {
void check_not_bool(const Tensor& x) {
  if (x.dtype() == kBool) fail_not_implemented("threshold: not implemented for bool");
}
}  // namespace

Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value) {
  check_not_bool(self);
  return elementwise<formulas::threshold>("threshold", self, in_kind(self, threshold),
                                          in_kind(self, value));
}
Tensor& threshold_(const Tensor& self, const Scalar& threshold, const Scalar& value) {
  check_not_bool(self);
  return elementwise_<formulas::threshold>("threshold", self, in_kind(self, threshold),
                                           in_kind(self, value));
}

namespace {
// dy y (1 - y), whose slope by y is one factor: an infinite dy meets no difference of two terms.
Tensor gate_back(const Tensor& dy, const Tensor& y) {
  const char* op = "sigmoid_backward";
  const ScalarType type = y.dtype();
  const auto& row = raw::kernels_of(formulas::index_of<formulas::sigmoid>);
  const auto sdy = save(dy), sy = save(y);
  return record(op,
                raw::elementwise(op, row.slope[0][type == kDouble], type,
                                 {raw::Arg(dy, type), raw::Arg(y, type)}),
                wrt(dy, [sy](const Tensor& g) { return gate_back(g, sy); }),
                wrt(y, [sdy, sy](const Tensor& g) { return g * (*sdy * (1 - 2 * *sy)); }));
}
Tensor gate(const Tensor& x) {
  return record("sigmoid", x.detach().sigmoid(),
                wrt(x, [](const Tensor& dy, const Tensor& y) { return gate_back(dy, y); }));
}
}  // namespace

Tensor glu(const Tensor& self, int64_t dim) {
  if (self.dim() == 0) fail("glu: the input has no dims to halve");
  if (self.size(dim) % 2 != 0)
    fail("glu: size {} of dim {} is odd, input shape {}", self.size(dim), dim, self.sizes());
  const int64_t half = self.size(dim) / 2;
  const auto halves = self.split({half, half}, dim);
  return called("glu", halves[0] * gate(halves[1]));
}

}  // namespace gradus
