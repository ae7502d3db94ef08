// The V of a formula on the tape: a tensor or a plain number, with the arithmetic that slopes use.
// Numbers fold, so that `1 - y * y` makes no tensor for the 1.
#pragma once

#include "autograd/elementwise.h"

namespace gradus::autograd {

class Traced {
 public:
  Traced(double number) : number_(number) {}
  Traced(Tensor t) : tensor_(std::move(t)) {}
  bool is_number() const { return !tensor_.defined(); }
  bool is(double v) const { return is_number() && number_ == v; }
  double number() const { return number_; }
  const Tensor& tensor() const { return tensor_; }
  operator Operand() const { return is_number() ? Operand(Scalar(number_)) : Operand(tensor_); }

 private:
  Tensor tensor_;
  double number_ = 0;
};

// The formula at that place in the list, as traced<F> calls it.
Tensor apply_traced(int formula, const char* op, std::initializer_list<const Traced*> x);

// A formula's value on traced operands.
template <class F, class... V>
Traced traced(const char* op, const V&... x) {
  if ((x.is_number() && ...)) return F::template value<double>(x.number()...);
  return apply_traced(formulas::index_of<F>, op, {&x...});
}

[[gnu::noinline]] inline Traced operator-(const Traced& a) {
  return traced<formulas::neg>("neg", a);
}
[[gnu::noinline]] inline Traced operator+(const Traced& a, const Traced& b) {
  if (a.is(0)) return b;
  if (b.is(0)) return a;
  return traced<formulas::add>("add", a, b);
}
[[gnu::noinline]] inline Traced operator-(const Traced& a, const Traced& b) {
  if (b.is(0)) return a;
  return traced<formulas::sub>("sub", a, b);
}
[[gnu::noinline]] inline Traced operator*(const Traced& a, const Traced& b) {
  if (a.is(1)) return b;
  if (b.is(1)) return a;
  if (a.is(-1)) return -b;
  if (b.is(-1)) return -a;
  return traced<formulas::mul>("mul", a, b);
}
[[gnu::noinline]] inline Traced operator/(const Traced& a, const Traced& b) {
  if (b.is(1)) return a;
  return traced<formulas::div>("div", a, b);
}

// A bool tensor or a plain truth value.
class TracedCondition {
 public:
  TracedCondition(bool b) : value_(b) {}
  TracedCondition(Tensor t) : tensor_(std::move(t)) {}
  bool is_value() const { return !tensor_.defined(); }
  bool value() const { return value_; }
  const Tensor& tensor() const { return tensor_; }
  operator Operand() const { return is_value() ? Operand(Scalar(value_)) : Operand(tensor_); }

 private:
  Tensor tensor_;
  bool value_ = false;
};

template <class F>
TracedCondition traced_comparison(const char* op, const Traced& a, const Traced& b) {
  if (a.is_number() && b.is_number())
    return bool(F::template value<double>(a.number(), b.number()));
  return elementwise<F>(op, Operand(a), Operand(b));
}
[[gnu::noinline]] inline TracedCondition operator<(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::lt>("lt", a, b);
}
[[gnu::noinline]] inline TracedCondition operator<=(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::le>("le", a, b);
}
[[gnu::noinline]] inline TracedCondition operator>(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::gt>("gt", a, b);
}
[[gnu::noinline]] inline TracedCondition operator>=(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::ge>("ge", a, b);
}
[[gnu::noinline]] inline TracedCondition operator==(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::eq>("eq", a, b);
}
[[gnu::noinline]] inline TracedCondition operator!=(const Traced& a, const Traced& b) {
  return traced_comparison<formulas::ne>("ne", a, b);
}
[[gnu::noinline]] inline TracedCondition operator&&(const TracedCondition& a,
                                                    const TracedCondition& b) {
  if (a.is_value()) return a.value() ? b : a;
  if (b.is_value()) return b.value() ? a : b;
  return elementwise<formulas::logical_and>("logical_and", Operand(a), Operand(b));
}
[[gnu::noinline]] inline TracedCondition operator||(const TracedCondition& a,
                                                    const TracedCondition& b) {
  if (a.is_value()) return a.value() ? a : b;
  if (b.is_value()) return b.value() ? b : a;
  return elementwise<formulas::logical_or>("logical_or", Operand(a), Operand(b));
}
[[gnu::noinline]] inline TracedCondition operator!(const TracedCondition& a) {
  if (a.is_value()) return !a.value();
  return elementwise<formulas::logical_not>("logical_not", Operand(a));
}

// a where the condition holds, else b. Found from formulas by argument-dependent lookup.
[[gnu::noinline]] inline Traced select(const TracedCondition& c, const Traced& a, const Traced& b) {
  if (c.is_value()) return c.value() ? a : b;
  return select_operands(c.tensor(), Operand(a), Operand(b));
}

#define GRADUS_TRACED_1(X)                                                                       \
  X(exp)                                                                                         \
  X(exp2)                                                                                        \
  X(expm1) X(log) X(log2) X(log10) X(log1p) X(sqrt) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) \
      X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(abs) X(ceil) X(floor)  \
          X(trunc) X(lgamma) X(digamma) X(erfinv) X(i0) X(i0e) X(i1) X(i1e)
#define GRADUS_TRACED_FUNCTION(f) \
  [[gnu::noinline]] inline Traced f(const Traced& x) { return traced<formulas::f>(#f, x); }
GRADUS_TRACED_1(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION
#define GRADUS_TRACED_2(X) X(pow) X(atan2) X(hypot) X(fmod) X(copysign) X(polygamma)
#define GRADUS_TRACED_FUNCTION(f)                                       \
  [[gnu::noinline]] inline Traced f(const Traced& a, const Traced& b) { \
    return traced<formulas::f>(#f, a, b);                               \
  }
GRADUS_TRACED_2(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION

inline Traced normal_cdf(const Traced& x) { return 0.5 * erfc(x * -0.70710678118654752440); }

}  // namespace gradus::autograd
