#include "autograd/ops/reduce/reduce.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>

#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "tensor/base/warn.h"

namespace gradus {

using autograd::converted;
using autograd::record;
using autograd::save;
using autograd::Unreduce;
using autograd::wrt;

namespace {

// Whether one divided by y, and that times a gradient of usual size, is in the range of its type.
bool has_inverse(const Tensor& y) {
  const double most = y.dtype() == kFloat ? 0x1p60 : 0x1p500;
  return raw::all_within(y, 1 / most, most);
}

// Whether y and its square are numbers of its type.
bool has_square(const Tensor& y) {
  return raw::all_within(y, 0, y.dtype() == kFloat ? 0x1p60 : 0x1p500);
}

// The gradient of the p-norm y: dy sgn(x) (|x| / y)^(p-1), and 0 where y is 0 or x is.
Tensor norm_back(const Tensor& dy, const Tensor& y, const Tensor& x, double p, DimSet dims) {
  if (p == 0) return {};
  if (p == 1) return x.sgn() * dy;
  if (std::isinf(p)) {
    const Tensor here = x.abs().eq(y);
    return x.sgn() * (dy / raw::sum(here, dims, true)) * here;
  }
  const Tensor none = y.eq(0), length = y.masked_fill(none, 1);
  if (p == 2) {
    if (has_inverse(length)) return x * (dy / length).masked_fill(none, 0);
    return x / length * dy.masked_fill(none, 0);
  }
  // An infinite x has no share in a sum of negative powers, in derivatives of any order.
  const bool beyond = p < 0 && !raw::all_within(raw::norm(x, HUGE_VAL, dims, true), 0, DBL_MAX);
  const Tensor left_out = beyond ? x.isinf() : Tensor();
  const Tensor sign = beyond ? x.sgn().masked_fill(left_out, 0) : x.sgn();
  const Tensor size = beyond ? x.abs().masked_fill(left_out, 1) : x.abs();
  const Tensor share = (size / length).masked_fill(x.eq(0), 1);
  return sign * share.pow(p - 1) * dy.masked_fill(none, 0);
}

Tensor norm_over(const char* op, const Tensor& input, const std::optional<Scalar>& ord,
                 OptionalIntArrayRef dim, bool keepdim, OptionalDtype dtype) {
  const Tensor x = converted(input, dtype);
  const double p = ord ? ord->toDouble() : 2;
  const DimSet dims = dim_set(dim, x.dim(), "norm");
  return record(op, raw::norm(x, p, dims, keepdim),
                wrt(x, [=, sx = save(x), back = Unreduce(x, dims, keepdim)](const Tensor& dy,
                                                                            const Tensor& y) {
                  return norm_back(back.keep(dy), back.keep(y), sx, p, dims);
                }));
}

// The mean, without overflow.
Tensor mean_of(const Tensor& x, DimSet dims) {
  const Dims list = dim_list(dims);
  const Tensor mean = x.mean(list.ref(), true);
  const double most =
      x.dtype() == kFloat ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  if (raw::all_within(mean, 0, most)) return mean;
  return (x / double(reduced_count(x.sizes(), dims))).sum(list.ref(), true);
}

// The gradient of the variance of x over dims, n - correction = `count`: dy 2 (x - mean) / count;
// that of its root y: dy (x - mean) / (y count), and 0 where y is.
Tensor variance_back(const Tensor& dy, const Tensor& y, const Tensor& x, DimSet dims,
                     const Unreduce& back, double count, bool root) {
  const Tensor d = x - mean_of(x, dims);
  if (!root) return back.keep(dy) * (2 / count) * d;
  const Tensor none = y.eq(0), length = y.masked_fill(none, 1);
  if (has_inverse(length)) return back.keep((dy / length).masked_fill(none, 0)) * (1 / count) * d;
  return d / back.keep(length) * back.keep(dy.masked_fill(none, 0) / count);
}

Scalar correction_of(bool unbiased) { return unbiased ? 1 : 0; }

// The variance (its root) of x over dims, and the mean if `with_mean`.
struct Variance {
  const char* op;
  bool root, with_mean;

