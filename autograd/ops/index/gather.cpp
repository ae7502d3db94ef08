// Elements by index along one dim, and those of flattened tensors.
#include "autograd/inplace.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/view/view.h"
#include "autograd/ops/view/zeros_around.h"
#include "tensor/base/fail.h"
#include "tensor/index/plan.h"
#include "tensor/index/scatter.h"
#include "tensor/shape.h"

namespace gradus {

using namespace autograd;
using raw::Reduce;

namespace {

void check_type(const char* op, const Tensor& self, const Tensor& src) {
  if (self.dtype() != src.dtype())
    fail("{}: types differ, {} and a source of {}", op, self.dtype(), src.dtype());
}

// dy at the elements of a source that the index reached; the rest of it gets 0.
Tensor to_source(const Tensor& dy, int64_t dim, const Tensor& index, const Dims& sizes) {
  const Tensor dx = dy.gather(dim, index);
  if (dx.numel() == checked_numel(sizes, "scatter")) return dx.reshape(sizes);
  return autograd::zeros_around("scatter_backward", dx, sizes,
                                [reached = Dims(index.sizes())](const Tensor& y) {
                                  Tensor part = y;
                                  for (size_t d = 0; d < reached.size(); ++d)
                                    part = part.narrow(int64_t(d), 0, reached[d]);
                                  return part;
                                });
}

// The transpose of gather; the index was checked by it.
Tensor gathered_back(const Tensor& dy, const Dims& sizes, int64_t dim, const Saved& index) {
  Tensor dx = raw::zeros(sizes, dy.dtype());
  raw::scatter(dx, dim, index, dy, Reduce::sum);
  return record("scatter_add", std::move(dx),
                wrt(dy, [dim, index](const Tensor& d2) { return d2.gather(dim, index); }));
}

// One element for every place of the index.
Tensor one_value(const Scalar& value, ScalarType type) { return raw::scalar_tensor(value, type); }

}  // namespace

Tensor Tensor::gather(int64_t d, const Tensor& index, bool) const {
  checked();
  Tensor y = raw::gather("gather", *this, d, index);
  const int64_t at = wrap_dim(d, dim(), "gather");
  return record("gather", std::move(y),
                wrt(*this, [sizes = impl_->sizes, at, i = save(index)](const Tensor& dy) {
                  return gathered_back(dy, sizes, at, i);
                }));
}

Tensor& Tensor::scatter_(int64_t d, const Tensor& index, const Tensor& src) const {
  checked();
  check_type("scatter_", *this, src);
  raw::check_scatter("scatter_", *this, d, index, src.sizes());
  const int64_t at = wrap_dim(d, dim(), "scatter_");
  Saved i = save(index);
  return write_inplace(
      "scatter_", *this, [&] { raw::scatter(*this, at, index, src, Reduce::assign); },
      wrt(*this, [at, i](const Tensor& dy) { return dy.scatter(at, i, 0); }),
      wrt(src, [at, i, sizes = src.impl()->sizes](const Tensor& dy) {
        return to_source(dy, at, i, sizes);
      }));
}
Tensor& Tensor::scatter_(int64_t d, const Tensor& index, const Scalar& value) const {
  checked();
  raw::check_scatter("scatter_", *this, d, index, index.sizes());
  const int64_t at = wrap_dim(d, dim(), "scatter_");
  return write_inplace(
      "scatter_", *this,
      [&] { raw::scatter(*this, at, index, one_value(value, dtype()), Reduce::assign); },
      wrt(*this, [at, i = save(index)](const Tensor& dy) { return dy.scatter(at, i, 0); }));
}
Tensor& Tensor::scatter_add_(int64_t d, const Tensor& index, const Tensor& src) const {
  checked();
  check_type("scatter_add_", *this, src);
  raw::check_scatter("scatter_add_", *this, d, index, src.sizes());
  const int64_t at = wrap_dim(d, dim(), "scatter_add_");
  return write_inplace(
      "scatter_add_", *this, [&] { raw::scatter(*this, at, index, src, Reduce::sum); },
      wrt(*this, [](const Tensor& dy) { return dy; }),
      wrt(src, [at, i = save(index), sizes = src.impl()->sizes](const Tensor& dy) {
        return to_source(dy, at, i, sizes);
      }));
}

namespace {
bool adds(std::string_view reduce) {
  if (reduce != "add" && reduce != "multiply")
    fail("scatter_: reduce must be \"add\" or \"multiply\", got \"{}\"", reduce);
  return reduce == "add";
}
}  // namespace

Tensor& Tensor::scatter_(int64_t d, const Tensor& index, const Tensor& src,
                         std::string_view reduce) const {
  if (adds(reduce)) return scatter_add_(d, index, src);
  return scatter_reduce_(d, index, src, "prod", true);
}
Tensor& Tensor::scatter_(int64_t d, const Tensor& index, const Scalar& value,
                         std::string_view reduce) const {
  const Tensor src = raw::expand(one_value(value, checked().dtype), index.sizes());
  return scatter_(d, index, src, reduce);
}

Tensor Tensor::scatter(int64_t d, const Tensor& index, const Tensor& src) const {
  return clone(MemoryFormat::Contiguous).scatter_(d, index, src);
}
Tensor Tensor::scatter(int64_t d, const Tensor& index, const Scalar& value) const {
  return autograd::called("scatter.value",
                          clone(MemoryFormat::Contiguous).scatter_(d, index, value));
}
Tensor Tensor::scatter(int64_t d, const Tensor& index, const Tensor& src,
                       std::string_view reduce) const {
  return clone(MemoryFormat::Contiguous).scatter_(d, index, src, reduce);
}
Tensor Tensor::scatter(int64_t d, const Tensor& index, const Scalar& value,
                       std::string_view reduce) const {
  return clone(MemoryFormat::Contiguous).scatter_(d, index, value, reduce);
}
Tensor Tensor::scatter_add(int64_t d, const Tensor& index, const Tensor& src) const {
  return clone(MemoryFormat::Contiguous).scatter_add_(d, index, src);
}

Tensor Tensor::take(const Tensor& index) const {
  checked();
  if (index.dtype() != kLong) fail("take: the index must be int64, got {}", index.dtype());
  if (numel() == 0 && index.numel() > 0)
    fail_index("take: nothing can be taken from shape {}", sizes());
  return autograd::called("take", reshape(-1).index({index.reshape(-1)}).reshape(index.sizes()));
}

Tensor& Tensor::put_(const Tensor& index, const Tensor& source, bool accumulate) const {
  checked();
  if (index.dtype() != kLong) fail("put_: the index must be int64, got {}", index.dtype());
  check_type("put_", *this, source);
  if (index.numel() != source.numel())
    fail_index("put_: index and source differ in number of elements, {} and {}", index.numel(),
               source.numel());
  raw::check_writable(*this, "put_");
  const Tensor dense = raw::contiguous(*this);
  const Tensor flat = raw::window(dense, {numel()}, {1}, dense.storage_offset());
  const raw::IndexPlan plan("put_", flat, {index});
  Saved i = save(index);
  return write_inplace(
      "put_", *this,
      [&] {
        raw::put(flat, plan, source, accumulate);
        if (!is_contiguous()) raw::copy(*this, dense);
      },
      wrt(*this,
          [i, accumulate](const Tensor& dy) {
            return accumulate ? dy : dy.put(i, raw::zeros(i->sizes(), dy.dtype()));
          }),
      wrt(source, [i, sizes = source.impl()->sizes](const Tensor& dy) {
        return dy.take(i).reshape(sizes);
      }));
}
Tensor Tensor::put(const Tensor& index, const Tensor& source, bool accumulate) const {
  return autograd::called("put", clone().put_(index, source, accumulate));
}

Tensor Tensor::take_along_dim(const Tensor& indices, std::optional<int64_t> d) const {
  checked();
  if (indices.dtype() != kLong)
    fail("take_along_dim: the indices must be int64, got {}", indices.dtype());
  if (!d) return reshape(-1).gather(0, indices.reshape(-1));
  if (dim() != indices.dim())
    fail("take_along_dim: tensor and indices differ in dims, shapes {} and {}", sizes(),
         indices.sizes());
  const size_t at = size_t(wrap_dim(*d, dim(), "take_along_dim"));
  // All dims broadcast but `at`.
  Dims self = sizes(), index = indices.sizes();
  if (!self.empty()) self[at] = index[at] = 1;
  const Dims common = broadcast_shapes(self, index, "take_along_dim");
  self = index = common;
  if (!self.empty()) {
    self[at] = sizes()[at];
    index[at] = indices.sizes()[at];
  }
  return expand(self).gather(int64_t(at), indices.expand(index));
}

}  // namespace gradus
