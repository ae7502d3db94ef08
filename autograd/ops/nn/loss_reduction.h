// Shared by the losses.
#pragma once

#include "autograd/ops/nn/loss.h"

namespace gradus::autograd::detail {

// Throws for a number that is no reduction.
Tensor reduced(const Tensor& loss, int64_t reduction);
// The same as one node, that of `op`.
Tensor reduced(const char* op, const Tensor& loss, int64_t reduction);

// p log, 0 where p is, even beside the logarithm of 0.
Tensor times_log(const Tensor& p, const Tensor& log);

}  // namespace gradus::autograd::detail
