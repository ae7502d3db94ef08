#include "autograd/ops/reduce/statistics.h"

#include <functional>

#include "autograd/ops/view/join.h"
#include "autograd/ops/view/view.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

// A vector of non-negative weights, one for each observation.
void check_weights(const char* name, const Tensor& w, int64_t observations, bool whole) {
  if (w.dim() > 1) fail("cov: {} must have at most 1 dim, got shape {}", name, w.sizes());
  if (w.dtype() == kBool || w.is_floating_point() == whole)
    fail("cov: {} must be {}, got {}", name, whole ? "integers" : "floating point", w.dtype());
  if (w.numel() != observations)
    fail("cov: {} has {} elements for {} observations", name, w.numel(), observations);
  if (observations > 0 && w.detach().lt(0).any().item<bool>())
    fail("cov: {} must not be negative", name);
}

}  // namespace

Tensor cov(const Tensor& x, int64_t correction, const std::optional<Tensor>& fweights,
           const std::optional<Tensor>& aweights) {
  if (x.dim() > 2) fail("cov: expected at most 2 dims, got shape {}", x.sizes());
  if (x.dtype() == kBool) fail("cov: bool tensors have no covariance");
  const Tensor rows = x.dim() < 2 ? x.reshape({1, x.numel()}) : x;
  const int64_t observations = rows.size(1);
  Tensor w;
  if (fweights && fweights->defined()) {
    check_weights("fweights", *fweights, observations, true);
    w = fweights->reshape(-1);
  }
  const bool scaled = aweights && aweights->defined();
  if (scaled) {
    check_weights("aweights", *aweights, observations, false);
    const Tensor a = aweights->reshape(-1);
    w = w.defined() ? w * a : a;
  }
  if (!w.defined()) {
    const Tensor centred = rows - rows.sum(1, true) / observations;
    const int64_t left = observations - correction;
    if (left <= 0) warn("cov: degrees of freedom are {}, not above 0", left);
    return (centred.mm(centred.t()) / std::max<int64_t>(left, 0)).squeeze();
  }
  const Tensor total = w.sum();
  if (observations > 0 && total.detach().eq(0).item<bool>()) fail("cov: the weights add up to 0");
  Tensor left = total - correction;
  if (scaled && correction != 0)
    left = total - (w * aweights->reshape(-1)).sum() * correction / total;
  if (left.detach().le(0).item<bool>()) {
    warn("cov: degrees of freedom are {}, not above 0", left.item<double>());
    left = left * 0;
  }
  const Tensor centred = rows - (rows * w).sum(1, true) / total;
  return (centred.mm((centred * w).t()) / left).squeeze();
}

Tensor corrcoef(const Tensor& x) {
  if (x.dim() > 2) fail("corrcoef: expected at most 2 dims, got shape {}", x.sizes());
  const Tensor c = cov(x);
  if (c.dim() == 0) return c / c;
  const Tensor deviation = c.diagonal().sqrt();
  return (c / deviation.unsqueeze(1) / deviation.unsqueeze(0)).clip(Scalar(-1), Scalar(1));
}

Tensor Tensor::cov(int64_t correction, const std::optional<Tensor>& fweights,
                   const std::optional<Tensor>& aweights) const {
  return gradus::cov(*this, correction, fweights, aweights);
}
Tensor Tensor::corrcoef() const { return gradus::corrcoef(*this); }

