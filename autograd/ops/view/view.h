// Views: other windows on the same elements. Writing to one writes to all of them. All are
// differentiable; none copies, but reshape and flatten where no window has the wanted shape.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

inline Tensor view_as(const Tensor& self, const Tensor& other) { return self.view_as(other); }
inline Tensor reshape(const Tensor& self, IntArrayRef shape) { return self.reshape(shape); }
inline Tensor permute(const Tensor& self, IntArrayRef dims) { return self.permute(dims); }
inline Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  return self.transpose(dim0, dim1);
}
inline Tensor swapaxes(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
inline Tensor swapdims(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
inline Tensor t(const Tensor& self) { return self.t(); }
inline Tensor adjoint(const Tensor& self) { return self.mT(); }
inline Tensor broadcast_to(const Tensor& self, IntArrayRef size) { return self.expand(size); }
inline Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return self.narrow(dim, start, length);
}
inline Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  return self.narrow(dim, start, length);
}
inline Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  return self.select(dim, index);
}
inline Tensor slice(const Tensor& self, int64_t dim = 0,
                    std::optional<int64_t> start = std::nullopt,
                    std::optional<int64_t> end = std::nullopt, int64_t step = 1) {
  return self.slice(dim, start, end, step);
}
inline Tensor squeeze(const Tensor& self) { return self.squeeze(); }
inline Tensor squeeze(const Tensor& self, int64_t dim) { return self.squeeze(dim); }
inline Tensor squeeze(const Tensor& self, IntArrayRef dims) { return self.squeeze(dims); }
inline Tensor unsqueeze(const Tensor& self, int64_t dim) { return self.unsqueeze(dim); }
inline Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1) {
  return self.flatten(start_dim, end_dim);
}
inline Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  return self.unflatten(dim, sizes);
}
inline Tensor ravel(const Tensor& self) { return self.ravel(); }
inline Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) {
  return self.diagonal(offset, dim1, dim2);
}
inline Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
inline Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  return self.movedim(source, destination);
}
inline Tensor moveaxis(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
inline Tensor moveaxis(const Tensor& self, int64_t source, int64_t destination) {
  return self.movedim(source, destination);
}
inline Tensor as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                         std::optional<int64_t> storage_offset = std::nullopt) {
  return self.as_strided(size, stride, storage_offset);
}
// At least that many dims: views, or the tensor itself.
Tensor atleast_1d(const Tensor& self);
Tensor atleast_2d(const Tensor& self);
Tensor atleast_3d(const Tensor& self);
std::vector<Tensor> atleast_1d(TensorList tensors);
std::vector<Tensor> atleast_2d(TensorList tensors);
std::vector<Tensor> atleast_3d(TensorList tensors);
// All expanded to their common shape.
std::vector<Tensor> broadcast_tensors(TensorList tensors);
// One tensor per input, of the shape of all the inputs' lengths; "ij" or "xy" says which way.
std::vector<Tensor> meshgrid(TensorList tensors);
std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing);

}  // namespace gradus
