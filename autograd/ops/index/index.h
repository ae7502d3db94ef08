// Indexing: elements taken and written where tensors of indices or masks say. Taking gives new
// tensors; every one of these is differentiable in the values, never in the indices.
#pragma once

#include "tensor/indexing.h"

namespace gradus {

/// A tensor of indices for each dim; none stands for the whole dim.
using OptionalTensors = std::vector<std::optional<Tensor>>;

/// The elements that tensors of integers (which broadcast) or bool masks name, one for each of the
/// first dims. Throws IndexError out of range. See also Tensor::index(), which takes slices too.
inline Tensor index(const Tensor& self, const OptionalTensors& indices) {
  return self.index(indices);
}
/// self with `values` (which broadcast) at the places that index() would take from. With
/// `accumulate` they are added, also where places repeat; else a repeated place gets one of them.
inline Tensor index_put(const Tensor& self, const OptionalTensors& indices, const Tensor& values,
                        bool accumulate = false) {
  return self.index_put(indices, values, accumulate);
}
/// index_put() in place.
inline Tensor& index_put_(const Tensor& self, const OptionalTensors& indices, const Tensor& values,
                          bool accumulate = false) {
  return self.index_put_(indices, values, accumulate);
}
/// y[i][j]... = self[i][index[i][j]...]... for dim = 1: along `dim` each place takes the element
/// its index names, in the other dims its own. The result has the shape of `index`. Throws Error
/// out of range. sparse_grad is not read.
inline Tensor gather(const Tensor& self, int64_t dim, const Tensor& index,
                     bool sparse_grad = false) {
  return self.gather(dim, index, sparse_grad);
}
/// The way back of gather(): self with y[index] along `dim` set to the element of src, or to
/// `value`, for each place of `index`. Of equal places the last counts. With `reduce`, "add" or
/// "multiply", the elements are combined instead.
inline Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return self.scatter(dim, index, src);
}
inline Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return self.scatter(dim, index, value);
}
// reduce: "add" or "multiply".
inline Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce) {
  return self.scatter(dim, index, src, reduce);
}
inline Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                      std::string_view reduce) {
  return self.scatter(dim, index, value, reduce);
}
/// self with the elements of src added at the places that `index` names along `dim`; see scatter().
inline Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return self.scatter_add(dim, index, src);
}
/// As scatter_add(), combined by "sum", "prod", "mean", "amax" or "amin"; without include_self the
/// old elements of such places do not count.
inline Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index,
                             const Tensor& src, std::string_view reduce, bool include_self = true) {
  return self.scatter_reduce(dim, index, src, reduce, include_self);
}
/// The slices along `dim` that a 1-dim tensor of indices names, in its order.
inline Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  return self.index_select(dim, index);
}
/// self with alpha times each slice of `source` along `dim` added to the slice that its index
/// names; equal indices add up.
inline Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                        const Scalar& alpha = 1) {
  return self.index_add(dim, index, source, alpha);
}
/// self with the slices of `source` along `dim` in place of those that the index names.
inline Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& source) {
  return self.index_copy(dim, index, source);
}
/// self with `value` in the slices along `dim` that the index names; a tensor for value must have 0
/// dims.
inline Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index,
                         const Scalar& value) {
  return self.index_fill(dim, index, value);
}
inline Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& value) {
  return self.index_fill(dim, index, value);
}
/// As index_add() without alpha, combined by "prod", "mean", "amax" or "amin"; without include_self
/// the old slices do not count.
inline Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index,
                           const Tensor& source, std::string_view reduce,
                           bool include_self = true) {
  return self.index_reduce(dim, index, source, reduce, include_self);
}
/// self with `value` where the mask, bool and broadcast to self, is true. A tensor for value must
/// have 0 dims.
inline Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  return self.masked_fill(mask, value);
}
inline Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  return self.masked_fill(mask, value);
}
/// The elements where the mask is true (both broadcast), in order, as a 1-dim tensor.
inline Tensor masked_select(const Tensor& self, const Tensor& mask) {
  return self.masked_select(mask);
}
/// self with the elements of `source`, in order, where the mask is true. Throws Error when the
/// source has too few.
inline Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  return self.masked_scatter(mask, source);
}
/// The places of what is not 0, a row of indices each: [count, dims], int64.
inline Tensor nonzero(const Tensor& self) { return self.nonzero(); }
/// The same as nonzero().
inline Tensor argwhere(const Tensor& self) { return self.nonzero(); }
/// The places of what is not 0, as one tensor of indices for each dim; of a 0-dim tensor as if it
/// had one.
inline std::vector<Tensor> nonzero_numpy(const Tensor& self) { return self.nonzero_numpy(); }
/// The same as nonzero_numpy(): the places where the condition is true.
inline std::vector<Tensor> where(const Tensor& condition) { return condition.nonzero_numpy(); }
/// The elements at these int64 indices of the flattened tensor, in the shape of `index`. Throws
/// IndexError out of range.
inline Tensor take(const Tensor& self, const Tensor& index) { return self.take(index); }
/// gather() in which tensor and indices broadcast outside of `dim`; without a dim, of the flattened
/// tensors. It takes what argsort() gives.
inline Tensor take_along_dim(const Tensor& self, const Tensor& indices,
                             std::optional<int64_t> dim = std::nullopt) {
  return self.take_along_dim(indices, dim);
}
/// self with the elements of `source` at these int64 indices of the flattened tensor; with
/// `accumulate` added.
inline Tensor put(const Tensor& self, const Tensor& index, const Tensor& source,
                  bool accumulate = false) {
  return self.put(index, source, accumulate);
}
/// self with src in place of self.select(dim, index).
inline Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  return self.select_scatter(src, dim, index);
}
/// self with src in place of self.slice(dim, start, end, step).
inline Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim = 0,
                            std::optional<int64_t> start = std::nullopt,
                            std::optional<int64_t> end = std::nullopt, int64_t step = 1) {
  return self.slice_scatter(src, dim, start, end, step);
}
/// self with src in place of self.diagonal(offset, dim1, dim2).
inline Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset = 0,
                               int64_t dim1 = 0, int64_t dim2 = 1) {
  return self.diagonal_scatter(src, offset, dim1, dim2);
}
/// For indices into the flattened tensor of this shape, the index along each dim. Throws Error
/// unless they are integers.
std::vector<Tensor> unravel_index(const Tensor& indices, IntArrayRef shape);
/// A new last dim of size num_classes, 1 at the class that the int64 element names and 0 elsewhere;
/// -1 means one class more than the largest. Throws Error for negative classes and those out of
/// range.
Tensor one_hot(const Tensor& self, int64_t num_classes = -1);
/// Where each value would be put into its row of `sorted_sequence`, the sorted last dim: before
/// elements equal to it, or behind them with right = true (or side "right"). int64, or int32 with
/// out_int32. `sorter` holds the indices that sort a sequence which is not. Sequences of one dim
/// serve all values; else the dims before the last agree.
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool out_int32 = false,
                    bool right = false, std::optional<std::string_view> side = std::nullopt,
                    const std::optional<Tensor>& sorter = std::nullopt);
Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& value, bool out_int32 = false,
                    bool right = false, std::optional<std::string_view> side = std::nullopt,
                    const std::optional<Tensor>& sorter = std::nullopt);
/// searchsorted() with 1-dim boundaries: the number of the bucket that each value falls into.
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32 = false,
                 bool right = false);
Tensor bucketize(const Scalar& value, const Tensor& boundaries, bool out_int32 = false,
                 bool right = false);

}  // namespace gradus
