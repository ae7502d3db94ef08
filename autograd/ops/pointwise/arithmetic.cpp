// Sums, products, quotients, and what is made of them.
#include "autograd/ops/pointwise/arithmetic.h"

#include <numbers>

#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/frexp.h"

namespace gradus {

using autograd::Operand;

namespace {

bool is_one(const Scalar& s) { return !s.isBoolean() && s.toDouble() == 1; }

// alpha as what it scales: it must not be a float where the result is an integer, nor bool where it
// is a number, and does not widen a bool result.
Scalar checked_alpha(const char* op, const Operand& a, const Operand& b, const Scalar& alpha) {
  const ScalarType type = autograd::compute_type(op, formulas::types::all, {a, b});
  if (!is_floating(type) && alpha.isFloatingPoint())
    fail("{}: alpha must be an integer where the result is of {}, got {}", op, type,
         alpha.toDouble());
  if (type != kBool && alpha.isBoolean())
    fail("{}: alpha must be a number where the result is of {}, got a bool", op, type);
  return type == kBool ? Scalar(alpha.toBool()) : alpha;
}
Tensor add_scaled(const char* op, const Operand& a, const Operand& b, const Scalar& alpha) {
  return elementwise<formulas::add_scaled>(op, a, b, alpha);
}
Tensor& add_scaled_(const char* op, const Tensor& a, const Operand& b, const Scalar& alpha) {
  return elementwise_<formulas::add_scaled>(op, a, b, alpha);
}

template <class B>
Tensor add_impl(const Tensor& a, const B& b, const Scalar& alpha) {
  if (is_one(alpha)) return elementwise<formulas::add>("add", a, b);
  return add_scaled("add", a, b, checked_alpha("add", a, b, alpha));
}
template <class B>
Tensor& add_impl_(const Tensor& a, const B& b, const Scalar& alpha) {
  if (is_one(alpha)) return elementwise_<formulas::add>("add_", a, b);
  return add_scaled_("add_", a, b, checked_alpha("add_", a, b, alpha));
}

bool is_bool(const Tensor& t) { return t.defined() && t.dtype() == kBool; }
bool is_bool(const Scalar& s) { return s.isBoolean(); }
[[noreturn, gnu::cold]] void fail_difference(const char* op) {
  fail("{}: bool tensors have no difference; logical_not inverts one, logical_xor compares two",
       op);
}
template <class A, class B>
Tensor sub_impl(const char* op, const A& a, const B& b, const Scalar& alpha) {
  if (is_bool(a) || is_bool(b)) fail_difference(op);
  if (is_one(alpha)) return elementwise<formulas::sub>(op, a, b);
  return add_scaled(op, a, b, -checked_alpha(op, a, b, alpha));
}
template <class B>
Tensor& sub_impl_(const Tensor& a, const B& b, const Scalar& alpha) {
  if (is_bool(a) || is_bool(b)) fail_difference("sub_");
  if (is_one(alpha)) return elementwise_<formulas::sub>("sub_", a, b);
  return add_scaled_("sub_", a, b, -checked_alpha("sub_", a, b, alpha));
}

}  // namespace

Tensor Tensor::add(const Tensor& b, const Scalar& alpha) const { return add_impl(*this, b, alpha); }
Tensor Tensor::add(const Scalar& b, const Scalar& alpha) const { return add_impl(*this, b, alpha); }
Tensor& Tensor::add_(const Tensor& b, const Scalar& alpha) const {
  return add_impl_(*this, b, alpha);
}
Tensor& Tensor::add_(const Scalar& b, const Scalar& alpha) const {
  return add_impl_(*this, b, alpha);
}
Tensor Tensor::sub(const Tensor& b, const Scalar& alpha) const {
  return sub_impl("sub", *this, b, alpha);
}
Tensor Tensor::sub(const Scalar& b, const Scalar& alpha) const {
  return sub_impl("sub", *this, b, alpha);
}
Tensor& Tensor::sub_(const Tensor& b, const Scalar& alpha) const {
  return sub_impl_(*this, b, alpha);
}
Tensor& Tensor::sub_(const Scalar& b, const Scalar& alpha) const {
  return sub_impl_(*this, b, alpha);
}
Tensor rsub(const Tensor& x, const Tensor& other, const Scalar& alpha) {
  return sub_impl("rsub", other, x, alpha);
}
Tensor rsub(const Tensor& x, const Scalar& other, const Scalar& alpha) {
  return sub_impl("rsub", other, x, alpha);
}

Tensor operator+(const Scalar& a, const Tensor& b) { return b.add(a); }
Tensor operator*(const Scalar& a, const Tensor& b) { return b.mul(a); }
Tensor operator-(const Scalar& a, const Tensor& b) { return sub_impl("sub", a, b, 1); }
Tensor operator/(const Scalar& a, const Tensor& b) {
  return elementwise<formulas::div>("div", a, b);
}

namespace {
// A whole quotient by zero is an error for integers, as in PyTorch, unless there is nothing to
// divide.
void check_divisor(const char* op, const Operand& a, const Operand& b) {
  const ScalarType type = autograd::compute_type(op, formulas::types::numeric, {a, b});
  if (is_floating(type) || (!a.is_number() && a.tensor.numel() == 0)) return;
  const bool zero = b.is_number() ? !b.number.toBool() : b.tensor.eq(0).any().item().toBool();
  if (zero) fail("{}: integer division by zero", op);
}
template <class F, class B>
Tensor divided(const char* op, const Tensor& a, const B& b) {
  check_divisor(op, a, b);
  return elementwise<F>(op, a, b);
}
template <class F, class B>
Tensor& divided_(const char* op, const Tensor& a, const B& b) {
  check_divisor(op, a, b);
  return elementwise_<F>(op, a, b);
}

// For some powers there is, as in PyTorch, a cheaper formula of the base alone. Those of
// `by_result` have a slope that reads the result; a power's reads the base, so that its result may
// be written to before the backward pass.
struct Power {
  Operand operands[2];
  int formula = formulas::index_of<formulas::pow>;
  size_t arity = 1;
  bool by_result = false;
  Power(const Tensor& x, const Scalar& b) : operands{x, b} {
    const bool real = is_floating(x.dtype()), whole = !b.isFloatingPoint();
    if (!real && whole && b.toDouble() < 0)
      fail("pow: integers have no negative integer powers, got {} and {}", x.dtype(), b.toLong());
    const double power = real || (whole && x.dtype() != kBool) ? b.toDouble() : 0;
    if (power == 2)
      formula = formulas::index_of<formulas::square>;
    else if (power == 3)
      formula = formulas::index_of<formulas::cube>;
    else if (power == 0.5)
      formula = formulas::index_of<formulas::sqrt>;
    else if (power == -0.5)
      formula = formulas::index_of<formulas::rsqrt>;
    else if (power == -1)
      formula = formulas::index_of<formulas::reciprocal>;
    else
      arity = 2;
    by_result = power == 0.5 || power == -0.5 || power == -1;
  }
  operator autograd::Operands() const { return {operands, arity}; }
};
// b x^(b-1)
auto power_slope(const Tensor& x, double b) {
  return [sx = autograd::save(x), b](const Tensor& dy) { return dy * (sx->pow(b - 1) * b); };
}
}  // namespace

Tensor Tensor::pow(const Scalar& b) const {
  // The formula does not take bool, but 0 and 1 are powers that need none.
  if (b.isBoolean() && checked().dtype == kBool)
    return b.toBool() ? clone() : raw::full(sizes(), true, kBool);
  const Power power(*this, b);
  if (!power.by_result || !GradMode::is_enabled() || !autograd::needs_grad(*this))
    return autograd::apply_formula(power.formula, "pow", power);
  return autograd::record("pow", autograd::apply_formula(power.formula, "pow", Power(detach(), b)),
                          autograd::wrt(*this, power_slope(*this, b.toDouble())));
}
Tensor& Tensor::pow_(const Scalar& b) const {
  if (b.isBoolean() && checked().dtype == kBool)
    return b.toBool() ? const_cast<Tensor&>(*this) : fill_(true);
  const Power power(*this, b);
  if (!power.by_result || !GradMode::is_enabled() || !autograd::needs_grad(*this)) {
    autograd::apply_formula_(power.formula, "pow_", power);
    return const_cast<Tensor&>(*this);
  }
  const Tensor before = autograd::value_before_write(*this, true);
  return autograd::write_inplace(
      "pow_", *this, [&] { autograd::apply_formula_(power.formula, "pow_", Power(detach(), b)); },
      autograd::wrt(*this, power_slope(before, b.toDouble())));
}

Tensor Tensor::square() const { return pow(2); }
Tensor& Tensor::square_() const { return pow_(2); }

GRADUS_DEFINE_BINARY(mul, mul)
GRADUS_DEFINE_WITH(pow, pow, Tensor)
GRADUS_DEFINE_BINARY(xlogy, xlogy)

Tensor Tensor::floor_divide(const Tensor& b) const {
  return divided<formulas::floor_divide>("floor_divide", *this, b);
}
Tensor Tensor::floor_divide(const Scalar& b) const {
  return divided<formulas::floor_divide>("floor_divide", *this, b);
}
Tensor& Tensor::floor_divide_(const Tensor& b) const {
  return divided_<formulas::floor_divide>("floor_divide_", *this, b);
}
Tensor& Tensor::floor_divide_(const Scalar& b) const {
  return divided_<formulas::floor_divide>("floor_divide_", *this, b);
}
Tensor Tensor::remainder(const Tensor& b) const {
  return divided<formulas::remainder>("remainder", *this, b);
}
Tensor Tensor::remainder(const Scalar& b) const {
  return divided<formulas::remainder>("remainder", *this, b);
}
Tensor& Tensor::remainder_(const Tensor& b) const {
  return divided_<formulas::remainder>("remainder_", *this, b);
}
Tensor& Tensor::remainder_(const Scalar& b) const {
  return divided_<formulas::remainder>("remainder_", *this, b);
}
Tensor Tensor::fmod(const Tensor& b) const { return divided<formulas::fmod>("fmod", *this, b); }
Tensor Tensor::fmod(const Scalar& b) const { return divided<formulas::fmod>("fmod", *this, b); }
Tensor& Tensor::fmod_(const Tensor& b) const { return divided_<formulas::fmod>("fmod_", *this, b); }
Tensor& Tensor::fmod_(const Scalar& b) const { return divided_<formulas::fmod>("fmod_", *this, b); }
namespace {
template <class B>
Tensor quotient(const Tensor& a, const B& b, std::optional<std::string_view> rounding) {
  if (!rounding) return elementwise<formulas::div>("div", a, b);
  if (*rounding == "floor") return autograd::called("div.mode", a.floor_divide(b));
  if (*rounding != "trunc")
    fail("div: rounding_mode must be 'trunc' or 'floor', got '{}'", *rounding);
  check_divisor("div", a, b);
  return autograd::called("div.mode", elementwise<formulas::trunc_divide>("div", a, b));
}
template <class B>
Tensor& quotient_(const Tensor& a, const B& b, std::optional<std::string_view> rounding) {
  if (!rounding) return elementwise_<formulas::div>("div_", a, b);
  if (*rounding == "floor") return a.floor_divide_(b);
  if (*rounding != "trunc")
    fail("div_: rounding_mode must be 'trunc' or 'floor', got '{}'", *rounding);
  check_divisor("div_", a, b);
  return elementwise_<formulas::trunc_divide>("div_", a, b);
}
}  // namespace

Tensor Tensor::div(const Tensor& b, std::optional<std::string_view> rounding_mode) const {
  return quotient(*this, b, rounding_mode);
}
Tensor Tensor::div(const Scalar& b, std::optional<std::string_view> rounding_mode) const {
  return quotient(*this, b, rounding_mode);
}
Tensor& Tensor::div_(const Tensor& b, std::optional<std::string_view> rounding_mode) const {
  return quotient_(*this, b, rounding_mode);
}
Tensor& Tensor::div_(const Scalar& b, std::optional<std::string_view> rounding_mode) const {
  return quotient_(*this, b, rounding_mode);
}
Tensor Tensor::divide(const Tensor& b, std::optional<std::string_view> rounding_mode) const {
  return quotient(*this, b, rounding_mode);
}
Tensor Tensor::divide(const Scalar& b, std::optional<std::string_view> rounding_mode) const {
  return quotient(*this, b, rounding_mode);
}
Tensor& Tensor::divide_(const Tensor& b, std::optional<std::string_view> rounding_mode) const {
  return quotient_(*this, b, rounding_mode);
}
Tensor& Tensor::divide_(const Scalar& b, std::optional<std::string_view> rounding_mode) const {
  return quotient_(*this, b, rounding_mode);
}
Tensor pow(const Scalar& base, const Tensor& exponent) {
  // Whatever the exponent's strides, the result is contiguous.
  return elementwise<formulas::pow>("pow", base, exponent.contiguous());
}
Tensor xlogy(const Scalar& x, const Tensor& y) {
  return elementwise<formulas::xlogy>("xlogy", x, y);
}
Tensor remainder(const Scalar& a, const Tensor& b) {
  check_divisor("remainder", a, b);
  return elementwise<formulas::remainder>("remainder", a, b);
}
Tensor operator%(const Scalar& a, const Tensor& b) { return remainder(a, b); }

Tensor float_power(const Tensor& x, const Tensor& exponent) {
  return x.to(kDouble).pow(exponent.to(kDouble));
}
Tensor float_power(const Scalar& x, const Tensor& exponent) {
  return pow(Scalar(x.toDouble()), exponent.to(kDouble));
}
Tensor float_power(const Tensor& x, const Scalar& exponent) {
  return x.to(kDouble).pow(Scalar(exponent.toDouble()));
}
namespace {
void check_double(const Tensor& x) {
  if (x.dtype() != kDouble)
    fail("float_power_: a result of float64 cannot be written to a tensor of {}", x.dtype());
}
}  // namespace
Tensor Tensor::float_power(const Tensor& exponent) const {
  return gradus::float_power(*this, exponent);
}
Tensor Tensor::float_power(const Scalar& exponent) const {
  return gradus::float_power(*this, exponent);
}
Tensor& Tensor::float_power_(const Tensor& exponent) const {
  check_double(*this);
  return pow_(exponent.to(kDouble));
}
Tensor& Tensor::float_power_(const Scalar& exponent) const {
  check_double(*this);
  return pow_(Scalar(exponent.toDouble()));
}
Tensor& float_power_(Tensor& x, const Tensor& exponent) { return x.float_power_(exponent); }
Tensor& float_power_(Tensor& x, const Scalar& exponent) { return x.float_power_(exponent); }

std::tuple<Tensor, Tensor> Tensor::frexp() const { return gradus::frexp(*this); }
Tensor Tensor::angle() const { return gradus::angle(*this); }
std::tuple<Tensor, Tensor> frexp(const Tensor& x) {
  auto [mantissa, exponent] = raw::frexp(x);
  Tensor m = autograd::record("frexp", std::move(mantissa),
                              autograd::wrt(x, [e = autograd::save(exponent)](const Tensor& dy) {
                                return dy / pow(Scalar(2.0), e->to(dy.dtype()));
                              }));
  return {std::move(m), std::move(exponent)};
}

Tensor angle(const Tensor& x) {
  Tensor y;
  {
    const NoGradGuard untaped;
    const Tensor real = is_floating(x.dtype()) ? x.detach() : x.to(get_default_dtype());
    y = raw::full(real.sizes(), std::numbers::pi, real.dtype())
            .mul_(real.lt(0))
            .masked_fill_(real.isnan(), std::numeric_limits<double>::quiet_NaN());
  }
  return autograd::record("angle", std::move(y), autograd::wrt(x, autograd::ZeroGradient()));
}

namespace {
[[noreturn, gnu::cold]] void fail_complex(const char* op, const Tensor& x) {
  fail("{}: there are no complex tensors, got {}", op, x.dtype());
}
}  // namespace
Tensor imag(const Tensor& x) { fail("imag: {} tensors have no imaginary part", x.dtype()); }
Tensor polar(const Tensor& abs, const Tensor&) { fail_complex("polar", abs); }
Tensor view_as_real(const Tensor& x) { fail_complex("view_as_real", x); }
Tensor view_as_complex(const Tensor& x) { fail_complex("view_as_complex", x); }

}  // namespace gradus
