// Writes in place by way of a result: for operations without a kernel that writes to its operand.
#pragma once

#include "autograd/inplace.h"

namespace gradus::autograd {

Tensor& write_result(const char* op, const Tensor& x, const Tensor& y);
// f(x) written to x, where f may save what it is called with: that is x as it was before the write.
// `op` names x's node. Throws where the result has another shape or type than x holds.
template <class F>
Tensor& assign(const char* op, const Tensor& x, F f) {
  check_inplace(op, x, needs_grad(x));
  return write_result(op, x, f(value_before_write(x, true)));
}

}  // namespace gradus::autograd
