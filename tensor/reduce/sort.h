// Untaped sorting and selecting along one dim. A nan counts as larger than every number.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

struct Sorted {
  Tensor values, indices;
};
// Equal elements keep their order.
Sorted sort(const Tensor& x, int64_t dim, bool descending);
// The k first of that order, for largest from above; unsorted ones keep the order of the input.
Sorted topk(const Tensor& x, int64_t k, int64_t dim, bool largest, bool sorted);
// The k-th smallest, k from 1, and the first of its places.
Sorted kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim);
// The lower of the middle elements; a nan if there is one, or with ignore_nan if there is nothing
// else.
Sorted median(const Tensor& x, int64_t dim, bool keepdim, bool ignore_nan);
// The most frequent element, the least of several, and the last of its places.
Sorted mode(const Tensor& x, int64_t dim, bool keepdim);

// The different elements of a flat x, rising if sorted; where each element of x went (shaped like
// x); how often each came. `neighbours`: only runs of equal elements are joined.
struct Unique {
  Tensor values, inverse, counts;
};
Unique unique(const Tensor& x, bool neighbours);
// The same for the slices of x along a dim, in lexical order.
Unique unique_dim(const Tensor& x, int64_t dim, bool neighbours);

// How often 0, 1, ... come in a flat integer tensor, or the sum of their weights.
Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minlength);
// How many elements are in each of `bins` equal parts of [low, high]; the top is inside. Equal
// bounds mean those of x.
Tensor histc(const Tensor& x, int64_t bins, double low, double high);

}  // namespace gradus::raw
