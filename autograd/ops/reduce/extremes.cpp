#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "tensor/base/fail.h"

namespace gradus {

using autograd::record;
using autograd::save;
using autograd::ToIndex;
using autograd::Unreduce;
using autograd::wrt;

namespace {

using Over = Tensor(const Tensor&, DimSet, bool, const char*);
using Along = raw::Extreme(const Tensor&, int64_t, bool, const char*);

void check_some(const Tensor& x, const char* op) {
  if (x.numel() == 0)
    fail("{}: {} holds no elements and nothing stands for none, name a dim", op, x.sizes());
}

Tensor extreme_of_all(const char* op, Over* fn, const Tensor& x) {
  check_some(x, op);
  return record(op, fn(x, dim_set({}, x.dim(), op), false, op),
                wrt(x, [sx = save(x)](const Tensor& dy, const Tensor& y) {
                  return autograd::to_equals(dy, sx, y);
                }));
}

Tensor extreme_over(const char* op, Over* fn, const Tensor& x, DimSet dims, bool keepdim) {
  return record(op, raw::contiguous(fn(x, dims, keepdim, op)),
                wrt(x, [sx = save(x), dims, back = Unreduce(x, dims, keepdim)](const Tensor& dy,
                                                                               const Tensor& y) {
                  const Tensor here = sx->eq(back.keep(y));
                  return here.mul(back.keep(dy)).div(raw::sum(here, dims, true));
                }));
}
Tensor extreme_over(const char* op, Over* fn, const Tensor& x, IntArrayRef dims, bool keepdim) {
  if (dims.empty()) check_some(x, op);
  return extreme_over(op, fn, x, dim_set(dims, x.dim(), op), keepdim);
}

TensorPair extreme_along(const char* op, Along* fn, const Tensor& x, int64_t dim, bool keepdim) {
  const raw::Extreme y = fn(x, dim, keepdim, op);
  return {record(op, y.values, wrt(x, ToIndex(x, y.indices, dim, keepdim))), y.indices};
}

Tensor index_of_extreme(const char* op, Along* fn, const Tensor& x, std::optional<int64_t> dim,
                        bool keepdim) {
  if (x.dtype() == kBool) fail("{}: bool has no order to choose by", op);
  if (dim) return fn(x, *dim, keepdim, op).indices;
  if (x.numel() == 0) fail_index("{}: {} holds no elements, name a dim", op, x.sizes());
  const Tensor dense = raw::contiguous(x);
  const Tensor y =
      fn(raw::window(dense, {x.numel()}, {1}, dense.storage_offset()), 0, false, op).indices;
  return keepdim ? raw::window(y, Dims(size_t(x.dim()), 1), Dims(size_t(x.dim()), 1), 0) : y;
}

}  // namespace

Tensor Tensor::min() const {
  return autograd::called("min.all", extreme_of_all("min", raw::amin, *this));
}
Tensor Tensor::min(const Tensor& other) const { return minimum(other); }
TensorPair Tensor::min(int64_t dim, bool keepdim) const {
  return extreme_along("min", raw::min, *this, dim, keepdim);
}
Tensor Tensor::amin(IntArrayRef dims, bool keepdim) const {
  return extreme_over("amin", raw::amin, *this, dims, keepdim);
}
Tensor Tensor::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return index_of_extreme("argmin", raw::min, *this, dim, keepdim);
}

Tensor Tensor::max() const {
  return autograd::called("max.all", extreme_of_all("max", raw::amax, *this));
}
Tensor Tensor::max(const Tensor& other) const { return maximum(other); }
TensorPair Tensor::max(int64_t dim, bool keepdim) const {
  return extreme_along("max", raw::max, *this, dim, keepdim);
}
Tensor Tensor::amax(IntArrayRef dims, bool keepdim) const {
  return extreme_over("amax", raw::amax, *this, dims, keepdim);
}
Tensor Tensor::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return index_of_extreme("argmax", raw::max, *this, dim, keepdim);
}

TensorPair Tensor::aminmax(std::optional<int64_t> along, bool keepdim) const {
  if (!along) check_some(*this, "aminmax");
  const DimSet dims = along ? dim_set(*along, dim(), "aminmax") : dim_set({}, dim(), "aminmax");
  return {extreme_over("aminmax", raw::amin, *this, dims, keepdim),
          extreme_over("aminmax", raw::amax, *this, dims, keepdim)};
}

}  // namespace gradus