namespace {

// Neighbours along a dim: all but the last, and all but the first.
Tensor lower(const Tensor& x, int64_t dim) { return x.slice(dim, 0, -1); }
Tensor upper(const Tensor& x, int64_t dim) { return x.slice(dim, 1); }

void check_samples(const char* op, const Tensor& y, const Tensor& x) {
  if (y.dtype() == kBool || x.dtype() == kBool)
    fail("{}: bool tensors have no integral, got samples of {} and places of {}", op, y.dtype(),
         x.dtype());
}

// The distances of the places x, to be multiplied with y's neighbours along `dim`.
Tensor distances(const char* op, const Tensor& y, const Tensor& x, int64_t dim) {
  check_samples(op, y, x);
  Dims sizes(size_t(y.dim()), 1);
  if (x.dim() == 1) {
    if (x.size(0) != y.size(dim))
      fail("{}: {} places for {} samples along dim {}", op, x.size(0), y.size(dim), dim);
    sizes[size_t(dim)] = x.size(0);
  } else if (x.dim() < y.dim()) {
    const size_t lead = sizes.size() - size_t(x.dim());
    for (size_t d = lead; d < sizes.size(); ++d) sizes[d] = x.size(int64_t(d - lead));
  } else {
    sizes = x.sizes();
  }
  const Tensor places = x.reshape(sizes);
  return upper(places, dim) - lower(places, dim);
}

Tensor none_along(const Tensor& y, int64_t dim) {
  Dims sizes = y.sizes();
  sizes.erase(size_t(dim));
  return raw::zeros(sizes, y.dtype());
}

}  // namespace

Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  const int64_t d = wrap_dim(dim, y.dim(), "trapezoid");
  if (y.dim() > 0 && y.size(d) == 0) return none_along(y, d);
  const Tensor dx = distances("trapezoid", y, x, d);
  return (dx * (lower(y, d) + upper(y, d))).sum(d) / 2;
}
Tensor trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  const int64_t d = wrap_dim(dim, y.dim(), "trapezoid");
  if (y.dim() > 0 && y.size(d) == 0) return none_along(y, d);
  check_samples("trapezoid", y, y);
  if (dx.isBoolean()) fail("trapezoid: dx must be a number, got a bool");
  return (lower(y, d) + upper(y, d)).sum(d) * (dx.toDouble() / 2);
}
Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim) { return trapezoid(y, x, dim); }
Tensor trapz(const Tensor& y, double dx, int64_t dim) { return trapezoid(y, Scalar(dx), dim); }

Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  const int64_t d = wrap_dim(dim, y.dim(), "cumulative_trapezoid");
  const Tensor dx = distances("cumulative_trapezoid", y, x, d);
  return (dx * (lower(y, d) + upper(y, d))).cumsum(d) / 2;
}
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  const int64_t d = wrap_dim(dim, y.dim(), "cumulative_trapezoid");
  check_samples("cumulative_trapezoid", y, y);
  if (dx.isBoolean()) fail("cumulative_trapezoid: dx must be a number, got a bool");
  return ((lower(y, d) + upper(y, d)) * (dx.toDouble() / 2)).cumsum(d);
}

