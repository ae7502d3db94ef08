#include "autograd/ops/pointwise/foreach.h"

#include "autograd/inplace.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/copies.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

using List = std::vector<Tensor>;

// The operand for each tensor: one for all, or one from a list.
const Scalar& at(const Scalar& all, size_t) { return all; }
const Scalar& at(ScalarList list, size_t i) { return list[i]; }
const Tensor& at(const Tensor& all, size_t) { return all; }
const Tensor& at(TensorList list, size_t i) { return list[i]; }

void check_length(const char*, TensorList, const Scalar&) {}
template <class T>
void check_length(const char* op, TensorList x, ArrayRef<T> list) {
  if (list.size() != x.size())
    fail("{}: lists differ in length, {} and {}", op, x.size(), list.size());
}
void check_length(const char* op, TensorList, const Tensor& all) {
  if (all.dim() != 0) fail("{}: one tensor for all must have 0 dims, got {}", op, all.sizes());
}

template <class F, class... B>
List each([[maybe_unused]] const char* op, F f, TensorList x, const B&... operands) {
  (check_length(op, x, operands), ...);
  List y;
  y.reserve(x.size());
  for (size_t i = 0; i < x.size(); ++i) y.push_back(f(x[i], at(operands, i)...));
  return y;
}

// An operand of the same type and no more elements than one, by which f shows what it refuses.
const Scalar& probe(const char*, const Tensor&, const Scalar& b) { return b; }
Tensor probe(const char* op, const Tensor& x, const Tensor& b) {
  if (!expandable(b.sizes(), x.sizes()))
    fail("{}: shape {} does not broadcast to {}", op, b.sizes(), x.sizes());
  return b.dim() == 0 ? raw::zeros({}, b.dtype()) : raw::empty(0, b.dtype());
}
bool carries(const Scalar&) { return false; }
bool carries(const Tensor& b) { return autograd::needs_grad(b); }

// write(x[i], ...) for each i, after what f(x[i], ...) gives was found to fit each.
template <class Write, class F, class... B>
void each_([[maybe_unused]] const char* op, Write write, F f, TensorList x, const B&... operands) {
  (check_length(op, x, operands), ...);
  for (size_t i = 0; i < x.size(); ++i) {
    autograd::check_inplace(op, x[i], (carries(at(operands, i)) || ... || false));
    const NoGradGuard untaped;
    const Tensor y = f(probe(op, x[i], x[i]), probe(op, x[i], at(operands, i))...);
    if (!raw::can_cast(y.dtype(), x[i].dtype()))
      fail("{}: a result of {} cannot be written to a tensor of {}", op, y.dtype(), x[i].dtype());
  }
  for (size_t i = 0; i < x.size(); ++i) write(x[i], at(operands, i)...);
}

// A tensor of numbers as a list.
std::vector<Scalar> numbers(const char* op, const Tensor& t) {
  if (t.dim() != 1) fail("{}: the numbers must have 1 dim, got shape {}", op, t.sizes());
  std::vector<Scalar> list;
  for (int64_t i = 0; i < t.size(0); ++i) list.push_back(t.select(0, i).item());
  return list;
}

// The methods of an operation, the one that gives a tensor and the one that writes to it.
// clang-format off
#define GRADUS_METHODS(op)                                                                       \
  struct op##_methods {                                                                          \
    template <class... B> static Tensor value(const Tensor& x, const B&... b) { return x.op(b...); } \
    template <class... B> static void write(const Tensor& x, const B&... b) { x.op##_(b...); }   \
  };
