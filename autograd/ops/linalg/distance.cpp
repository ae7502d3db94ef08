#include "autograd/ops/linalg/distance.h"

#include <limits>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/linalg/distance.h"

namespace gradus {

using autograd::linked;
using autograd::record;
using autograd::save;
using autograd::wrt;

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  const Tensor z = x1 - x2 + eps;
  return z.norm(p, z.dim() - 1, keepdim);
}

Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p) {
  return autograd::called("dist", (self - other).norm(p));
}

Tensor Tensor::dist(const Tensor& other, const Scalar& p) const {
  return gradus::dist(*this, other, p);
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  // The bound counts for the value only, as in PyTorch: the gradient is that of the norm.
  const auto unit = [&](const Tensor& x) {
    Tensor norm = x.norm(2, dim, /*keepdim=*/true);
    const Tensor low = (eps - norm.detach()).clamp_min(0);
    return x / (norm + low);
  };
  if (x1.sizes() == x2.sizes()) return (unit(x1) * unit(x2)).sum(dim);
  const Tensor shape = x1.detach() * x2.detach();
  return (unit(x1.expand_as(shape)) * unit(x2.expand_as(shape))).sum(dim);
}

namespace {

// The distances by one product of matrices: [-2 a, |a|^2, 1] [b, 1, |b|^2]^t.
Tensor distances_by_product(const Tensor& x1, const Tensor& x2) {
  const NoGradGuard untaped;
  const Tensor s1 = (x1 * x1).sum(-1, true), s2 = (x2 * x2).sum(-1, true);
  const Tensor a = cat({x1 * -2, s1, ones_like(s1)}, -1), b = cat({x2, ones_like(s2), s2}, -1);
  const Tensor squares = matmul(a, b.mT()).contiguous();
  raw::refine_distances(squares, s1, s2, x1, x2);
  return squares.sqrt_();
}

// A point in the middle of the rows, seen from which little cancels.
Tensor middle_of(const Tensor& x) {
  const NoGradGuard untaped;
  const Tensor mean = x.reshape({-1, x.size(-1)}).mean(0);
  return where(mean.isfinite(), mean, Scalar(0));
}

Tensor euclidean_distances(const Tensor& given1, const Tensor& given2) {
  const Tensor middle = middle_of(given2), x1 = given1 - middle, x2 = given2 - middle;
  const auto s1 = save(x1), s2 = save(x2);
  // dy / y, but 0 where y is.
  const auto ratio = [](const Tensor& dy, const Tensor& y) {
    return dy / y.masked_fill(y.eq(0), std::numeric_limits<double>::infinity());
  };
  return record("euclidean_dist", distances_by_product(x1, x2),
                wrt(x1,
                    [=](const Tensor& dy, const Tensor& y) {
                      const Tensor r = ratio(dy, y);
                      return *s1 * r.sum(-1, true) - matmul(r, s2);
                    }),
                wrt(x2, [=](const Tensor& dy, const Tensor& y) {
                  const Tensor r = ratio(dy, y).mT();
                  return *s2 * r.sum(-1, true) - matmul(r, s1);
                }));
}

// The distances by differences. PyTorch's slopes: 0 where y is, and all of the largest differences
// have theirs.
Tensor exact_distances(const Tensor& x1, const Tensor& x2, double p) {
  const double inf = std::numeric_limits<double>::infinity();
  const auto slope = [p, inf](const Tensor& given, const Tensor& y, const Tensor& a,
                              const Tensor& b) -> Tensor {
    if (p == 0) return zeros_like(a);
    const bool powers = p != 1 && p != inf;
    const auto wide = [powers](const Tensor& t) { return powers ? t.to(kDouble) : t; };
    Tensor w = wide(given);
    if (p == 2)
      w = w / wide(y).masked_fill(y.eq(0), inf);
    else if (powers)
      w = w.masked_fill(y.eq(0), 0);
    if (!GradMode::is_enabled())
      return raw::distances_backward(w.masked_fill(given.eq(0), 0), y, a, b, p);
    const Tensor d = wide(a).unsqueeze(-2) - wide(b).unsqueeze(-3);
    Tensor each = p == 2 ? d : where(d.ne(d), d, d.sgn());
    if (p == inf)
      each = each * d.abs().eq(y.unsqueeze(-1));
    else if (powers && p != 2)
      each = each * (d.abs() / wide(y).masked_fill(y.eq(0), 1).unsqueeze(-1))
                        .masked_fill(d.eq(0), 1)
                        .pow(p - 1);
    return (w.unsqueeze(-1) * each).sum(-2).to(a.dtype());
  };
  const auto s1 = save(x1), s2 = save(x2);
  return linked(
      0b11, record("cdist", raw::distances(x1, x2, p),
                   wrt(x1, [=](const Tensor& dy, const Tensor& y) { return slope(dy, y, s1, s2); }),
                   wrt(x2, [=](const Tensor& dy, const Tensor& y) {
                     return slope(dy.mT(), y.mT(), s2, s1);
                   })));
}

}  // namespace

Tensor cdist(const Tensor& x1, const Tensor& x2, double p, std::optional<int64_t> compute_mode) {
  if (x1.dim() < 2 || x2.dim() < 2)
    fail("cdist: expected 2 dims or more, got {} and {}", x1.sizes(), x2.sizes());
  if (x1.size(-1) != x2.size(-1))
    fail("cdist: last sizes differ, {} and {}", x1.sizes(), x2.sizes());
  if (!x1.is_floating_point() || x1.dtype() != x2.dtype())
    fail("cdist: expected one floating point type, got {} and {}", x1.dtype(), x2.dtype());
  if (!(p >= 0)) fail("cdist: expected p of 0 or more, got {}", p);
  const int64_t mode = compute_mode.value_or(0);
  if (mode < 0 || mode > 2) fail("cdist: compute_mode must be 0, 1 or 2, got {}", mode);
  const bool many = x1.size(-2) > 25 || x2.size(-2) > 25,
             empty = x1.numel() == 0 || x2.numel() == 0;
  if (p == 2 && !empty && (mode == 1 || (mode == 0 && many))) return euclidean_distances(x1, x2);
  return exact_distances(x1, x2, p);
}

Tensor pdist(const Tensor& self, double p) {
  if (self.dim() != 2) fail("pdist: expected 2 dims, got {}", self.sizes());
  if (!self.is_floating_point())
    fail("pdist: expected a floating point type, got {}", self.dtype());
  if (!(p >= 0)) fail("pdist: expected p of 0 or more, got {}", p);
  const int64_t n = self.size(0);
  const Tensor pair = triu_indices(n, n, 1);
  return cdist(self, self, p, 2).flatten().index_select(0, pair[0] * n + pair[1]);
}

}  // namespace gradus