namespace {

// The weights of three neighbours, at distances h and k, in the slope at the first, the middle or
// the last of them: the derivatives of Lagrange's polynomials.
enum class At { first, middle, last };
template <class V>
Tensor slope_of_three(const Tensor& a, const Tensor& b, const Tensor& c, const V& h, const V& k,
                      At at) {
  const V sum = h + k;
  switch (at) {
    case At::first:
      return b * (sum / (h * k)) - a * ((h + sum) / (h * sum)) - c * (h / (k * sum));
    case At::middle:
      return b * ((k - h) / (h * k)) - a * (k / (h * sum)) + c * (h / (k * sum));
    default:
      return a * (k / (h * sum)) - b * (sum / (h * k)) + c * ((k + sum) / (k * sum));
  }
}

// The distances along one dim: one number, or a tensor that broadcasts with x less one sample.
struct Distances {
  double number = 1;
  Tensor each;
};

Tensor slope_along(const Tensor& x, int64_t dim, const Distances& d, int64_t edge_order) {
  const auto at = [&](int64_t i) { return x.narrow(dim, i < 0 ? x.size(dim) + i : i, 1); };
  const auto step = [&](int64_t i) {
    return d.each.narrow(dim, i < 0 ? d.each.size(dim) + i : i, 1);
  };
  const bool equal = !d.each.defined();
  const double h = d.number;
  std::vector<Tensor> parts(3);
  if (edge_order == 1) {
    const Tensor first = at(1) - at(0), last = at(-1) - at(-2);
    parts[0] = equal ? first / h : first / step(0);
    parts[2] = equal ? last / h : last / step(-1);
  } else if (equal) {
    parts[0] = slope_of_three(at(0), at(1), at(2), h, h, At::first);
    parts[2] = slope_of_three(at(-3), at(-2), at(-1), h, h, At::last);
  } else {
    parts[0] = slope_of_three(at(0), at(1), at(2), step(0), step(1), At::first);
    parts[2] = slope_of_three(at(-3), at(-2), at(-1), step(-2), step(-1), At::last);
  }
  const Tensor before = x.slice(dim, 0, -2), after = x.slice(dim, 2);
  parts[1] = equal ? (after - before) / (2 * h)
                   : slope_of_three(before, x.slice(dim, 1, -1), after, lower(d.each, dim),
                                    upper(d.each, dim), At::middle);
  return cat(parts, dim);
}

std::vector<Tensor> slopes(const Tensor& x, const Dims& dims, int64_t edge_order, size_t spacings,
                           const std::function<Distances(size_t, int64_t)>& distances_of) {
  const char* op = "gradient";
  if (x.dtype() == kByte || x.dtype() == kBool) fail("{}: not implemented for {}", op, x.dtype());
  if (edge_order != 1 && edge_order != 2)
    fail("{}: edge_order must be 1 or 2, got {}", op, edge_order);
  if (spacings != 1 && spacings != dims.size())
    fail("{}: {} spacings for {} dims", op, spacings, dims.size());
  Dims wrapped;
  for (const int64_t dim : dims) {
    const int64_t d = wrap_dim(dim, x.dim(), op);
    for (const int64_t other : wrapped)
      if (other == d) fail("{}: dim {} is given twice", op, d);
    if (x.size(d) <= edge_order)
      fail("{}: needs at least {} samples along dim {}, got {}", op, edge_order + 1, d, x.size(d));
    wrapped.push_back(d);
  }
  std::vector<Distances> distances;
  for (size_t i = 0; i < wrapped.size(); ++i) distances.push_back(distances_of(i, wrapped[i]));
  std::vector<Tensor> out;
  for (size_t i = 0; i < wrapped.size(); ++i)
    out.push_back(slope_along(x, wrapped[i], distances[i], edge_order));
  return out;
}

Dims all_or_one(const Tensor& x, std::optional<int64_t> dim) {
  Dims dims;
  if (dim)
    dims.push_back(*dim);
  else
    for (int64_t d = 0; d < x.dim(); ++d) dims.push_back(d);
  return dims;
}

std::vector<Tensor> slopes(const Tensor& x, ArrayRef<Scalar> spacing, const Dims& dims,
                           int64_t edge_order) {
  return slopes(x, dims, edge_order, spacing.size(), [&](size_t i, int64_t) {
    return Distances{spacing[spacing.size() == 1 ? 0 : i].toDouble(), {}};
  });
}
std::vector<Tensor> slopes(const Tensor& x, TensorList places, const Dims& dims,
                           int64_t edge_order) {
  return slopes(x, dims, edge_order, places.size(), [&](size_t i, int64_t dim) {
    const Tensor& p = places[places.size() == 1 ? 0 : i];
    if (p.dim() != 1) fail("gradient: places must have 1 dim, got shape {}", p.sizes());
    if (p.size(0) != x.size(dim))
      fail("gradient: {} places for {} samples along dim {}", p.size(0), x.size(dim), dim);
    Dims sizes(size_t(x.dim()), 1);
    sizes[size_t(dim)] = p.size(0) - 1;
    return Distances{1, (p.slice(0, 1) - p.slice(0, 0, -1)).reshape(sizes)};
  });
}

}  // namespace

std::vector<Tensor> gradient(const Tensor& x, const std::optional<Scalar>& spacing,
                             std::optional<int64_t> dim, int64_t edge_order) {
  const Scalar one[] = {spacing.value_or(1)};
  return slopes(x, ArrayRef<Scalar>(one, 1), all_or_one(x, dim), edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, const Scalar& spacing, IntArrayRef dim,
                             int64_t edge_order) {
  const Scalar one[] = {spacing};
  return slopes(x, ArrayRef<Scalar>(one, 1), dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, IntArrayRef dim, int64_t edge_order) {
  return gradient(x, Scalar(1), dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing, std::optional<int64_t> dim,
                             int64_t edge_order) {
  return slopes(x, spacing, all_or_one(x, dim), edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing, IntArrayRef dim,
                             int64_t edge_order) {
  return slopes(x, spacing, dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, std::optional<int64_t> dim,
                             int64_t edge_order) {
  return slopes(x, spacing, all_or_one(x, dim), edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, IntArrayRef dim,
                             int64_t edge_order) {
  return slopes(x, spacing, dim, edge_order);
}

Tensor norm_except_dim(const Tensor& v, int64_t pow, int64_t dim) {
  if (dim == -1) return v.norm(pow);
  const int64_t kept = wrap_dim(dim, v.dim(), "norm_except_dim");
  Dims others;
  for (int64_t d = 0; d < v.dim(); ++d)
    if (d != kept) others.push_back(d);
  return others.empty() ? v.abs() : v.norm(Scalar(pow), others, true);
}
Tensor native_norm(const Tensor& x, const Scalar& p) { return x.norm(p); }
Tensor native_norm(const Tensor& x, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                   OptionalDtype dtype) {
  return dtype ? x.norm(p, dim, keepdim, *dtype) : x.norm(p, dim, keepdim);
}

}  // namespace gradus
