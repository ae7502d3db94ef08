// Which elements are in a set, and the places of those that count.
#pragma once

#include "autograd/ops/reduce/reduce.h"

namespace gradus {

/// For each of `elements` whether it equals one of `test_elements`, or with `invert` none of them;
/// a bool tensor of its shape. A nan equals nothing. `assume_unique` has no effect. Throws Error
/// for bool.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool assume_unique = false,
            bool invert = false);
Tensor isin(const Tensor& elements, const Scalar& test_element, bool assume_unique = false,
            bool invert = false);
Tensor isin(const Scalar& element, const Tensor& test_elements, bool assume_unique = false,
            bool invert = false);
/// The first `size` rows of nonzero(x); where there are fewer, rows of `fill_value` follow. Throws
/// Error for a negative size.
Tensor nonzero_static(const Tensor& x, int64_t size, int64_t fill_value = -1);
/// unique_consecutive() of the slices along `dim`.
TensorTriple unique_dim_consecutive(const Tensor& x, int64_t dim, bool return_inverse = false,
                                    bool return_counts = false);
/// unique() without counts.
TensorPair _unique(const Tensor& x, bool sorted = true, bool return_inverse = false);

}  // namespace gradus
