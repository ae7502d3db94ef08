// Untaped losses over classes; float and double.
#pragma once

#include "tensor/nn/softmax.h"
#include "tensor/raw.h"

namespace gradus::raw {

// The elements of an input [n, classes, inner] that its targets [n, inner] name, with the weights
// of their classes. Those whose target is ignore_index do not count.
struct Picked {
  Tensor target;  // int64, contiguous
  Tensor weight;  // [classes], of the input's type, contiguous; or undefined, for ones
  int64_t n = 0, classes = 0, inner = 0, ignore_index = 0;
  bool each = false, mean = false;  // what is wanted: all, their mean, or else their sum
  double total = 0;                 // the sum of the weights that count
};

// The sum of the weights that count. Throws IndexError where a target that counts names no class.
double total_weight(const char* op, const Picked& p, ScalarType dtype);

// Minus the picked elements, times their weights: as the targets' `shape`, or one number.
Tensor nll(const Tensor& x, const Picked& p, const Dims& shape);
// Its transpose: dy in the picked places of `shape`.
Tensor nll_backward(const Tensor& dy, const Picked& p, const Dims& shape);

// The same of the logarithms of the softmax of x [n, classes], whose log_terms these are.
Tensor cross_entropy(const Tensor& x, const LogTerms& terms, const Picked& p, const Dims& shape);
Tensor cross_entropy_backward(const Tensor& dy, const Tensor& x, const LogTerms& terms,
                              const Picked& p);

// Of rows x [rows, classes]: the right classes are the entries of the target's row before its first
// negative one. [rows]: the sum of max(0, 1 - x[right] + x[wrong]) over all pairs, by the number of
// classes. Throws IndexError where an entry is below -1 or names no class.
Tensor multilabel_margin(const Tensor& x, const Tensor& target);
// Its derivative by each element of x.
Tensor multilabel_margin_slopes(const Tensor& x, const Tensor& target);

}  // namespace gradus::raw
