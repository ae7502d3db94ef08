// Reading and writing where an index tensor says, along one dim: element i of `index` stands for
// the element of x at the same place, but at index[i] along `dim`.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// How a value meets the one that is there; mean needs a division afterwards.
enum class Reduce { assign, sum, prod, amax, amin };

// Checks dims, types, sizes and every index before anything is written. `index` is int64 or
// int32; a 0-dim tensor counts as one of shape [1].
void check_scatter(const char* op, const Tensor& x, int64_t dim, const Tensor& index,
                   IntArrayRef src_sizes);
Tensor gather(const char* op, const Tensor& x, int64_t dim, const Tensor& index);

// After the check; dim is counted from the front.
// src has at least the index's size in every dim, or one element in all.
void scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, Reduce how);
// What leaves any value as it is in that reduction.
Scalar identity(Reduce how, ScalarType type);

}  // namespace gradus::raw
