// Tensors joined into one, and one taken apart.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// The tensors one after the other along `dim`, which must exist; the other sizes must agree, types
/// promote. Tensors of shape [0] are passed over. Throws Error for an empty list (ValueError), for
/// 0-dim tensors and where sizes differ.
Tensor cat(TensorList tensors, int64_t dim = 0);
/// The same as cat().
inline Tensor concat(TensorList tensors, int64_t dim = 0) { return cat(tensors, dim); }
/// The same as cat().
inline Tensor concatenate(TensorList tensors, int64_t dim = 0) { return cat(tensors, dim); }
/// The tensors side by side along a new dim `dim`: n of shape [a, b] give [n, a, b] for dim = 0.
/// Throws Error when the shapes differ or the list is empty.
Tensor stack(TensorList tensors, int64_t dim = 0);
/// cat() along the second dim, of tensors with one dim (or none) along the first: side by side.
Tensor hstack(TensorList tensors);
/// cat() along the first dim, tensors with one dim (or none) as rows: one below the other.
Tensor vstack(TensorList tensors);
/// cat() along the third dim, of tensors seen with 3 dims as by atleast_3d().
Tensor dstack(TensorList tensors);
/// hstack() that takes tensors with one dim (or none) for columns.
Tensor column_stack(TensorList tensors);
/// The same as vstack().
inline Tensor row_stack(TensorList tensors) { return vstack(tensors); }
/// The block-diagonal matrix of the given ones (2-dim tensors, or rows or numbers), with zeros
/// elsewhere.
Tensor block_diag(TensorList tensors);
/// Every choice of one element from each of the 1-dim tensors, a row each; of one tensor that
/// tensor.
Tensor cartesian_prod(TensorList tensors);
/// Every choice of r elements of a 1-dim tensor, in order, a row each; with replacement an element
/// may be chosen again. Throws Error for a negative r.
Tensor combinations(const Tensor& self, int64_t r = 2, bool with_replacement = false);

// --- One taken apart ----

// Parts are views. Those of split, chunk and unbind come from one operation and may not be written
// in place while gradients are recorded; those of the tensor_split family may.

/// Parts of `split_size` along `dim` (the last may be shorter), or of the given sizes, which must
/// add up to that of the dim. The parts are views.
inline std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0) {
  return self.split(split_size, dim);
}
inline std::vector<Tensor> split(const Tensor& self, IntArrayRef sizes, int64_t dim = 0) {
  return self.split(sizes, dim);
}
/// split() by a list of sizes.
inline std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef sizes,
                                            int64_t dim = 0) {
  return self.split_with_sizes(sizes, dim);
}
/// At most `chunks` parts of equal size along `dim`, the last of which may be shorter. The parts
/// are views.
inline std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0) {
  return self.chunk(chunks, dim);
}
/// chunk() whose parts may be written in place while gradients are recorded.
inline std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim = 0) {
  return self.unsafe_chunk(chunks, dim);
}
/// split() whose parts may be written in place while gradients are recorded.
inline std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size, int64_t dim = 0) {
  return self.unsafe_split(split_size, dim);
}
/// The slices along `dim`, which disappears: views.
inline std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0) { return self.unbind(dim); }
/// tensor_split() along the second dim (of a 1-dim tensor the first) into equal parts, or at
/// indices. Throws Error below 1 dim, and when `sections` does not divide the size.
inline std::vector<Tensor> hsplit(const Tensor& self, int64_t sections) {
  return self.hsplit(sections);
}
inline std::vector<Tensor> hsplit(const Tensor& self, IntArrayRef indices) {
  return self.hsplit(indices);
}
/// tensor_split() along the first dim into equal parts, or at indices. Throws Error below
/// 2 dims, and when `sections` does not divide the size.
inline std::vector<Tensor> vsplit(const Tensor& self, int64_t sections) {
  return self.vsplit(sections);
}
inline std::vector<Tensor> vsplit(const Tensor& self, IntArrayRef indices) {
  return self.vsplit(indices);
}
/// tensor_split() along the third dim into equal parts, or at indices. Throws Error below
/// 3 dims, and when `sections` does not divide the size.
inline std::vector<Tensor> dsplit(const Tensor& self, int64_t sections) {
  return self.dsplit(sections);
}
inline std::vector<Tensor> dsplit(const Tensor& self, IntArrayRef indices) {
  return self.dsplit(indices);
}
/// Views along `dim`: `sections` parts whose sizes differ by one at most, or the parts between the
/// given indices. A 0-dim int64 tensor counts as sections, a 1-dim one as indices.
inline std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim = 0) {
  return self.tensor_split(sections, dim);
}
inline std::vector<Tensor> tensor_split(const Tensor& self, IntArrayRef indices, int64_t dim = 0) {
  return self.tensor_split(indices, dim);
}
inline std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& indices_or_sections,
                                        int64_t dim = 0) {
  return self.tensor_split(indices_or_sections, dim);
}

}  // namespace gradus
