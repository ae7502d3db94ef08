#include "autograd/ops/nn/softmax.h"

#include "autograd/ops/reduce/reduce_back.h"
#include "tensor/nn/softmax.h"

namespace gradus {

using autograd::converted;
using autograd::record;
using autograd::save;
using autograd::wrt;

namespace autograd {

// The Jacobian, diag(y) - y yᵀ, is symmetric.
Tensor softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim) {
  return record(
      "softmax_backward", raw::softmax_backward(dy, y, dim),
      wrt(dy, [sy = save(y), dim](const Tensor& g) { return softmax_backward(g, sy, dim); }),
      wrt(y, [sdy = save(dy), sy = save(y), dim](const Tensor& g) {
        return g * (sdy - (sdy * sy).sum(dim, true)) - sdy * (g * sy).sum(dim, true);
      }));
}

Tensor log_softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim) {
  return record(
      "log_softmax_backward", raw::log_softmax_backward(dy, y, dim),
      wrt(dy, [sy = save(y), dim](const Tensor& g) { return g - (g * sy->exp()).sum(dim, true); }),
      wrt(y, [sdy = save(dy), sy = save(y), dim](const Tensor& g) {
        return -(g * sy->exp() * sdy->sum(dim, true));
      }));
}

}  // namespace autograd

Tensor Tensor::softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  const Tensor x = converted(*this, dtype);
  return record("softmax", raw::softmax(x, dim), wrt(x, [dim](const Tensor& dy, const Tensor& y) {
                  return autograd::softmax_backward(dy, y, dim);
                }));
}
Tensor Tensor::log_softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  const Tensor x = converted(*this, dtype);
  return record("log_softmax", raw::log_softmax(x, dim),
                wrt(x, [dim](const Tensor& dy, const Tensor& y) {
                  return autograd::log_softmax_backward(dy, y, dim);
                }));
}
Tensor softmin(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype) {
  return x.neg().softmax(dim, dtype);
}

}  // namespace gradus
