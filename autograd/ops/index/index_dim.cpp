// Whole slices by index along one dim.
#include "autograd/inplace.h"
#include "autograd/ops/index/index.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/index/plan.h"
#include "tensor/shape.h"

namespace gradus {

using namespace autograd;
using raw::Negative;

namespace {

// x as a tensor with dims, and the plan of its slices.
struct Slices {
  Tensor x;
  size_t dim;
  raw::IndexPlan plan;

  Slices(const char* op, const Tensor& self, int64_t d, const Tensor& index,
         Negative negative = Negative::refused)
      : x(self.dim() == 0 ? raw::window(self, {1}, {1}, self.storage_offset()) : self),
        dim(size_t(wrap_dim(d, self.dim(), op))),
        plan(op, x, at(op, dim, index), negative) {}

  // Checks the source of index_add_ and index_copy_.
  void check_source(const char* op, const Tensor& self, const Tensor& source) const {
    if (self.dtype() != source.dtype())
      fail("{}: types differ, {} and a source of {}", op, self.dtype(), source.dtype());
    const bool one = source.dim() == 0 && plan.shape.size() == 1 && plan.shape[0] == 1;
    if (!one && !(source.sizes() == plan.shape.ref()))
      fail("{}: expected a source of shape {}, got {}", op, plan.shape.ref(), source.sizes());
    raw::check_writable(self, op);
  }

 private:
  static std::vector<Tensor> at(const char* op, size_t dim, const Tensor& index) {
    if (index.dim() > 1)
      fail_index("{}: expected an index of at most 1 dim, got shape {}", op, index.sizes());
    if (index.dtype() != kLong && index.dtype() != kInt)
      fail("{}: the index must be int64 or int32, got {}", op, index.dtype());
    std::vector<Tensor> list(dim + 1);
    // One dim, so that the slices keep theirs.
    list[dim] = raw::window(index, {index.numel()}, {index.dim() == 0 ? 1 : index.strides()[0]},
                            index.storage_offset());
    return list;
  }
};

// dy's slices, in the shape of what was put there.
Tensor to_source(const Tensor& dy, int64_t dim, const Tensor& index, const Dims& sizes) {
  return dy.index_select(dim, index).reshape(sizes);
}

}  // namespace

Tensor Tensor::index_select(int64_t d, const Tensor& index) const {
  checked();
  const Slices s("index_select", *this, d, index);
  Tensor y = raw::take(s.x, s.plan);
  if (dim() == 0) {
    if (index.numel() != 1)
      fail_index("index_select: a 0-dim tensor has one slice, got {} indices", index.numel());
    y = raw::window(y, {}, {}, 0);
  }
  return record(
      "index_select", std::move(y),
      wrt(*this, [sizes = impl_->sizes, at = int64_t(s.dim), i = save(index)](const Tensor& dy) {
        return raw::zeros(sizes, dy.dtype()).index_add_(at, i, dy);
      }));
}

Tensor& Tensor::index_add_(int64_t d, const Tensor& index, const Tensor& source,
                           const Scalar& alpha) const {
  checked();
  const Slices s("index_add_", *this, d, index);
  s.check_source("index_add_", *this, source);
  if (!is_floating(dtype()) && alpha.isFloatingPoint())
    fail("index_add_: a tensor of {} cannot take a floating alpha", dtype());
  // A bool is scaled as a bool: alpha counts as true unless it is 0.
  const Scalar factor = dtype() == kBool ? Scalar(alpha.toBool()) : alpha;
  const bool plain = factor.equal(1);
  return write_inplace(
      "index_add_", *this,
      [&] {
        const NoGradGuard untaped;
        raw::put(s.x, s.plan, plain ? source : source.mul(factor), true);
      },
      wrt(*this, [](const Tensor& dy) { return dy; }),
      wrt(source, [at = int64_t(s.dim), i = save(index), sizes = source.impl()->sizes, plain,
                   alpha](const Tensor& dy) {
        const Tensor dx = to_source(dy, at, i, sizes);
        return plain ? dx : dx * alpha;
      }));
}
Tensor& Tensor::index_copy_(int64_t d, const Tensor& index, const Tensor& source) const {
  checked();
  const Slices s("index_copy_", *this, d, index);
  s.check_source("index_copy_", *this, source);
  Saved i = save(index);
  const auto at = int64_t(s.dim);
  return write_inplace(
      "index_copy_", *this, [&] { raw::put(s.x, s.plan, source, false); },
      wrt(*this, [at, i](const Tensor& dy) { return dy.index_fill(at, i, 0); }),
      wrt(source, [at, i, sizes = source.impl()->sizes](const Tensor& dy) {
        return to_source(dy, at, i, sizes);
      }));
}
Tensor& Tensor::index_fill_(int64_t d, const Tensor& index, const Scalar& value) const {
  checked();
  const Slices s("index_fill_", *this, d, index, Negative::wraps);
  raw::check_writable(*this, "index_fill_");
  return write_inplace(
      "index_fill_", *this,
      [&] { raw::put(s.x, s.plan, raw::scalar_tensor(value, dtype()), false); },
      wrt(*this, [at = int64_t(s.dim), i = save(index)](const Tensor& dy) {
        return dy.index_fill(at, i, 0);
      }));
}
Tensor& Tensor::index_fill_(int64_t d, const Tensor& index, const Tensor& value) const {
  checked();
  if (value.dim() != 0) fail("index_fill_: expected a 0-dim value, got shape {}", value.sizes());
  const Slices s("index_fill_", *this, d, index, Negative::wraps);
  raw::check_writable(*this, "index_fill_");
  Saved i = save(index);
  const auto at = int64_t(s.dim);
  return write_inplace(
      "index_fill_", *this, [&] { raw::put(s.x, s.plan, raw::to_dtype(value, dtype()), false); },
      wrt(*this, [at, i](const Tensor& dy) { return dy.index_fill(at, i, 0); }),
      wrt(value, [at, i](const Tensor& dy) {
        // An index may name a slice twice; it counts once.
        const Tensor rest = dy.index_fill(at, i, 0);
        return dy.sum() - rest.sum();
      }));
}

Tensor Tensor::index_add(int64_t d, const Tensor& index, const Tensor& source,
                         const Scalar& alpha) const {
  return clone(MemoryFormat::Contiguous).index_add_(d, index, source, alpha);
}
Tensor Tensor::index_copy(int64_t d, const Tensor& index, const Tensor& source) const {
  return clone(MemoryFormat::Contiguous).index_copy_(d, index, source);
}
Tensor Tensor::index_fill(int64_t d, const Tensor& index, const Scalar& value) const {
  return clone().index_fill_(d, index, value);
}
Tensor Tensor::index_fill(int64_t d, const Tensor& index, const Tensor& value) const {
  return clone().index_fill_(d, index, value);
}

std::vector<Tensor> unravel_index(const Tensor& indices, IntArrayRef shape) {
  if (indices.dtype() == kBool || is_floating(indices.dtype()))
    fail("unravel_index: expected integers, got {}", indices.dtype());
  std::vector<Tensor> out(shape.size());
  Checked step("unravel_index", 1);
  for (size_t d = shape.size(); d-- > 0;) {
    if (shape[d] < 1) fail("unravel_index: expected sizes of 1 or more, got {}", shape);
    out[d] = indices.div(int64_t(step), "floor").remainder(shape[d]);
    if (d > 0) step *= shape[d];
  }
  return out;
}

}  // namespace gradus