GRADUS_FOREACH_UNARY_OPS(GRADUS_METHODS)
GRADUS_METHODS(add) GRADUS_METHODS(sub) GRADUS_METHODS(mul) GRADUS_METHODS(div)
GRADUS_METHODS(pow) GRADUS_METHODS(clamp_max) GRADUS_METHODS(clamp_min)
GRADUS_METHODS(addcmul) GRADUS_METHODS(addcdiv) GRADUS_METHODS(lerp)
#undef GRADUS_METHODS
    // clang-format on
    // These have no form in place, nor with numbers.
    struct maximum_methods {
  static Tensor value(const Tensor& x, const Tensor& b) { return x.maximum(b); }
  static Tensor value(const Tensor& x, const Scalar& b) { return x.clamp_min(b); }
  static void write(const Tensor& x, const Tensor& b) { x.copy_(value(x, b)); }
  static void write(const Tensor& x, const Scalar& b) { x.clamp_min_(b); }
};
struct minimum_methods {
  static Tensor value(const Tensor& x, const Tensor& b) { return x.minimum(b); }
  static Tensor value(const Tensor& x, const Scalar& b) { return x.clamp_max(b); }
  static void write(const Tensor& x, const Tensor& b) { x.copy_(value(x, b)); }
  static void write(const Tensor& x, const Scalar& b) { x.clamp_max_(b); }
};

template <class F, class... B>
List all(const char* op, TensorList x, const B&... operands) {
  return each(
      op, [](const Tensor& t, const auto&... b) { return F::value(t, b...); }, x, operands...);
}
template <class F, class... B>
void all_(const char* op, TensorList x, const B&... operands) {
  each_(
      op, [](const Tensor& t, const auto&... b) { F::write(t, b...); },
      [](const Tensor& t, const auto&... b) { return F::value(t, b...); }, x, operands...);
}

}  // namespace

#define GRADUS_DEFINE(f)                                                          \
  List _foreach_##f(TensorList x) { return all<f##_methods>("_foreach_" #f, x); } \
  void _foreach_##f##_(TensorList x) { all_<f##_methods>("_foreach_" #f "_", x); }
GRADUS_FOREACH_UNARY_OPS(GRADUS_DEFINE)
#undef GRADUS_DEFINE
#define GRADUS_DEFINE_WITH(f, B)                                                          \
  List _foreach_##f(TensorList x, B b) { return all<f##_methods>("_foreach_" #f, x, b); } \
  void _foreach_##f##_(TensorList x, B b) { all_<f##_methods>("_foreach_" #f "_", x, b); }
#define GRADUS_DEFINE(f) GRADUS_DEFINE_WITH(f, const Scalar&) GRADUS_DEFINE_WITH(f, ScalarList)
GRADUS_FOREACH_BINARY_OPS(GRADUS_DEFINE)
#undef GRADUS_DEFINE
GRADUS_DEFINE_WITH(mul, TensorList)
GRADUS_DEFINE_WITH(mul, const Tensor&)
GRADUS_DEFINE_WITH(div, TensorList)
GRADUS_DEFINE_WITH(div, const Tensor&)
GRADUS_DEFINE_WITH(pow, TensorList)
GRADUS_DEFINE_WITH(maximum, TensorList)
GRADUS_DEFINE_WITH(minimum, TensorList)
GRADUS_DEFINE_WITH(clamp_max, TensorList)
GRADUS_DEFINE_WITH(clamp_min, TensorList)
#undef GRADUS_DEFINE_WITH

List _foreach_add(TensorList self, TensorList other, const Scalar& alpha) {
  return all<add_methods>("_foreach_add", self, other, alpha);
}
List _foreach_add(TensorList self, const Tensor& other, const Scalar& alpha) {
  return all<add_methods>("_foreach_add", self, other, alpha);
}
void _foreach_add_(TensorList self, TensorList other, const Scalar& alpha) {
  all_<add_methods>("_foreach_add_", self, other, alpha);
}
void _foreach_add_(TensorList self, const Tensor& other, const Scalar& alpha) {
  all_<add_methods>("_foreach_add_", self, other, alpha);
}
List _foreach_sub(TensorList self, TensorList other, const Scalar& alpha) {
  return all<sub_methods>("_foreach_sub", self, other, alpha);
}
void _foreach_sub_(TensorList self, TensorList other, const Scalar& alpha) {
  all_<sub_methods>("_foreach_sub_", self, other, alpha);
}
List _foreach_pow(const Scalar& self, TensorList exponent) {
  return each(
      "_foreach_pow", [&](const Tensor& t) { return pow(self, t); }, exponent);
}

