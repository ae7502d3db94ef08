// Tensors joined into one, and one taken apart.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// Along a dim that exists; the other sizes must agree, types promote. Tensors of shape [0] are
// passed over.
Tensor cat(TensorList tensors, int64_t dim = 0);
inline Tensor concat(TensorList tensors, int64_t dim = 0) { return cat(tensors, dim); }
inline Tensor concatenate(TensorList tensors, int64_t dim = 0) { return cat(tensors, dim); }
// Along a new dim; all shapes must agree.
Tensor stack(TensorList tensors, int64_t dim = 0);
// Along columns, rows and depth, as NumPy does it.
Tensor hstack(TensorList tensors);
Tensor vstack(TensorList tensors);
Tensor dstack(TensorList tensors);
Tensor column_stack(TensorList tensors);
inline Tensor row_stack(TensorList tensors) { return vstack(tensors); }
// A matrix with the given ones (or rows, or numbers) along its diagonal.
Tensor block_diag(TensorList tensors);
// Every choice of one element from each 1-d tensor, a row each.
Tensor cartesian_prod(TensorList tensors);
// Every choice of r elements of a 1-d tensor, in order, a row each; with replacement an element may
// be chosen again.
Tensor combinations(const Tensor& self, int64_t r = 2, bool with_replacement = false);

// Parts are views. Those of split, chunk and unbind come from one operation and may not be written
// in place while gradients are recorded; those of the tensor_split family may.
inline std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0) {
  return self.split(split_size, dim);
}
inline std::vector<Tensor> split(const Tensor& self, IntArrayRef sizes, int64_t dim = 0) {
  return self.split(sizes, dim);
}
inline std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef sizes,
                                            int64_t dim = 0) {
  return self.split_with_sizes(sizes, dim);
}
inline std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0) {
  return self.chunk(chunks, dim);
}
inline std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim = 0) {
  return self.unsafe_chunk(chunks, dim);
}
inline std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size, int64_t dim = 0) {
  return self.unsafe_split(split_size, dim);
}
inline std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0) { return self.unbind(dim); }
#define GRADUS_DECLARE(name)                                                 \
  inline std::vector<Tensor> name(const Tensor& self, int64_t sections) {    \
    return self.name(sections);                                              \
  }                                                                          \
  inline std::vector<Tensor> name(const Tensor& self, IntArrayRef indices) { \
    return self.name(indices);                                               \
  }
GRADUS_DECLARE(hsplit)
GRADUS_DECLARE(vsplit)
GRADUS_DECLARE(dsplit)
#undef GRADUS_DECLARE
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
