// Choosing between operands: extremes, clamping, where; and interpolation.
#include <numbers>

#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"

namespace gradus {

using autograd::Operand;

#define GRADUS_DEFINE(name)                              \
  Tensor Tensor::name(const Tensor& b) const {           \
    return elementwise<formulas::name>(#name, *this, b); \
  }
GRADUS_BINARY_FUNCTIONAL_OPS(GRADUS_DEFINE)
#undef GRADUS_DEFINE

#define GRADUS_DEFINE(name) GRADUS_DEFINE_WITH(name, name, Tensor)
GRADUS_DEFINE(atan2)
GRADUS_DEFINE(hypot)
GRADUS_DEFINE(copysign)
GRADUS_DEFINE(heaviside)
GRADUS_DEFINE(gcd)
GRADUS_DEFINE(lcm)
#undef GRADUS_DEFINE

namespace {
// The number after a follows a, unless it is there already.
auto where_apart(const Tensor& a, const Tensor& b) {
  return [same = autograd::save(a.detach().eq(b.detach()))](const Tensor& dy) {
    return dy.masked_fill(same, 0);
  };
}
}  // namespace
Tensor Tensor::nextafter(const Tensor& b) const {
  Tensor y = elementwise<formulas::nextafter>("nextafter", detach(), b.detach());
  if (!autograd::needs_grad(*this) && !autograd::needs_grad(b)) return y;
  return autograd::record("nextafter", std::move(y), autograd::wrt(*this, where_apart(*this, b)),
                          autograd::wrt(b, autograd::ZeroGradient()));
}
Tensor& Tensor::nextafter_(const Tensor& b) const {
  const auto back = where_apart(*this, b);
  return autograd::write_inplace(
      "nextafter_", *this,
      [&] { elementwise_<formulas::nextafter>("nextafter_", detach(), b.detach()); },
      autograd::wrt(*this, back), autograd::wrt(b, autograd::ZeroGradient()));
}

Tensor Tensor::ldexp(const Tensor& b) const {
  using autograd::wrt;
  return autograd::record(
      "ldexp", detach() * gradus::pow(Scalar(2.0), b.detach()),
      wrt(*this, [sb = autograd::save(b)](const Tensor& dy) { return dy.ldexp(sb); }),
      wrt(b, [](const Tensor& dy, const Tensor& y) { return dy * y * std::numbers::ln2; }));
}
Tensor& Tensor::ldexp_(const Tensor& b) const { return mul_(gradus::pow(Scalar(2.0), b)); }

namespace {

// Bounds, either of which may be missing, as tensors or numbers.
template <class T>
Tensor clamp_between(const Tensor& x, const std::optional<T>& min, const std::optional<T>& max) {
  if (min && max) return elementwise<formulas::clamp>("clamp", x, *min, *max);
  if (min) return elementwise<formulas::clamp_min>("clamp", x, *min);
  if (max) return elementwise<formulas::clamp_max>("clamp", x, *max);
  fail("clamp: at least one of min and max must be given");
}
template <class T>
Tensor& clamp_between_(const Tensor& x, const std::optional<T>& min, const std::optional<T>& max) {
  if (min && max) return elementwise_<formulas::clamp>("clamp_", x, *min, *max);
  if (min) return elementwise_<formulas::clamp_min>("clamp_", x, *min);
  if (max) return elementwise_<formulas::clamp_max>("clamp_", x, *max);
  fail("clamp_: at least one of min and max must be given");
}

}  // namespace

Tensor clamp(const Tensor& x, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
  return clamp_between(x, min, max);
}
Tensor clamp(const Tensor& x, const std::optional<Tensor>& min, const std::optional<Tensor>& max) {
  return clamp_between(x, min, max);
}
Tensor clip(const Tensor& x, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
  return clamp_between(x, min, max);
}
Tensor clip(const Tensor& x, const std::optional<Tensor>& min, const std::optional<Tensor>& max) {
  return clamp_between(x, min, max);
}
Tensor Tensor::clamp(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return clamp_between(*this, min, max);
}
Tensor Tensor::clamp(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return clamp_between(*this, min, max);
}
Tensor& Tensor::clamp_(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return clamp_between_(*this, min, max);
}
Tensor& Tensor::clamp_(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return clamp_between_(*this, min, max);
}
Tensor Tensor::clip(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return clamp_between(*this, min, max);
}
Tensor Tensor::clip(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return clamp_between(*this, min, max);
}
Tensor& Tensor::clip_(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return clamp_between_(*this, min, max);
}
Tensor& Tensor::clip_(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return clamp_between_(*this, min, max);
}
Tensor clamp_min(const Tensor& x, const Scalar& bound) {
  return elementwise<formulas::clamp_min>("clamp_min", x, bound);
}
Tensor clamp_min(const Tensor& x, const Tensor& bound) {
  return elementwise<formulas::clamp_min>("clamp_min", x, bound);
}
Tensor clamp_max(const Tensor& x, const Scalar& bound) {
  return elementwise<formulas::clamp_max>("clamp_max", x, bound);
}
Tensor clamp_max(const Tensor& x, const Tensor& bound) {
  return elementwise<formulas::clamp_max>("clamp_max", x, bound);
}
GRADUS_DEFINE_WITH(clamp_min, clamp_min, Scalar)
GRADUS_DEFINE_WITH(clamp_min, clamp_min, Tensor)
GRADUS_DEFINE_WITH(clamp_max, clamp_max, Scalar)
GRADUS_DEFINE_WITH(clamp_max, clamp_max, Tensor)

Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight) {
  return elementwise<formulas::lerp>("lerp", start, end, weight);
}
Tensor Tensor::lerp(const Tensor& end, const Scalar& weight) const {
  return gradus::lerp(*this, end, weight);
}
Tensor& Tensor::lerp_(const Tensor& end, const Scalar& weight) const {
  return elementwise_<formulas::lerp>("lerp_", *this, end, weight);
}
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  return elementwise<formulas::lerp>("lerp", start, end, weight);
}
Tensor Tensor::lerp(const Tensor& end, const Tensor& weight) const {
  return gradus::lerp(*this, end, weight);
}
Tensor& Tensor::lerp_(const Tensor& end, const Tensor& weight) const {
  return elementwise_<formulas::lerp>("lerp_", *this, end, weight);
}

