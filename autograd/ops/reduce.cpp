#include "autograd/ops/reduce.h"

#include "autograd/ops/reduce_back.h"
#include "tensor/fail.h"

namespace gradus {

using autograd::converted;
using autograd::OutputInfo;
using autograd::record;
using autograd::save;
using autograd::Spread;
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
                  return Spread(input.sizes, dims, keepdim)(dy);
                }));
}

Tensor mean_over(const char* op, const Tensor& input, DimSet dims, bool keepdim,
                 OptionalDtype dtype) {
  const Tensor x = converted(input, dtype);
  const int64_t n = reduced_count(x.sizes(), dims);
  return record(op, raw::mean(x, dims, keepdim),
                wrt(x, [n, dims, keepdim](const Tensor& dy, const OutputInfo& input) {
                  return Spread(input.sizes, dims, keepdim)(dy.div(Scalar(n)));
                }));
}

// For each element, the product of the others along dim.
Tensor products_of_others(const Tensor& x, int64_t dim) {
  Tensor first = raw::zeros(x.sizes(), kBool);
  first.select(dim, 0).fill_(true);
  const auto of_those_before = [&](const Tensor& t) {
    return t.roll(1, dim).masked_fill(first, 1).cumprod(dim);
  };
  return of_those_before(x) * of_those_before(x.flip(dim)).flip(dim);
}

// dx = dy y / x; where x has zeros, dy times the product of the others.
Tensor prod_back(const Tensor& dy, const Tensor& y, const Tensor& x, DimSet dims, bool keepdim,
                 int64_t dim) {
  const Spread back(x, dims, keepdim);
  if (!raw::all(x, dim_set({}, x.dim(), "prod"), false).item<bool>()) {
    if (x.dim() == 0) return dy;
    if (x.dim() > 1 && reduced_count(x.sizes(), dims) == x.numel())
      return back(dy) * products_of_others(x.reshape(-1), 0).reshape(x.sizes());
    return back(dy) * products_of_others(x, dim);
  }
  return back(dy * y) / x;
}

Tensor prod_over(const char* op, const Tensor& input, DimSet dims, bool keepdim, int64_t dim,
                 OptionalDtype dtype) {
  const Tensor x = converted(input, dtype);
  return record(op, raw::contiguous(as_dtype(raw::prod(x, dims, keepdim), dtype)),
                wrt(x, [sx = save(x), dims, keepdim, dim](const Tensor& dy, const Tensor& y) {
                  return prod_back(dy, y, sx, dims, keepdim, dim);
                }));
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
                wrt(x, [sx = save(x), back = Spread(x, dims, keepdim)](const Tensor& dy) {
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

#define GRADUS_DEFINE(name)                                                                  \
  Tensor Tensor::name() const {                                                              \
    return test_result(*this, raw::name(*this, dim_set({}, dim(), #name), false));           \
  }                                                                                          \
  Tensor Tensor::name(int64_t along, bool keepdim) const {                                   \
    return test_result(*this, raw::name(*this, dim_set(along, dim(), #name), keepdim));      \
  }                                                                                          \
  Tensor Tensor::name(OptionalIntArrayRef dims, bool keepdim) const {                        \
    return test_result(*this, raw::name(*this, dim_set(dims, dim(), #name, true), keepdim)); \
  }
GRADUS_DEFINE(any)
GRADUS_DEFINE(all)
#undef GRADUS_DEFINE

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
  return record(
      "logsumexp", raw::logsumexp(x, dims, keepdim),
      wrt(x, [sx = save(x), back = Spread(x, dims, keepdim)](const Tensor& dy, const Tensor& y) {
        return back(dy) * (sx - back.keep(y)).exp();
      }));
}

}  // namespace gradus
