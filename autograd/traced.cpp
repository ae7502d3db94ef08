#include "autograd/traced.h"

namespace gradus::autograd {
namespace {

// A formula's value on traced operands.
template <class F, class... V>
Traced traced(const char* op, const V&... x) {
  if ((x.is_number() && ...)) return F::template value<double>(x.number()...);
  return elementwise<F>(op, Operand(x)...);
}

template <class F>
TracedCondition traced_comparison(const char* op, const Traced& a, const Traced& b) {
  if (a.is_number() && b.is_number())
    return bool(F::template value<double>(a.number(), b.number()));
  const NoGradGuard constant;
  return {elementwise<F>(op, Operand(a), Operand(b)), (a.is_number() ? b : a).tensor().dtype()};
}

}  // namespace

Traced operator-(const Traced& a) { return traced<formulas::neg>("neg", a); }
Traced operator+(const Traced& a, const Traced& b) {
  if (a.is(0)) return b;
  if (b.is(0)) return a;
  return traced<formulas::add>("add", a, b);
}
Traced operator-(const Traced& a, const Traced& b) {
  if (b.is(0)) return a;
  return traced<formulas::sub>("sub", a, b);
}
Traced operator*(const Traced& a, const Traced& b) {
  if (a.is(1)) return b;
  if (b.is(1)) return a;
  if (a.is(-1)) return -b;
  if (b.is(-1)) return -a;
  return traced<formulas::mul>("mul", a, b);
}
Traced operator/(const Traced& a, const Traced& b) {
  if (b.is(1)) return a;
  return traced<formulas::div>("div", a, b);
}

TracedCondition operator<(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::lt>("lt", a, b);
}
TracedCondition operator<=(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::le>("le", a, b);
}
TracedCondition operator>(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::gt>("gt", a, b);
}
TracedCondition operator>=(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::ge>("ge", a, b);
}
TracedCondition operator==(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::eq>("eq", a, b);
}
TracedCondition operator!=(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::ne>("ne", a, b);
}
TracedCondition operator&&(const TracedCondition& a, const TracedCondition& b) {
  if (a.is_value()) return a.value() ? b : a;
  if (b.is_value()) return b.value() ? a : b;
  return {elementwise<formulas::logical_and>("logical_and", Operand(a), Operand(b)), a.of()};
}
TracedCondition operator||(const TracedCondition& a, const TracedCondition& b) {
  if (a.is_value()) return a.value() ? a : b;
  if (b.is_value()) return b.value() ? b : a;
  return {elementwise<formulas::logical_or>("logical_or", Operand(a), Operand(b)), a.of()};
}
TracedCondition operator!(const TracedCondition& a) {
  if (a.is_value()) return !a.value();
  return {elementwise<formulas::logical_not>("logical_not", Operand(a)), a.of()};
}

Traced select(const TracedCondition& c, const Traced& a, const Traced& b) {
  if (c.is_value()) return c.value() ? a : b;
  if (a.is_number() && b.is_number())
    return select_operands(c.tensor(), raw::scalar_tensor(a.number(), c.of()),
                           raw::scalar_tensor(b.number(), c.of()));
  return select_operands(c.tensor(), Operand(a), Operand(b));
}

#define GRADUS_TRACED_FUNCTION(f) \
  Traced f(const Traced& x) { return traced<formulas::f>(#f, x); }
GRADUS_TRACED_1(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION
#define GRADUS_TRACED_FUNCTION(f)      \
  Traced f(const Traced& x) {          \
    const NoGradGuard constant;        \
    return traced<formulas::f>(#f, x); \
  }
GRADUS_TRACED_STEPS(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION
#define GRADUS_TRACED_FUNCTION(f) \
  Traced f(const Traced& a, const Traced& b) { return traced<formulas::f>(#f, a, b); }
GRADUS_TRACED_2(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION

Traced logistic(const Traced& x) { return traced<formulas::sigmoid>("sigmoid", x); }
Traced log_logistic(const Traced& x) { return traced<formulas::log_sigmoid>("log_sigmoid", x); }
Traced normal_cdf(const Traced& x) { return 0.5 * erfc(x * -0.70710678118654752440); }

}  // namespace gradus::autograd
