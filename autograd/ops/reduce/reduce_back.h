// What the derivatives of reductions share.
#pragma once

#include "autograd/record.h"
#include "tensor/raw.h"
#include "tensor/reduce/reduce.h"
#include "tensor/shape.h"

namespace gradus::autograd {

// Carries a tensor of a reduction's shape back to the shape of its input.
class Unreduce {
 public:
  Unreduce(const Tensor& x, DimSet dims, bool keepdim) : Unreduce(x.impl()->sizes, dims, keepdim) {}
  Unreduce(const Dims& sizes, DimSet dims, bool keepdim)
      : sizes_(sizes), kept_(reduced_sizes(sizes, dims, true)), keepdim_(keepdim) {}
  // Reduced dims have size 1.
  Tensor keep(const Tensor& y) const { return keepdim_ || y.dim() == 0 ? y : y.reshape(kept_); }
  Tensor operator()(const Tensor& dy) const { return keep(dy).expand(sizes_); }
  const Dims& sizes() const { return sizes_; }

 private:
  Dims sizes_, kept_;
  bool keepdim_;
};

// Carries a gradient to the places along a dim that one index per line names, or (with keepdim) to
// those that an index of any length along that dim names.
class ToIndex {
 public:
  ToIndex(const Tensor& x, const Tensor& index, int64_t dim, bool keepdim)
      : sizes_(x.sizes()),
        index_(index),
        dim_(wrap_dim(dim, x.dim(), "index")),
        keepdim_(keepdim) {}
  Tensor operator()(const Tensor& dy) const {
    if (sizes_.empty()) return dy;
    const Tensor& index = index_;
    const Tensor none = raw::zeros(sizes_, dy.dtype());
    return keepdim_ ? none.scatter_add(dim_, index, dy)
                    : none.scatter_add(dim_, index.unsqueeze(dim_), dy.unsqueeze(dim_));
  }

 private:
  Dims sizes_;
  Saved index_;
  int64_t dim_;
  bool keepdim_;
};

// The gradient of a total extreme or median y of x: in equal parts to all elements that equal it.
inline Tensor to_equals(const Tensor& dy, const Tensor& x, const Tensor& y) {
  const Tensor here = y.ne(y).logical_and(x.ne(x)).logical_or(x.eq(y));
  return dy.div(here.sum()).mul(here);
}

inline Tensor converted(const Tensor& x, std::optional<ScalarType> dtype) {
  return dtype && *dtype != x.dtype() ? x.to(*dtype) : x;
}

}  // namespace gradus::autograd
