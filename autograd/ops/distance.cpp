#include "autograd/ops/distance.h"

#include "autograd/modes.h"
#include "autograd/ops/pointwise.h"
#include "autograd/record.h"

namespace gradus {

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

}  // namespace gradus
