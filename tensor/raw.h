// Untaped operations: memory in, memory out. Nothing here looks at requires_grad.
#pragma once

#include "tensor/base/vector.h"
#include "tensor/tensor.h"

namespace gradus::raw {

// Contiguous and uninitialised.
Tensor empty(IntArrayRef sizes, ScalarType dtype);
Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype);
// The same sizes and order of strides as x, without gaps and overlaps.
Tensor empty_like(const Tensor& x, std::optional<ScalarType> dtype = std::nullopt);
Tensor full(IntArrayRef sizes, const Scalar& value, ScalarType dtype);
inline Tensor zeros(IntArrayRef sizes, ScalarType dtype) { return full(sizes, 0, dtype); }
// An int64 vector of these, and the elements of an integral tensor in order.
Tensor from_list(IntArrayRef list);
Vector<int64_t> to_list(const Tensor& x);
// A 0-dim tensor that is weak in promotion, as a plain number is.
Tensor wrapped_number(const Scalar& value);
Tensor scalar_tensor(const Scalar& value, ScalarType dtype);

// Another window on the same storage, without history. Offset counts elements of the storage.
Tensor window(const Tensor& x, const Dims& sizes, const Dims& strides, int64_t offset);
Tensor window(const Tensor& x);
// The part of x at `start` along dim, or, for a length of -1, the slice there. Nothing is checked.
Tensor part(const Tensor& x, size_t dim, int64_t start, int64_t length);
// The last two dims the other way round.
Tensor transposed(const Tensor& x);
// One whose sizes and strides the caller has yet to set, and then refresh().
inline Tensor window(const Tensor& x, size_t dims, int64_t offset) {
  return Tensor(Ref<TensorImpl>::first(new TensorImpl(*x.impl(), dims, offset)));
}
// A window of stride 0 along broadcast dims. Throws when it does not fit.
Tensor expand(const Tensor& x, IntArrayRef sizes, const char* op = "expand");

// dst = src, broadcast and converted; an overlap between them is safe. Does not count a write.
void copy(const Tensor& dst, const Tensor& src, const char* op = "copy_");
// The elements of dense parts, cut into so many blocks each, block by block. All are of y's type.
void interleave(const Tensor& y, TensorList parts, int64_t blocks);
void fill(const Tensor& dst, const Scalar& value);
Tensor clone(const Tensor& x);
Tensor contiguous(const Tensor& x);
Tensor to_dtype(const Tensor& x, ScalarType t);
Scalar item(const Tensor& x);

// Throws unless every element of `x` has its own place.
void check_writable(const Tensor& x, const char* op);

}  // namespace gradus::raw
