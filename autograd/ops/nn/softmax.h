// Softmax along a dim, and its logarithm.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// exp(x) / sum of exp(x) along `dim`, without overflow: positive numbers whose sum is 1. Floating
/// point (`dtype` converts first).
inline Tensor softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {}) {
  return x.softmax(dim, dtype);
}
/// log(softmax(x)) along `dim`, computed as x - logsumexp(x), exact also where softmax is near 0.
inline Tensor log_softmax(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {}) {
  return x.log_softmax(dim, dtype);
}
/// softmax(-x) along `dim`.
Tensor softmin(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype = {});

namespace autograd {

/// The gradient of softmax by its input, from its value y: y (dy - sum of y dy along dim).
/// Differentiable.
Tensor softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim);
/// The gradient of log_softmax by its input, from its value y: dy - exp(y) sum of dy along dim.
/// Differentiable.
Tensor log_softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim);

}  // namespace autograd

}  // namespace gradus
