// Untaped running results and softmax, along one dim; a 0-dim tensor is a line of one element.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Bool and integers are accumulated as int64, floats in double.
Tensor cumsum(const Tensor& x, int64_t dim);
Tensor cumprod(const Tensor& x, int64_t dim);
Tensor logcumsumexp(const Tensor& x, int64_t dim);

// y_k = b_k + a_k y_(k-1) with y_(-1) = 0; from the end y_k = b_k + a_(k+1) y_(k+1) with y_n = 0.
// Floating point, a and b of one type and shape; accumulated in double.
Tensor recurrence(const Tensor& a, const Tensor& b, int64_t dim, bool from_end);

// Running extremum and where it was: of equals the last, and a nan stays.
struct Running {
  Tensor values, indices;
};
Running cummax(const Tensor& x, int64_t dim);
Running cummin(const Tensor& x, int64_t dim);

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

// Operands of equal shape seen as [outer, n, inner] around a dim.
struct Lines {
  int64_t outer = 1, n = 1, inner = 1;
  Lines(IntArrayRef sizes, int64_t dim);
};

}  // namespace gradus::raw
