#include "autograd/ops/reduce/reduce.h"

#include <limits>

#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "tensor/base/fail.h"

namespace gradus {

using autograd::converted;
using autograd::OutputInfo;
using autograd::record;
using autograd::save;
using autograd::Unreduce;
using autograd::wrt;

namespace {

// Sums of integers are int64 whatever the input was converted to; `dtype` has the last word.
Tensor as_dtype(Tensor y, OptionalDtype dtype) {
  return dtype && *dtype != y.dtype() ? raw::to_dtype(y, *dtype) : y;
}

Tensor sum_over(const char* op, const Tensor& x, DimSet dims, bool keepdim, OptionalDtype dtype) {
  if (dtype && *dtype != x.dtype()) return sum_over(op, x.to(*dtype), dims, keepdim, dtype);
  return record(op, as_dtype(raw::sum(x, dims, keepdim), dtype),
                wrt(x, [dims, keepdim](const Tensor& dy, const OutputInfo& input) {
                  return Unreduce(input.sizes, dims, keepdim)(dy);
                }));
}

Tensor mean_over(const char* op, const Tensor& input, DimSet dims, bool keepdim,
                 OptionalDtype dtype) {
  const Tensor x = converted(input, dtype);
  const int64_t n = reduced_count(x.sizes(), dims);
  return record(op, raw::mean(x, dims, keepdim),
                wrt(x, [n, dims, keepdim](const Tensor& dy, const OutputInfo& input) {
                  return Unreduce(input.sizes, dims, keepdim)(dy.div(Scalar(n)));
                }));
}

// For each element, the product of the others along dim. In double, in which the products of some
// floats stay where that of all does not.
Tensor products_of_others(const Tensor& given, int64_t dim) {
  const Tensor x = given.to(kDouble), first = raw::zeros(x.sizes(), kBool);
  first.select(dim, 0).fill_(true);
  const auto of_those_before = [&](const Tensor& t) {
    return t.roll(1, dim).masked_fill(first, 1).cumprod(dim);
  };
  return (of_those_before(x) * of_those_before(x.flip(dim)).flip(dim)).to(given.dtype());
}

// dx = dy y / x; where y is 0 or out of range, dy times the product of the others.
Tensor prod_back(const Tensor& dy, const Tensor& y, const Tensor& x, DimSet dims, bool keepdim,
                 int64_t dim) {
  const Unreduce back(x, dims, keepdim);
  const double most = x.dtype() == kFloat ? 0x1p100 : 0x1p900;
  if (raw::all_within(y, 1 / most, most)) return back(dy * y) / x;
  if (x.dim() == 0 || x.numel() == 0) return back(dy);
  if (x.dim() > 1 && reduced_count(x.sizes(), dims) == x.numel())
    return back(dy) * products_of_others(x.reshape(-1), 0).reshape(x.sizes());
  return back(dy) * products_of_others(x, dim);
}

Tensor prod_over(const char* op, const Tensor& input, DimSet dims, bool keepdim, int64_t dim,
                 OptionalDtype dtype) {
  const Tensor x = converted(input, dtype);
  return record(op, raw::contiguous(as_dtype(raw::prod(x, dims, keepdim), dtype)),
                wrt(x, [sx = save(x), dims, keepdim, dim](const Tensor& dy, const Tensor& y) {
                  return prod_back(dy, y, sx, dims, keepdim, dim);
                }));
}

// e^(x - y), y the logsumexp of x. An infinite y shares evenly among those that equal it.
Tensor shares_of(const Tensor& x, const Tensor& y, DimSet dims) {
  const double most =
      x.dtype() == kFloat ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  if (raw::all_within(y, 0, most)) return (x - y).exp();
  const Tensor infinite = y.isinf(), here = x.eq(y);
  const Tensor even = here.to(x.dtype()) / raw::sum(here, dims, true);
  return where(infinite, even, (x.masked_fill(infinite, 0) - y.masked_fill(infinite, 0)).exp());
}

Tensor test_result(const Tensor& x, const Tensor& y) {
  return x.dtype() == kByte ? raw::to_dtype(y, kByte) : y;
}

}  // namespace

Tensor Tensor::sum(OptionalDtype dtype) const {
  return sum_over("sum", *this, all_dims(dim(), "sum"), false, dtype);
}
Tensor Tensor::sum(OptionalIntArrayRef dims, bool keepdim, OptionalDtype dtype) const {
  return sum_over("sum.dim", *this, dim_set(dims, dim(), "sum"), keepdim, dtype);
}
Tensor Tensor::nansum(OptionalIntArrayRef dim, bool keepdim, OptionalDtype dtype) const {
  const Tensor x = converted(*this, dtype);
  const DimSet dims = dim_set(dim, x.dim(), "nansum");
  return record("nansum", as_dtype(raw::nansum(x, dims, keepdim), dtype),
                wrt(x, [sx = save(x), back = Unreduce(x, dims, keepdim)](const Tensor& dy) {
                  return back(dy).masked_fill(sx->ne(sx), 0);
                }));
}

Tensor Tensor::mean(OptionalDtype dtype) const {
  return mean_over("mean", *this, all_dims(dim(), "mean"), false, dtype);
}
Tensor Tensor::mean(OptionalIntArrayRef dims, bool keepdim, OptionalDtype dtype) const {
  return mean_over("mean.dim", *this, dim_set(dims, dim(), "mean"), keepdim, dtype);
}
Tensor Tensor::nanmean(OptionalIntArrayRef dim, bool keepdim, OptionalDtype dtype) const {
  if (!is_floating_point() && !(dtype && is_floating(*dtype)))
    fail("nanmean: expected a floating point tensor, got {}", this->dtype());
  const Tensor numbers = eq(*this);
  return nansum(dim, keepdim, dtype).div(numbers.sum(dim, keepdim));
}

Tensor Tensor::prod(OptionalDtype dtype) const {
  return prod_over("prod", *this, dim_set({}, dim(), "prod"), false, 0, dtype);
}
Tensor Tensor::prod(int64_t along, bool keepdim, OptionalDtype dtype) const {
  const int64_t d = wrap_dim(along, dim(), "prod");
  return prod_over("prod.dim", *this, DimSet(1) << d, keepdim, d, dtype);
}

Tensor Tensor::any() const {
  return test_result(*this, raw::any(*this, dim_set({}, dim(), "any"), false));
}
Tensor Tensor::any(int64_t along, bool keepdim) const {
  return test_result(*this, raw::any(*this, dim_set(along, dim(), "any"), keepdim));
}
Tensor Tensor::any(OptionalIntArrayRef dims, bool keepdim) const {
  return test_result(*this, raw::any(*this, dim_set(dims, dim(), "any", true), keepdim));
}
Tensor Tensor::all() const {
  return test_result(*this, raw::all(*this, dim_set({}, dim(), "all"), false));
}
Tensor Tensor::all(int64_t along, bool keepdim) const {
  return test_result(*this, raw::all(*this, dim_set(along, dim(), "all"), keepdim));
}
Tensor Tensor::all(OptionalIntArrayRef dims, bool keepdim) const {
  return test_result(*this, raw::all(*this, dim_set(dims, dim(), "all", true), keepdim));
}
Tensor Tensor::count_nonzero(IntArrayRef dims) const {
  return raw::count_nonzero(*this, dim_set(dims, dim(), "count_nonzero"));
}
Tensor Tensor::count_nonzero(std::optional<int64_t> along) const {
  return raw::count_nonzero(
      *this, along ? dim_set(*along, dim(), "count_nonzero") : dim_set({}, dim(), "count_nonzero"));
}

Tensor Tensor::logsumexp(IntArrayRef dim, bool keepdim) const {
  const Tensor x = is_floating_point() ? *this : to(get_default_dtype());
  const DimSet dims = dim_set(dim, x.dim(), "logsumexp");
  return record("logsumexp", raw::logsumexp(x, dims, keepdim),
                wrt(x, [sx = save(x), dims, back = Unreduce(x, dims, keepdim)](const Tensor& dy,
                                                                               const Tensor& y) {
                  return back(dy) * shares_of(sx, back.keep(y), dims);
                }));
}

}  // namespace gradus
