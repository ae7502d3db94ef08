#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "tensor/base/fail.h"

namespace gradus {

namespace {

// a + w (b - a), 0 <= w < 1; a where w is 0, and infinite where one of the two is.
Tensor between(const Tensor& a, const Tensor& b, const Tensor& w) {
  const Tensor y = a.lerp(b, w), infinite = a.isinf().logical_or(b.isinf());
  if (!infinite.any().item<bool>()) return y;
  return where(infinite, a * (1 - w) + (b * w).masked_fill(w.eq(0), 0), y);
}

// Sorted lines are read at fractional ranks q (n - 1), n the number of elements that count: all, or
// with ignore_nan those that are numbers. A line with a nan that counts is read at its end, where
// the nans are.
Tensor quantile_of(const char* op, const Tensor& x, const Tensor& q, std::optional<int64_t> dim,
                   bool keepdim, std::string_view interpolation, bool ignore_nan) {
  if (!x.is_floating_point() || q.dtype() != x.dtype())
    fail("{}: expected tensors of one floating point type, got {} and {}", op, x.dtype(),
         q.dtype());
  if (x.numel() == 0) fail("{}: {} holds no elements", op, x.sizes());
  if (q.dim() > 1) fail("{}: q must have 0 or 1 dims, got {}", op, q.sizes());
  if (!q.detach().ge(0).logical_and(q.le(1)).all().item<bool>())
    fail("{}: q must be in [0, 1]", op);

  const int64_t axis = dim ? wrap_dim(*dim, x.dim(), op) : 0;
  const Tensor lines = !dim || x.dim() == 0 ? x.reshape(-1) : x.movedim(axis, -1);
  const Tensor sorted = std::get<0>(lines.sort(-1));
  const Tensor missing = lines.detach().isnan();
  // Ranks are of x's type, as in PyTorch, unless it does not hold them.
  const ScalarType type = lines.size(-1) > int64_t(1) << 24 ? kDouble : x.dtype();
  const Tensor last = ignore_nan ? missing.logical_not().sum(-1, true).sub(1).clamp_min(0).to(type)
                                 : raw::full(1, lines.size(-1) - 1, type);
  Dims sizes = lines.sizes();
  sizes.back() = q.numel();
  // A fractional rank is where q has a gradient: it says how far to go between two elements.
  const bool fractional = interpolation == "linear";
  Tensor rank = ((fractional ? q : q.detach()).reshape(-1).to(type) * last).expand(sizes);
  if (!ignore_nan) rank = rank.masked_fill(missing.any(-1, true), lines.size(-1) - 1);
  const auto at = [&](const Tensor& r) { return sorted.gather(-1, r.to(kLong)); };
  const Tensor below = rank.detach().floor(), above = rank.detach().ceil();
  Tensor y = [&] {
    if (fractional) return between(at(below), at(above), rank.sub(below).to(x.dtype()));
    if (interpolation == "lower") return at(below);
    if (interpolation == "higher") return at(above);
    if (interpolation == "midpoint")
      return between(at(below), at(above), above.sub(below).to(x.dtype()) * 0.5);
    if (interpolation == "nearest") return at(rank.round());
    fail("{}: interpolation must be linear, lower, higher, midpoint or nearest, got {}", op,
         interpolation);
  }();

  // The lines' dim now counts q: drop it, keep it as 1, or bring it to the front.
  if (q.dim() > 0) y = y.movedim(-1, 0);
  Dims result;
  if (q.dim() > 0) result.push_back(q.numel());
  for (const int64_t s :
       reduced_sizes(x.sizes(), dim ? DimSet(1) << axis : dim_set({}, x.dim(), op), keepdim))
    result.push_back(s);
  return y.reshape(result);
}

}  // namespace

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile_of("quantile", x, q, dim, keepdim, interpolation, false);
}
Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile_of("nanquantile", x, q, dim, keepdim, interpolation, true);
}
Tensor quantile(const Tensor& x, double q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile(x, raw::scalar_tensor(q, x.dtype()), dim, keepdim, interpolation);
}
Tensor nanquantile(const Tensor& x, double q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return nanquantile(x, raw::scalar_tensor(q, x.dtype()), dim, keepdim, interpolation);
}
Tensor Tensor::quantile(double q, std::optional<int64_t> dim, bool keepdim,
                        std::string_view interpolation) const {
  return gradus::quantile(*this, q, dim, keepdim, interpolation);
}
Tensor Tensor::quantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                        std::string_view interpolation) const {
  return gradus::quantile(*this, q, dim, keepdim, interpolation);
}
Tensor Tensor::nanquantile(double q, std::optional<int64_t> dim, bool keepdim,
                           std::string_view interpolation) const {
  return gradus::nanquantile(*this, q, dim, keepdim, interpolation);
}
Tensor Tensor::nanquantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                           std::string_view interpolation) const {
  return gradus::nanquantile(*this, q, dim, keepdim, interpolation);
}

}  // namespace gradus
