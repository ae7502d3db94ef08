// Sorting, and selecting by rank.
#include "tensor/reduce/sort.h"

#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "tensor/base/fail.h"

namespace gradus {

using autograd::record;
using autograd::save;
using autograd::ToIndex;
using autograd::wrt;

namespace {

TensorPair selected(const char* op, const raw::Sorted& y, const Tensor& x, int64_t dim,
                    bool keepdim = true) {
  return {record(op, y.values, wrt(x, ToIndex(x, y.indices, dim, keepdim))), y.indices};
}

// As PyTorch has it, the gradient goes in equal parts to all elements that equal the median.
Tensor median_of_all(const char* op, const Tensor& x, bool ignore_nan) {
  if (x.numel() == 0) {
    // nan; for types without one what PyTorch has instead: the least number, and for bool true.
    Tensor none = visit_all(x.dtype(), op, [&]<class T>(T) {
      using Limits = std::numeric_limits<T>;
      if constexpr (std::is_same_v<T, bool>) return raw::scalar_tensor(true, kBool);
      return raw::scalar_tensor(Limits::has_quiet_NaN ? Limits::quiet_NaN() : Limits::lowest(),
                                x.dtype());
    });
    return record(op, std::move(none), wrt(x, [](const Tensor&, const autograd::OutputInfo& input) {
                    return raw::zeros(input.sizes, input.dtype);
                  }));
  }
  const Tensor dense = raw::contiguous(x);
  const Tensor flat = raw::window(dense, {x.numel()}, {1}, dense.storage_offset());
  return record(op, raw::median(flat, 0, false, ignore_nan).values,
                wrt(x, [sx = save(x)](const Tensor& dy, const Tensor& y) {
                  return autograd::to_equals(dy, sx, y);
                }));
}

TensorTriple unique_result(const raw::Unique& y, bool inverse, bool counts) {
  return {y.values, inverse ? y.inverse : raw::empty(0, kLong),
          counts ? y.counts : raw::empty(0, kLong)};
}

}  // namespace

TensorPair Tensor::sort(int64_t dim, bool descending) const {
  return selected("sort", raw::sort(*this, dim, descending), *this, dim);
}
TensorPair Tensor::sort(std::optional<bool>, int64_t dim, bool descending) const {
  return sort(dim, descending);  // which is stable
}
Tensor Tensor::argsort(int64_t dim, bool descending) const {
  return raw::sort(*this, dim, descending).indices;
}
Tensor Tensor::argsort(bool, int64_t dim, bool descending) const {
  return argsort(dim, descending);
}
Tensor Tensor::msort() const { return std::get<0>(sort(0)); }

TensorPair Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return selected("topk", raw::topk(*this, k, dim, largest, sorted), *this, dim);
}
TensorPair Tensor::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return selected("kthvalue", raw::kthvalue(*this, k, dim, keepdim), *this, dim, keepdim);
}
TensorPair Tensor::mode(int64_t dim, bool keepdim) const {
  return selected("mode", raw::mode(*this, dim, keepdim), *this, dim, keepdim);
}

Tensor Tensor::median() const { return median_of_all("median", *this, false); }
Tensor Tensor::nanmedian() const { return median_of_all("nanmedian", *this, true); }
TensorPair Tensor::median(int64_t dim, bool keepdim) const {
  return selected("median.dim", raw::median(*this, dim, keepdim, false), *this, dim, keepdim);
}
TensorPair Tensor::nanmedian(int64_t dim, bool keepdim) const {
  return selected("nanmedian.dim", raw::median(*this, dim, keepdim, true), *this, dim, keepdim);
}

TensorTriple _unique2(const Tensor& x, bool, bool return_inverse, bool return_counts) {
  return unique_result(raw::unique(x, false), return_inverse, return_counts);
}
TensorTriple unique_dim(const Tensor& x, int64_t dim, bool, bool return_inverse,
                        bool return_counts) {
  return unique_result(raw::unique_dim(x, dim, false), return_inverse, return_counts);
}
TensorTriple unique(const Tensor& x, bool sorted, bool return_inverse, bool return_counts,
                    std::optional<int64_t> dim) {
  return dim ? unique_dim(x, *dim, sorted, return_inverse, return_counts)
             : _unique2(x, sorted, return_inverse, return_counts);
}
TensorTriple unique_consecutive(const Tensor& x, bool return_inverse, bool return_counts,
                                std::optional<int64_t> dim) {
  return unique_result(dim ? raw::unique_dim(x, *dim, true) : raw::unique(x, true), return_inverse,
                       return_counts);
}

Tensor Tensor::bincount(const std::optional<Tensor>& weights, int64_t minlength) const {
  return raw::bincount(*this, weights.value_or(Tensor()), minlength);
}
Tensor histc(const Tensor& x, int64_t bins, const Scalar& min, const Scalar& max) {
  return raw::histc(x, bins, min.toDouble(), max.toDouble());
}

}  // namespace gradus
