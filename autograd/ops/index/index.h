// Indexing: elements taken and written where tensors of indices or masks say. Taking gives new
// tensors; every one of these is differentiable in the values, never in the indices.
#pragma once

#include "tensor/indexing.h"

namespace gradus {

using OptionalTensors = std::vector<std::optional<Tensor>>;

inline Tensor index(const Tensor& self, const OptionalTensors& indices) {
  return self.index(indices);
}
inline Tensor index_put(const Tensor& self, const OptionalTensors& indices, const Tensor& values,
                        bool accumulate = false) {
  return self.index_put(indices, values, accumulate);
}
inline Tensor& index_put_(const Tensor& self, const OptionalTensors& indices, const Tensor& values,
                          bool accumulate = false) {
  return self.index_put_(indices, values, accumulate);
}
inline Tensor gather(const Tensor& self, int64_t dim, const Tensor& index,
                     bool sparse_grad = false) {
  return self.gather(dim, index, sparse_grad);
}
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
inline Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return self.scatter_add(dim, index, src);
}
// reduce: "sum", "prod", "mean", "amax" or "amin".
inline Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index,
                             const Tensor& src, std::string_view reduce, bool include_self = true) {
  return self.scatter_reduce(dim, index, src, reduce, include_self);
}
inline Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  return self.index_select(dim, index);
}
inline Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                        const Scalar& alpha = 1) {
  return self.index_add(dim, index, source, alpha);
}
inline Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& source) {
  return self.index_copy(dim, index, source);
}
inline Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index,
                         const Scalar& value) {
  return self.index_fill(dim, index, value);
}
inline Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& value) {
  return self.index_fill(dim, index, value);
}
// reduce: "prod", "mean", "amax" or "amin".
inline Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index,
                           const Tensor& source, std::string_view reduce,
                           bool include_self = true) {
  return self.index_reduce(dim, index, source, reduce, include_self);
}
inline Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  return self.masked_fill(mask, value);
}
inline Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  return self.masked_fill(mask, value);
}
inline Tensor masked_select(const Tensor& self, const Tensor& mask) {
  return self.masked_select(mask);
}
inline Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  return self.masked_scatter(mask, source);
}
inline Tensor nonzero(const Tensor& self) { return self.nonzero(); }
inline Tensor argwhere(const Tensor& self) { return self.nonzero(); }
inline std::vector<Tensor> nonzero_numpy(const Tensor& self) { return self.nonzero_numpy(); }
// The places that are not zero, an index tensor for each dim.
inline std::vector<Tensor> where(const Tensor& condition) { return condition.nonzero_numpy(); }
inline Tensor take(const Tensor& self, const Tensor& index) { return self.take(index); }
inline Tensor take_along_dim(const Tensor& self, const Tensor& indices,
                             std::optional<int64_t> dim = std::nullopt) {
  return self.take_along_dim(indices, dim);
}
inline Tensor put(const Tensor& self, const Tensor& index, const Tensor& source,
                  bool accumulate = false) {
  return self.put(index, source, accumulate);
}
// self with src written where the view of that name is.
inline Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  return self.select_scatter(src, dim, index);
}
inline Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim = 0,
                            std::optional<int64_t> start = std::nullopt,
                            std::optional<int64_t> end = std::nullopt, int64_t step = 1) {
  return self.slice_scatter(src, dim, start, end, step);
}
inline Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset = 0,
                               int64_t dim1 = 0, int64_t dim2 = 1) {
  return self.diagonal_scatter(src, offset, dim1, dim2);
}
// For flat indices into `shape`, the index along each dim.
std::vector<Tensor> unravel_index(const Tensor& indices, IntArrayRef shape);
// A new last dim of num_classes, 1 at the class that the int64 tensor names; -1 means one more than
// the largest.
Tensor one_hot(const Tensor& self, int64_t num_classes = -1);
// Where each value would be put into the sorted last dim (rows) of `sorted_sequence`: before equals
// (left) or after them (right).
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool out_int32 = false,
                    bool right = false, std::optional<std::string_view> side = std::nullopt,
                    const std::optional<Tensor>& sorter = std::nullopt);
Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& value, bool out_int32 = false,
                    bool right = false, std::optional<std::string_view> side = std::nullopt,
                    const std::optional<Tensor>& sorter = std::nullopt);
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32 = false,
                 bool right = false);
Tensor bucketize(const Scalar& value, const Tensor& boundaries, bool out_int32 = false,
                 bool right = false);

}  // namespace gradus