#define GRADUS_DEFINE_WITH(f, B)                                        \
  List _foreach_##f(TensorList x, TensorList a, TensorList b, B c) {    \
    return all<f##_methods>("_foreach_" #f, x, a, b, c);                \
  }                                                                     \
  void _foreach_##f##_(TensorList x, TensorList a, TensorList b, B c) { \
    all_<f##_methods>("_foreach_" #f "_", x, a, b, c);                  \
  }
GRADUS_DEFINE_WITH(addcmul, const Scalar&)
GRADUS_DEFINE_WITH(addcmul, ScalarList)
GRADUS_DEFINE_WITH(addcdiv, const Scalar&)
GRADUS_DEFINE_WITH(addcdiv, ScalarList)
#undef GRADUS_DEFINE_WITH
List _foreach_addcmul(TensorList x, TensorList a, TensorList b, const Tensor& c) {
  return _foreach_addcmul(x, a, b, ScalarList(numbers("_foreach_addcmul", c)));
}
void _foreach_addcmul_(TensorList x, TensorList a, TensorList b, const Tensor& c) {
  _foreach_addcmul_(x, a, b, ScalarList(numbers("_foreach_addcmul_", c)));
}
List _foreach_addcdiv(TensorList x, TensorList a, TensorList b, const Tensor& c) {
  return _foreach_addcdiv(x, a, b, ScalarList(numbers("_foreach_addcdiv", c)));
}
void _foreach_addcdiv_(TensorList x, TensorList a, TensorList b, const Tensor& c) {
  _foreach_addcdiv_(x, a, b, ScalarList(numbers("_foreach_addcdiv_", c)));
}

#define GRADUS_DEFINE_WITH(B)                                   \
  List _foreach_lerp(TensorList x, TensorList end, B weight) {  \
    return all<lerp_methods>("_foreach_lerp", x, end, weight);  \
  }                                                             \
  void _foreach_lerp_(TensorList x, TensorList end, B weight) { \
    all_<lerp_methods>("_foreach_lerp_", x, end, weight);       \
  }
GRADUS_DEFINE_WITH(TensorList)
GRADUS_DEFINE_WITH(const Scalar&)
GRADUS_DEFINE_WITH(ScalarList)
#undef GRADUS_DEFINE_WITH

List _foreach_norm(TensorList self, const Scalar& ord, std::optional<ScalarType> dtype) {
  return each(
      "_foreach_norm",
      [&](const Tensor& t) { return linalg_vector_norm(t, ord, {}, false, dtype); }, self);
}
List _foreach_powsum(TensorList self, const Scalar& ord, std::optional<ScalarType> dtype) {
  return each(
      "_foreach_powsum",
      [&](const Tensor& t) { return (dtype ? t.to(*dtype) : t).abs().pow(ord).sum(); }, self);
}
List _foreach_max(TensorList self) {
  return each(
      "_foreach_max", [](const Tensor& t) { return t.max(); }, self);
}
List _foreach_mm(TensorList self, TensorList mat2) {
  return each(
      "_foreach_mm", [](const Tensor& a, const Tensor& b) { return a.mm(b); }, self, mat2);
}
List _foreach_clone(TensorList self) {
  return each(
      "_foreach_clone", [](const Tensor& t) { return t.clone(); }, self);
}
List _foreach_zero(TensorList self) {
  return each(
      "_foreach_zero", [](const Tensor& t) { return raw::empty_like(t).zero_(); }, self);
}
void _foreach_zero_(TensorList self) {
  for (const Tensor& t : self) autograd::check_inplace("_foreach_zero_", t);
  for (const Tensor& t : self) t.zero_();
}
List _foreach_copy(TensorList self, TensorList src, bool) {
  return each(
      "_foreach_copy", [](const Tensor& t, const Tensor& from) { return copy(t, from); }, self,
      src);
}
void _foreach_copy_(TensorList self, TensorList src, bool) {
  each_(
      "_foreach_copy_", [](const Tensor& t, const Tensor& from) { t.copy_(from); },
      [](const Tensor& t, const Tensor&) { return t; }, self, src);
}

}  // namespace gradus
