// Defines Tensor's method, in place too, for a formula of the same name.
#pragma once

#include "autograd/elementwise.h"

#define GRADUS_DEFINE_UNARY(name)                                                             \
  Tensor Tensor::name() const { return autograd::elementwise<formulas::name>(#name, *this); } \
  Tensor& Tensor::name##_() const {                                                           \
    return autograd::elementwise_<formulas::name>(#name "_", *this);                          \
  }

namespace gradus {
namespace formulas = autograd::formulas;
}
