// Arithmetic of sizes, strides and dims.
#pragma once

#include "tensor/dims.h"
#include "tensor/options.h"

namespace gradus {

// `dim` counted from the front; a 0-dim tensor is taken to have one dim. Throws IndexError with
// `op`.
int64_t wrap_dim(int64_t dim, int64_t ndim, const char* op);
// Each of `dims` wrapped, as a mask; a dim named twice throws. No dims mean all of them.
std::vector<bool> dim_mask(IntArrayRef dims, int64_t ndim, const char* op);
// Product of sizes; throws when negative sizes are given or the product passes 2^62.
int64_t checked_numel(IntArrayRef sizes, const char* op);
Dims contiguous_strides(IntArrayRef sizes);
// Strides of a [N, C, H, W] or [N, C, D, H, W] tensor whose channels lie innermost.
Dims channels_last_strides(IntArrayRef sizes, MemoryFormat format, const char* op);
// One entry for each of `dims` from a list of one or of so many, each `least` or more; throws
// naming `what`.
Dims entries(const char* op, const char* what, IntArrayRef a, size_t dims, int64_t least);
// The common shape; throws naming both.
Dims broadcast_shapes(IntArrayRef a, IntArrayRef b, const char* op);
// True when `from` can be expanded to `to`.
bool expandable(IntArrayRef from, IntArrayRef to);
// out = shape, one -1 replaced by what makes the product `numel`; throws as view and reshape do.
void infer_size(Dims& out, IntArrayRef shape, int64_t numel, const char* op);
// Strides under which a window of (sizes, strides) can be seen as `shape`, if any.
std::optional<Dims> view_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef shape);
// Every element has its own place and there are no gaps: a permutation of a contiguous tensor.
bool non_overlapping_and_dense(IntArrayRef sizes, IntArrayRef strides);
// Some two elements may share a place.
bool may_overlap_itself(IntArrayRef sizes, IntArrayRef strides);

}  // namespace gradus
