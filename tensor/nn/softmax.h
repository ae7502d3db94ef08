// Untaped softmax along one dim; a 0-dim tensor is a line of one element.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Floating point.
Tensor softmax(const Tensor& x, int64_t dim);
Tensor log_softmax(const Tensor& x, int64_t dim);
// y (dy - sum dy y)
Tensor softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim);
// dy - exp(y) sum dy
Tensor log_softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim);

// Of rows [n, classes]: the maximum and log(sum exp(x - maximum)) of each, and
// exp(x - maximum - log_sum) times a number for each.
struct LogTerms {
  Tensor max, log_sum;
};
LogTerms log_terms(const Tensor& x);
Tensor exp_terms(const Tensor& x, const LogTerms& terms, const Tensor& scale);

}  // namespace gradus::raw
