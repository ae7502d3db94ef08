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

Traced operator-(const Traced& a);
Traced operator+(const Traced& a, const Traced& b);
Traced operator-(const Traced& a, const Traced& b);
Traced operator*(const Traced& a, const Traced& b);
Traced operator/(const Traced& a, const Traced& b);

// A bool tensor or a plain truth value.
class TracedCondition {
 public:
  TracedCondition(bool b) : value_(b) {}
  // `of` is the type of what was compared, in which select() takes two numbers.
  TracedCondition(Tensor t, ScalarType of) : tensor_(std::move(t)), of_(of) {}
  bool is_value() const { return !tensor_.defined(); }
  bool value() const { return value_; }
  const Tensor& tensor() const { return tensor_; }
  ScalarType of() const { return of_; }
  operator Operand() const { return is_value() ? Operand(Scalar(value_)) : Operand(tensor_); }

 private:
  Tensor tensor_;
  bool value_ = false;
  ScalarType of_ = ScalarType::Undefined;
};

TracedCondition operator<(const Traced& a, const Traced& b);
TracedCondition operator<=(const Traced& a, const Traced& b);
TracedCondition operator>(const Traced& a, const Traced& b);
TracedCondition operator>=(const Traced& a, const Traced& b);
TracedCondition operator==(const Traced& a, const Traced& b);
TracedCondition operator!=(const Traced& a, const Traced& b);
TracedCondition operator&&(const TracedCondition& a, const TracedCondition& b);
TracedCondition operator||(const TracedCondition& a, const TracedCondition& b);
TracedCondition operator!(const TracedCondition& a);

// a where the condition holds, else b. Found from formulas by argument-dependent lookup.
Traced select(const TracedCondition& c, const Traced& a, const Traced& b);

// clang-format off
#define GRADUS_TRACED_1(X)                                                                        \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sqrt) X(sin) X(cos) X(tan) X(asin)   \
  X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(abs)        \
  X(lgamma) X(digamma) X(erfinv) X(i0) X(i0e) X(i1) X(i1e) X(erfcx) X(airy_ai) X(airy_ai_prime)   \
  X(bessel_j0) X(bessel_j1) X(bessel_y0) X(bessel_y1) X(modified_bessel_k0) X(modified_bessel_k1) \
  X(scaled_modified_bessel_k0) X(scaled_modified_bessel_k1)
// clang-format on
// Steps are constants on the tape, so that no slope of 0 meets an infinite one.
#define GRADUS_TRACED_STEPS(X) X(ceil) X(floor) X(trunc)
#define GRADUS_TRACED_FUNCTION(f) Traced f(const Traced& x);
GRADUS_TRACED_1(GRADUS_TRACED_FUNCTION)
GRADUS_TRACED_STEPS(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION
#define GRADUS_TRACED_2(X) X(pow) X(atan2) X(hypot) X(fmod) X(copysign) X(polygamma) X(zeta)
#define GRADUS_TRACED_FUNCTION(f) Traced f(const Traced& a, const Traced& b);
GRADUS_TRACED_2(GRADUS_TRACED_FUNCTION)
#undef GRADUS_TRACED_FUNCTION

Traced normal_cdf(const Traced& x);
Traced logistic(const Traced& x);
Traced log_logistic(const Traced& x);

}  // namespace gradus::autograd