namespace {
// The number beside the tensors does not take part in promotion: among integers it is cut to one.
template <class F>
Scalar factor_of(const char* op, const Tensor& x, const Tensor& a, const Tensor& b,
                 const Scalar& value) {
  if constexpr (std::is_same_v<F, formulas::addcdiv>) {
    if (!a.is_floating_point() && !b.is_floating_point())
      fail("{}: integers have no quotient here, got {} and {}; convert one to floating point", op,
           a.dtype(), b.dtype());
  }
  const ScalarType type = autograd::compute_type(op, formulas::types::all, {x, a, b});
  if (type == kBool) fail_not_implemented("{}: not implemented for {}", op, type);
  return is_floating(type) || !value.isFloatingPoint() ? value : Scalar(value.toLong());
}
template <class F>
Tensor add_product(const char* op, const Tensor& x, const Tensor& a, const Tensor& b,
                   const Scalar& value) {
  return elementwise<F>(op, x, a, b, factor_of<F>(op, x, a, b, value));
}
template <class F>
Tensor& add_product_(const char* op, const Tensor& x, const Tensor& a, const Tensor& b,
                     const Scalar& value) {
  return elementwise_<F>(op, x, a, b, factor_of<F>(op, x, a, b, value));
}
}  // namespace

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  return add_product<formulas::addcmul>("addcmul", x, a, b, value);
}
Tensor Tensor::addcmul(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return add_product<formulas::addcmul>("addcmul", *this, a, b, value);
}
Tensor& Tensor::addcmul_(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return add_product_<formulas::addcmul>("addcmul_", *this, a, b, value);
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  return add_product<formulas::addcdiv>("addcdiv", x, a, b, value);
}
Tensor Tensor::addcdiv(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return add_product<formulas::addcdiv>("addcdiv", *this, a, b, value);
}
Tensor& Tensor::addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return add_product_<formulas::addcdiv>("addcdiv_", *this, a, b, value);
}

}  // namespace gradus
