// Arithmetic of sizes, strides and dims.
#pragma once

#include "tensor/base/dims.h"
#include "tensor/options.h"

namespace gradus {

// `dim` counted from the front; a 0-dim tensor is taken to have one dim. Throws IndexError with
// `op`.
int64_t wrap_dim(int64_t dim, int64_t ndim, const char* op);
// Each of `dims` wrapped, as a mask; a dim named twice throws. No dims mean all of them.
std::vector<bool> dim_mask(IntArrayRef dims, int64_t ndim, const char* op);
// Product of sizes; throws when one is negative or their product, a size of 0 counting as 1, passes
// 2^58. All shapes go through here once, so that of a tensor's sizes every product fits, also times
// an element's bytes, and so do its contiguous strides when it is empty.
int64_t checked_numel(IntArrayRef sizes, const char* op);
// Product of sizes of a tensor.
inline int64_t product(IntArrayRef sizes) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return n;
}
// A stride of a dim that may have one element or none, where any will do: at most this, so that
// such strides can be added and counted in bytes.
inline constexpr int64_t largest_stride = int64_t(1) << 58;
// That of n >= 0 steps at once.
inline int64_t stride_of(int64_t n, int64_t stride) {
  int64_t y;
  const bool fits = !__builtin_mul_overflow(n, stride, &y) && y <= largest_stride;
  return fits ? y : largest_stride;
}
Dims contiguous_strides(IntArrayRef sizes);
// Strides of a [N, C, H, W] or [N, C, D, H, W] tensor whose channels lie innermost.
Dims channels_last_strides(IntArrayRef sizes, MemoryFormat format, const char* op);
// One entry for each of `dims` from a list of one or of so many, each `least` or more; throws
// naming `what`.
Dims entries(const char* op, const char* what, IntArrayRef a, size_t dims, int64_t least);
// The common shape; throws naming both.
Dims broadcast_shapes(IntArrayRef a, IntArrayRef b, const char* op);
// The place that the last element of a window would have, sizes of 0 counting as 1; nothing where
// it is out of range.
std::optional<int64_t> last_place(IntArrayRef sizes, IntArrayRef strides, int64_t offset);
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
