// Defines Tensor's methods from formulas, a line an operation.
#pragma once

#include "autograd/elementwise.h"

// f(x), in place too; the formula has the operation's name.
#define GRADUS_DEFINE_UNARY(name)                                                   \
  Tensor Tensor::name() const { return elementwise<formulas::name>(#name, *this); } \
  Tensor& Tensor::name##_() const { return elementwise_<formulas::name>(#name "_", *this); }

// f(a, b) for a second operand of type T.
#define GRADUS_DEFINE_WITH(name, F, T)                                                        \
  Tensor Tensor::name(const T& b) const { return elementwise<formulas::F>(#name, *this, b); } \
  Tensor& Tensor::name##_(const T& b) const {                                                 \
    return elementwise_<formulas::F>(#name "_", *this, b);                                    \
  }
#define GRADUS_DEFINE_BINARY(name, formula) \
  GRADUS_DEFINE_WITH(name, formula, Tensor) \
  GRADUS_DEFINE_WITH(name, formula, Scalar)

namespace gradus {
namespace formulas = autograd::formulas;
using autograd::elementwise;
using autograd::elementwise_;
}  // namespace gradus
