#include "autograd/ops/reduce.h"
#include "autograd/ops/reduce_back.h"
#include "tensor/fail.h"

namespace gradus {

using autograd::record;
using autograd::save;
using autograd::Spread;
using autograd::ToIndex;
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
                wrt(x, [sx = save(x), dims, back = Spread(x, dims, keepdim)](const Tensor& dy,
                                                                             const Tensor& y) {
                  const Tensor here = sx->eq(back.keep(y));
                  return here.mul(back.keep(dy)).div(raw::sum(here, dims, true));
                }));
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

#define GRADUS_DEFINE(name)                                                                        \
  Tensor Tensor::name() const {                                                                    \
    return autograd::called(#name ".all", extreme_of_all(#name, raw::a##name, *this));             \
  }                                                                                                \
  Tensor Tensor::name(const Tensor& other) const { return name##imum(other); }                     \
  TensorPair Tensor::name(int64_t dim, bool keepdim) const {                                       \
    return extreme_along(#name, raw::name, *this, dim, keepdim);                                   \
  }                                                                                                \
  Tensor Tensor::a##name(IntArrayRef dims, bool keepdim) const {                                   \
    if (dims.empty()) check_some(*this, "a" #name);                                                \
    return extreme_over("a" #name, raw::a##name, *this, dim_set(dims, dim(), "a" #name), keepdim); \
  }                                                                                                \
  Tensor Tensor::arg##name(std::optional<int64_t> dim, bool keepdim) const {                       \
    return index_of_extreme("arg" #name, raw::name, *this, dim, keepdim);                          \
  }
GRADUS_DEFINE(min)
GRADUS_DEFINE(max)
#undef GRADUS_DEFINE

TensorPair Tensor::aminmax(std::optional<int64_t> along, bool keepdim) const {
  if (!along) check_some(*this, "aminmax");
  const DimSet dims = along ? dim_set(*along, dim(), "aminmax") : dim_set({}, dim(), "aminmax");
  return {extreme_over("aminmax", raw::amin, *this, dims, keepdim),
          extreme_over("aminmax", raw::amax, *this, dims, keepdim)};
}

}  // namespace gradus
