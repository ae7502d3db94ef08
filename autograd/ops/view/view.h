// Views: other windows on the same elements. Writing to one writes to all of them. All are
// differentiable; none copies, but reshape and flatten where no window has the wanted shape.
#pragma once

#include "autograd/ops/view/join.h"
#include "autograd/ops/view/rearrange.h"
#include "autograd/ops/view/triangular.h"

#include "tensor/tensor.h"

namespace gradus {

/// self.view(other.sizes()): a view of that shape. Throws Error where only a copy could have it.
inline Tensor view_as(const Tensor& self, const Tensor& other) { return self.view_as(other); }
/// The same elements in another shape, a view where strides allow, else a copy. One size may be -1:
/// it follows from the others.
inline Tensor reshape(const Tensor& self, IntArrayRef shape) { return self.reshape(shape); }
/// The dims in another order: dim i of the result is dim dims[i].
inline Tensor permute(const Tensor& self, IntArrayRef dims) { return self.permute(dims); }
/// Two dims exchanged.
inline Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  return self.transpose(dim0, dim1);
}
/// The same as transpose().
inline Tensor swapaxes(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
/// The same as transpose().
inline Tensor swapdims(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
/// The transpose of a matrix; a tensor of fewer dims as it is. Throws Error above 2 dims.
inline Tensor t(const Tensor& self) { return self.t(); }
/// The last two dims exchanged, as Tensor::mT().
inline Tensor adjoint(const Tensor& self) { return self.mT(); }
/// self seen with this shape: dims of size 1 repeat without a copy, new dims come in front; see
/// Tensor::expand().
inline Tensor broadcast_to(const Tensor& self, IntArrayRef size) { return self.expand(size); }
/// The part of `length` elements from `start` on along `dim`; a negative start counts from the end.
/// A tensor for start is a 0-dim integer. Throws Error (IndexError for the start) where the part is
/// out of range.
inline Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return self.narrow(dim, start, length);
}
inline Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  return self.narrow(dim, start, length);
}
/// Slice `index` along `dim`, which disappears; a negative index counts from the end. Throws
/// IndexError out of range.
inline Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  return self.select(dim, index);
}
/// Elements start, start + step, ... below `end` along `dim`. Negative bounds count from the end;
/// bounds out of range are cut. Throws Error unless step > 0.
inline Tensor slice(const Tensor& self, int64_t dim = 0,
                    std::optional<int64_t> start = std::nullopt,
                    std::optional<int64_t> end = std::nullopt, int64_t step = 1) {
  return self.slice(dim, start, end, step);
}
/// Without the dims of size 1: all, or those given, of which the ones with another size stay.
inline Tensor squeeze(const Tensor& self) { return self.squeeze(); }
inline Tensor squeeze(const Tensor& self, int64_t dim) { return self.squeeze(dim); }
inline Tensor squeeze(const Tensor& self, IntArrayRef dims) { return self.squeeze(dims); }
/// With a new dim of size 1 at `dim`.
inline Tensor unsqueeze(const Tensor& self, int64_t dim) { return self.unsqueeze(dim); }
/// The dims from start_dim to end_dim (both included) as one; a view where strides allow, else a
/// copy.
inline Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1) {
  return self.flatten(start_dim, end_dim);
}
/// One dim as several of these sizes, of which one may be -1.
inline Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  return self.unflatten(dim, sizes);
}
/// All elements in one dim; a view where strides allow, else a copy.
inline Tensor ravel(const Tensor& self) { return self.ravel(); }
/// The `offset`-th diagonals of the matrices that dim1 and dim2 make, as a new last dim; above the
/// main one for a positive offset.
inline Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) {
  return self.diagonal(offset, dim1, dim2);
}
/// Dim source[i] moved to place destination[i]; the others keep their order.
inline Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
inline Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  return self.movedim(source, destination);
}
/// The same as movedim().
inline Tensor moveaxis(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
inline Tensor moveaxis(const Tensor& self, int64_t source, int64_t destination) {
  return self.movedim(source, destination);
}
/// A window of this shape on the storage of self: element (i, j, ...) lies at storage_offset + i
/// stride[0] + j stride[1] + ... Throws Error where the window reaches past the storage or a stride
/// is negative.
inline Tensor as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                         std::optional<int64_t> storage_offset = std::nullopt) {
  return self.as_strided(size, stride, storage_offset);
}
/// self with at least 1 dim: a 0-dim tensor becomes [1].
Tensor atleast_1d(const Tensor& self);
/// self with at least 2 dims: [n] becomes [1, n].
Tensor atleast_2d(const Tensor& self);
/// self with at least 3 dims: [n] becomes [1, n, 1], [n, m] becomes [n, m, 1].
Tensor atleast_3d(const Tensor& self);
/// Each with at least 1 dim.
std::vector<Tensor> atleast_1d(TensorList tensors);
/// Each with at least 2 dims.
std::vector<Tensor> atleast_2d(TensorList tensors);
/// Each with at least 3 dims.
std::vector<Tensor> atleast_3d(TensorList tensors);
/// All expanded to their common shape, without copies.
std::vector<Tensor> broadcast_tensors(TensorList tensors);
/// For tensors of lengths n, m, ... one of shape [n, m, ...] each, which varies along its own dim
/// only. With indexing "xy" the first two dims are exchanged; "ij" is the default.
std::vector<Tensor> meshgrid(TensorList tensors);
std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing);

}  // namespace gradus
