// Comparisons, logic and tests: bool results, no gradients.
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "autograd/ops/pointwise/op_table.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/equal.h"

namespace gradus {

namespace {

// A number beside a tensor of integers may have a fraction or lie beyond the tensor's type. It is
// not rounded to that type, nor are both to float, as PyTorch does: either all elements compare
// alike, or there is a whole number with which they compare as with it.
struct AsWhole {
  std::optional<bool> all;
  int64_t number = 0;
};

template <class F, class... G>
constexpr bool is_one_of = (std::is_same_v<F, G> || ...);

template <class F>
AsWhole as_whole(ScalarType type, const Scalar& b) {
  int64_t number = 0;
  if (b.isFloatingPoint()) {
    const double d = b.toDouble(), below = std::floor(d);
    if (!(d >= -0x1p63 && d < 0x1p63)) return {bool(F::value(0., d))};
    if (below != d && is_one_of<F, formulas::eq, formulas::ne>) return {bool(F::value(0., 1.))};
    // x < 2.5 as x < 3, x <= 2.5 as x <= 2.
    number = int64_t(below) + (below != d && is_one_of<F, formulas::lt, formulas::ge>);
  } else {
    number = b.toLong();
  }
  const int64_t most = type == kByte  ? std::numeric_limits<uint8_t>::max()
                       : type == kInt ? std::numeric_limits<int32_t>::max()
                                      : std::numeric_limits<int64_t>::max();
  if (number < (type == kByte ? 0 : -most - 1)) return {bool(F::value(0., -1.))};
  if (number > most) return {bool(F::value(0., 1.))};
  return {{}, number};
}

bool needs_whole(const Tensor& a, const Scalar& b) {
  return a.defined() && is_integral(a.dtype(), /*include_bool=*/false) && !b.isBoolean();
}
template <class F>
Tensor compared(const char* op, const Tensor& a, const Scalar& b) {
  if (!needs_whole(a, b)) return elementwise<F>(op, a, b);
  const AsWhole whole = as_whole<F>(a.dtype(), b);
  if (whole.all) return raw::full(a.sizes(), *whole.all, kBool);
  return elementwise<F>(op, a, Scalar(whole.number));
}
template <class F>
Tensor& compared_(const char* op, const Tensor& a, const Scalar& b) {
  if (!needs_whole(a, b)) return elementwise_<F>(op, a, b);
  const AsWhole whole = as_whole<F>(a.dtype(), b);
  return whole.all ? a.fill_(*whole.all) : elementwise_<F>(op, a, Scalar(whole.number));
}

// Whether b is a number of another type beside a tensor of integers.
bool is_number_beside(const Tensor& a, const Tensor& b) {
  return a.defined() && b.defined() && b.dim() == 0 && a.dim() > 0 && a.dtype() != b.dtype() &&
         needs_whole(a, Scalar(0)) && b.dtype() != kBool;
}
// `Mirrored` is F with its operands exchanged.
template <class F, class Mirrored>
Tensor compared(const char* op, const Tensor& a, const Tensor& b) {
  if (is_number_beside(a, b)) return compared<F>(op, a, b.item());
  if (is_number_beside(b, a)) return compared<Mirrored>(op, b, a.item());
  return elementwise<F>(op, a, b);
}
template <class F>
Tensor& compared_(const char* op, const Tensor& a, const Tensor& b) {
  if (is_number_beside(a, b)) return compared_<F>(op, a, b.item());
  return elementwise_<F>(op, a, b);
}

}  // namespace

Tensor Tensor::eq(const Tensor& b) const {
  return compared<formulas::eq, formulas::eq>("eq", *this, b);
}
Tensor Tensor::eq(const Scalar& b) const { return compared<formulas::eq>("eq", *this, b); }
Tensor& Tensor::eq_(const Tensor& b) const { return compared_<formulas::eq>("eq_", *this, b); }
Tensor& Tensor::eq_(const Scalar& b) const { return compared_<formulas::eq>("eq_", *this, b); }
Tensor Tensor::ne(const Tensor& b) const {
  return compared<formulas::ne, formulas::ne>("ne", *this, b);
}
Tensor Tensor::ne(const Scalar& b) const { return compared<formulas::ne>("ne", *this, b); }
Tensor& Tensor::ne_(const Tensor& b) const { return compared_<formulas::ne>("ne_", *this, b); }
Tensor& Tensor::ne_(const Scalar& b) const { return compared_<formulas::ne>("ne_", *this, b); }
Tensor Tensor::lt(const Tensor& b) const {
  return compared<formulas::lt, formulas::gt>("lt", *this, b);
}
Tensor Tensor::lt(const Scalar& b) const { return compared<formulas::lt>("lt", *this, b); }
Tensor& Tensor::lt_(const Tensor& b) const { return compared_<formulas::lt>("lt_", *this, b); }
Tensor& Tensor::lt_(const Scalar& b) const { return compared_<formulas::lt>("lt_", *this, b); }
Tensor Tensor::le(const Tensor& b) const {
  return compared<formulas::le, formulas::ge>("le", *this, b);
}
Tensor Tensor::le(const Scalar& b) const { return compared<formulas::le>("le", *this, b); }
Tensor& Tensor::le_(const Tensor& b) const { return compared_<formulas::le>("le_", *this, b); }
Tensor& Tensor::le_(const Scalar& b) const { return compared_<formulas::le>("le_", *this, b); }
Tensor Tensor::gt(const Tensor& b) const {
  return compared<formulas::gt, formulas::lt>("gt", *this, b);
}
Tensor Tensor::gt(const Scalar& b) const { return compared<formulas::gt>("gt", *this, b); }
Tensor& Tensor::gt_(const Tensor& b) const { return compared_<formulas::gt>("gt_", *this, b); }
Tensor& Tensor::gt_(const Scalar& b) const { return compared_<formulas::gt>("gt_", *this, b); }
Tensor Tensor::ge(const Tensor& b) const {
  return compared<formulas::ge, formulas::le>("ge", *this, b);
}
Tensor Tensor::ge(const Scalar& b) const { return compared<formulas::ge>("ge", *this, b); }
Tensor& Tensor::ge_(const Tensor& b) const { return compared_<formulas::ge>("ge_", *this, b); }
Tensor& Tensor::ge_(const Scalar& b) const { return compared_<formulas::ge>("ge_", *this, b); }
#define GRADUS_DEFINE(name) GRADUS_DEFINE_BINARY(name, name)
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
bool Tensor::equal(const Tensor& other) const {
  const ScalarType t = checked().dtype;
  if (t != other.dtype()) fail("equal: types differ, {} and {}", t, other.dtype());
  return raw::equal(*this, other);
}

ScalarType result_type(const Tensor& a, const Tensor& b) { return raw::result_type(a, b); }
ScalarType result_type(const Tensor& a, const Scalar& b) { return raw::result_type(a, b); }
ScalarType result_type(const Scalar& a, const Tensor& b) { return raw::result_type(b, a); }
bool can_cast(ScalarType from, ScalarType to) { return raw::can_cast(from, to); }

}  // namespace gradus
