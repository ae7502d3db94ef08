#include "autograd/ops/nn/embedding.h"

#include "autograd/factories.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {
using namespace autograd;

namespace {

Dims looked_up_shape(const Tensor& indices, int64_t size) {
  Dims shape = indices.sizes();
  shape.push_back(size);
  return shape;
}

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                 bool scale_grad_by_freq, bool sparse) {
  if (sparse) fail("embedding: sparse gradients are not supported");
  if (weight.dim() != 2) fail("embedding: weight must have 2 dims, got {}", weight.sizes());
  if (!is_integral(indices.dtype(), false))
    fail("embedding: indices are {}, they must be int64 or int32", indices.dtype());
  const int64_t rows = weight.size(0), size = weight.size(1);
  const Tensor flat = indices.detach().to(kLong).reshape({-1});
  // No view of what was looked up, so that it may be written in place.
  const Dims shape = looked_up_shape(indices, size);
  Tensor y =
      raw::window(weight.detach().index_select(0, flat), shape, contiguous_strides(shape), 0);
  return record("embedding", std::move(y), wrt(weight, [=, index = save(flat)](const Tensor& dy) {
                  Tensor each = dy.reshape({index->numel(), size});
                  if (padding_idx >= 0)
                    each = each.masked_fill(index->eq(padding_idx).unsqueeze(1), 0);
                  if (scale_grad_by_freq) {
                    const Tensor count = index->bincount({}, rows).to(dy.dtype());
                    each = each / count.index_select(0, *index).unsqueeze(1);
                  }
                  return zeros({rows, size}, dy.dtype()).index_add_(0, *index, each);
                }));
}

Tensor& embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm,
                          double norm_type) {
  const NoGradGuard untaped;
  const Tensor flat = indices.detach().to(kLong).reshape({-1});
  const Tensor named = zeros({self.size(0)}, kBool).index_fill(0, flat, 1).nonzero().squeeze(1);
  const Tensor rows = self.index_select(0, named), norms = rows.norm(norm_type, 1);
  const Tensor scale = where(norms.gt(max_norm), max_norm / (norms + 1e-7), Scalar(1));
  const_cast<Tensor&>(self).index_copy_(0, named, rows * scale.unsqueeze(1));
  return const_cast<Tensor&>(self);
}

}  // namespace gradus