  TensorPair operator()(const Tensor& x, OptionalIntArrayRef dim,
                        const std::optional<Scalar>& correction, bool keepdim) const {
    if (!x.is_floating_point()) fail("{}: expected a floating point tensor, got {}", op, x.dtype());
    const DimSet dims = dim_set(dim, x.dim(), op);
    const double n = double(reduced_count(x.sizes(), dims));
    const double c = correction ? correction->toDouble() : 1;
    if (n <= c)
      warn("{}: degrees of freedom are {} of {} elements with correction {}, expected more than 0",
           op, n - c, n, c);
    const raw::Moments moments = raw::moments(x, dims, keepdim);
    const Unreduce back(x, dims, keepdim);
    Tensor v = raw::variance(moments, n, c, root, x.dtype());
    const auto from = [=, sx = save(x), root = root](const Tensor& dy, const Tensor& y) {
      return variance_back(dy, y, sx, dims, back, std::max(0., n - c), root);
    };
    if (root)
      v = record(op, std::move(v), wrt(x, from));
    else  // from x alone, so that the result may be written
      v = record(op, std::move(v), wrt(x, [from](const Tensor& dy) { return from(dy, Tensor()); }));
    if (!with_mean) return {v, Tensor()};
    return {v, record(op, raw::to_dtype(moments.mean, x.dtype()),
                      wrt(x, [=](const Tensor& dy) { return back(dy.div(Scalar(n))); }))};
  }
};

}  // namespace

Tensor Tensor::norm(const Scalar& p) const { return norm_over("norm", *this, p, {}, false, {}); }
Tensor Tensor::norm(const std::optional<Scalar>& p, ScalarType dtype) const {
  return norm_over("norm", *this, p, {}, false, dtype);
}
Tensor Tensor::norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim) const {
  return norm_over("norm.dim", *this, p, dim, keepdim, {});
}
Tensor Tensor::norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                    ScalarType dtype) const {
  return norm_over("norm.dim", *this, p, dim, keepdim, dtype);
}
Tensor Tensor::renorm(const Scalar& p, int64_t along, const Scalar& maxnorm) const {
  if (dim() < 2) fail("renorm: expected 2 dims or more, got {}", sizes());
  const double most = maxnorm.toDouble();
  if (!(p.toDouble() > 0) || !(most >= 0))
    fail("renorm: expected p above 0 and maxnorm of 0 or more, got {} and {}", p.toDouble(), most);
  if (std::isinf(most)) return autograd::called("renorm", clone(MemoryFormat::Contiguous));
  const DimSet rest =
      dim_set({}, dim(), "renorm") & ~(DimSet(1) << wrap_dim(along, dim(), "renorm"));
  const Tensor length = norm(p, dim_list(rest).ref(), true), x = contiguous();
  const Tensor longer = length > most;
  if (has_square(length))
    return autograd::called("renorm", x * gradus::where(longer, most / (length + 1e-7), 1));
  if (dtype() == kFloat)
    return autograd::called("renorm", to(kDouble).renorm(p, along, maxnorm).to(kFloat));
  // Nothing is wider: what is too long is first made smaller by a power of two.
  constexpr double scale = 0x1p-600;
  const Tensor small = x * scale, norms = small.norm(p, dim_list(rest).ref(), true);
  const Tensor factor = most / gradus::where(longer, norms + 1e-7 * scale, 1);
  return autograd::called("renorm", gradus::where(longer, small * factor, x));
}
Tensor linalg_vector_norm(const Tensor& x, const Scalar& ord, OptionalIntArrayRef dim, bool keepdim,
                          OptionalDtype dtype) {
  return norm_over("linalg_vector_norm", x, ord, dim, keepdim, dtype);
}

Tensor Tensor::var(bool unbiased) const {
  return var(OptionalIntArrayRef(), correction_of(unbiased), false);
}
Tensor Tensor::var(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return var(dim, correction_of(unbiased), keepdim);
}
Tensor Tensor::var(OptionalIntArrayRef dim, const std::optional<Scalar>& correction,
                   bool keepdim) const {
  return std::get<0>(
      Variance{"var", /*root=*/false, /*with_mean=*/false}(*this, dim, correction, keepdim));
}
TensorPair var_mean(const Tensor& x, bool unbiased) {
  return var_mean(x, OptionalIntArrayRef(), correction_of(unbiased), false);
}
TensorPair var_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return var_mean(x, dim, correction_of(unbiased), keepdim);
}
TensorPair var_mean(const Tensor& x, OptionalIntArrayRef dim,
                    const std::optional<Scalar>& correction, bool keepdim) {
  return Variance{"var_mean", /*root=*/false, /*with_mean=*/true}(x, dim, correction, keepdim);
}

Tensor Tensor::std(bool unbiased) const {
  return std(OptionalIntArrayRef(), correction_of(unbiased), false);
}
Tensor Tensor::std(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return std(dim, correction_of(unbiased), keepdim);
}
Tensor Tensor::std(OptionalIntArrayRef dim, const std::optional<Scalar>& correction,
                   bool keepdim) const {
  return std::get<0>(
      Variance{"std", /*root=*/true, /*with_mean=*/false}(*this, dim, correction, keepdim));
}
TensorPair std_mean(const Tensor& x, bool unbiased) {
  return std_mean(x, OptionalIntArrayRef(), correction_of(unbiased), false);
}
TensorPair std_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return std_mean(x, dim, correction_of(unbiased), keepdim);
}
TensorPair std_mean(const Tensor& x, OptionalIntArrayRef dim,
                    const std::optional<Scalar>& correction, bool keepdim) {
  return Variance{"std_mean", /*root=*/true, /*with_mean=*/true}(x, dim, correction, keepdim);
}

}  // namespace gradus
