// at::TensorGeometry: the shape of a tensor without its elements.
#pragma once

#include <c10/macros/Macros.h>

#include <algorithm>
#include <vector>

#include "gradus.h"

namespace gradus {

/// Whether elements of these sizes and strides stand one after the other, the last dim fastest.
inline bool geometry_is_contiguous(IntArrayRef sizes, IntArrayRef strides) {
  int64_t expected = 1;
  bool same = true;
  for (size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] == 0) return true;
    if (sizes[d] != 1 && strides[d] != expected) same = false;
    expected *= sizes[d];
  }
  return same;
}

/// Sizes, strides and offset of a tensor.
struct TensorGeometry {
  TensorGeometry() = default;
  explicit TensorGeometry(IntArrayRef sizes)
      : sizes_(sizes.vec()), strides_(sizes.size()), numel_(1) {
    for (const int64_t n : sizes_) numel_ *= n;
    int64_t step = 1;
    for (size_t d = sizes_.size(); d-- > 0; step *= std::max<int64_t>(sizes_[d], 1))
      strides_[d] = step;
  }
  explicit TensorGeometry(const Tensor& x)
      : sizes_(x.sizes().vec()),
        strides_(x.strides().vec()),
        offset_(x.storage_offset()),
        numel_(x.numel()) {}
  bool is_contiguous() const { return geometry_is_contiguous(sizes_, strides_); }
  int64_t dim() const { return int64_t(sizes_.size()); }
  int64_t size(int64_t d) const { return sizes_.at(wrapped(d)); }
  int64_t stride(int64_t d) const { return strides_.at(wrapped(d)); }
  IntArrayRef sizes() const { return sizes_; }
  IntArrayRef strides() const { return strides_; }
  int64_t storage_offset() const { return offset_; }
  int64_t numel() const { return numel_; }
  /// With two dims exchanged.
  TensorGeometry transpose(int64_t a, int64_t b) const {
    TensorGeometry out = *this;
    std::swap(out.sizes_.at(wrapped(a)), out.sizes_.at(wrapped(b)));
    std::swap(out.strides_.at(wrapped(a)), out.strides_.at(wrapped(b)));
    return out;
  }

 private:
  size_t wrapped(int64_t d) const { return size_t(d < 0 ? d + dim() : d); }
  std::vector<int64_t> sizes_{0}, strides_{1};
  int64_t offset_ = 0, numel_ = 0;
};

}  // namespace gradus
