#include "autograd/ops/view/copies.h"

#include "autograd/ops/view/join.h"
#include "autograd/ops/view/strided.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

Tensor copied(const char* op, const Tensor& view) {
  return autograd::called(op, view.clone(MemoryFormat::Contiguous));
}
std::vector<Tensor> copied(const char* op, std::vector<Tensor> views) {
  for (Tensor& v : views) v = copied(op, v);
  return views;
}

}  // namespace

Tensor copy(const Tensor& self, const Tensor& src, bool) {
  if (!expandable(src.sizes(), self.sizes()))
    fail("copy: shape {} does not broadcast to {}", src.sizes(), self.sizes());
  Tensor y = raw::empty_like(self);
  y.copy_(src);
  return y;
}

Tensor as_strided_scatter(const Tensor& self, const Tensor& src, IntArrayRef size,
                          IntArrayRef stride, std::optional<int64_t> storage_offset) {
  const char* op = "as_strided_scatter";
  const Tensor shown = self.detach().as_strided(size, stride, storage_offset);
  if (!(src.sizes() == shown.sizes()))
    fail("{}: the window is {}, what is written to it {}", op, shown.sizes(), src.sizes());
  if (may_overlap_itself(shown.sizes(), shown.strides()))
    fail("{}: the window of sizes {} and strides {} names a place twice", op, size, stride);
  return autograd::strided_scatter(self, src, autograd::Window(*self.impl()),
                                   autograd::Window(*shown.impl()));
}

std::vector<Tensor> unsafe_split_with_sizes(const Tensor& self, IntArrayRef split_sizes,
                                            int64_t dim) {
  std::vector<Tensor> parts;
  Checked start("unsafe_split_with_sizes", 0);
  const int64_t d = wrap_dim(dim, self.dim(), "unsafe_split_with_sizes");
  int64_t total = 0;
  for (const int64_t n : split_sizes) {
    if (n < 0) fail("unsafe_split_with_sizes: sizes must not be negative, got {}", split_sizes);
    total = checked_add("unsafe_split_with_sizes", total, n);
  }
  if (self.dim() == 0 || total != self.size(d))
    fail("unsafe_split_with_sizes: sizes {} do not add up to those of {} along dim {}", split_sizes,
         self.sizes(), d);
  for (const int64_t n : split_sizes) {
    parts.push_back(self.narrow(d, start, n));
    start += n;
  }
  return parts;
}

Tensor flatten_dense_tensors(TensorList tensors) {
  std::vector<Tensor> flat;
  for (const Tensor& t : tensors) {
    if (t.dtype() != tensors[0].dtype())
      fail("flatten_dense_tensors: expected one type, got {} and {}", tensors[0].dtype(),
           t.dtype());
    flat.push_back(t.reshape(-1));
  }
  return cat(flat);
}
std::vector<Tensor> unflatten_dense_tensors(const Tensor& flat, TensorList tensors) {
  int64_t total = 0;
  for (const Tensor& t : tensors) total = checked_add("unflatten_dense_tensors", total, t.numel());
  if (flat.dim() != 1 || flat.numel() != total)
    fail("unflatten_dense_tensors: shape {} for tensors of {} elements", flat.sizes(), total);
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (const Tensor& t : tensors) {
    parts.push_back(flat.narrow(0, start, t.numel()).view(t.sizes()));
    start += t.numel();
  }
  return parts;
}

Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return copied("narrow_copy", self.narrow(dim, start, length));
}
Tensor Tensor::as_strided_scatter(const Tensor& src, IntArrayRef size, IntArrayRef stride,
                                  std::optional<int64_t> storage_offset) const {
  return gradus::as_strided_scatter(*this, src, size, stride, storage_offset);
}
Tensor Tensor::narrow_copy(int64_t dim, int64_t start, int64_t length) const {
  return gradus::narrow_copy(*this, dim, start, length);
}
std::vector<Tensor> Tensor::unsafe_split_with_sizes(IntArrayRef split_sizes, int64_t dim) const {
  return gradus::unsafe_split_with_sizes(*this, split_sizes, dim);
}

Tensor alias_copy(const Tensor& self) { return copied("alias_copy", self); }
Tensor detach_copy(const Tensor& self) { return copied("detach_copy", self.detach()); }
Tensor t_copy(const Tensor& self) { return copied("t_copy", self.t()); }
Tensor squeeze_copy(const Tensor& self) { return copied("squeeze_copy", self.squeeze()); }
Tensor squeeze_copy(const Tensor& self, int64_t dim) {
  return copied("squeeze_copy", self.squeeze(dim));
}
Tensor squeeze_copy(const Tensor& self, IntArrayRef dim) {
  return copied("squeeze_copy", self.squeeze(dim));
}
Tensor unsqueeze_copy(const Tensor& self, int64_t dim) {
  return copied("unsqueeze_copy", self.unsqueeze(dim));
}
Tensor select_copy(const Tensor& self, int64_t dim, int64_t index) {
  return copied("select_copy", self.select(dim, index));
}
Tensor transpose_copy(const Tensor& self, int64_t dim0, int64_t dim1) {
  return copied("transpose_copy", self.transpose(dim0, dim1));
}
Tensor permute_copy(const Tensor& self, IntArrayRef dims) {
  return copied("permute_copy", self.permute(dims));
}
Tensor expand_copy(const Tensor& self, IntArrayRef size, bool) {
  return copied("expand_copy", self.expand(size));
}
Tensor view_copy(const Tensor& self, IntArrayRef size) {
  return copied("view_copy", self.view(size));
}
Tensor view_copy(const Tensor& self, ScalarType dtype) {
  return copied("view_copy", self.view(dtype));
}
Tensor diagonal_copy(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  return copied("diagonal_copy", self.diagonal(offset, dim1, dim2));
}
Tensor slice_copy(const Tensor& self, int64_t dim, std::optional<int64_t> start,
                  std::optional<int64_t> end, int64_t step) {
  return copied("slice_copy", self.slice(dim, start, end, step));
}
Tensor unfold_copy(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
  return copied("unfold_copy", self.unfold(dimension, size, step));
}
Tensor as_strided_copy(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                       std::optional<int64_t> storage_offset) {
  return copied("as_strided_copy", self.as_strided(size, stride, storage_offset));
}
std::vector<Tensor> split_copy(const Tensor& self, int64_t split_size, int64_t dim) {
  return copied("split_copy", self.split(split_size, dim));
}
std::vector<Tensor> split_with_sizes_copy(const Tensor& self, IntArrayRef split_sizes,
                                          int64_t dim) {
  return copied("split_with_sizes_copy", self.split_with_sizes(split_sizes, dim));
}
std::vector<Tensor> unbind_copy(const Tensor& self, int64_t dim) {
  return copied("unbind_copy", self.unbind(dim));
}

}  // namespace gradus
