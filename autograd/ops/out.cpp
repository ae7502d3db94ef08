#include "autograd/ops/out.h"

#include "autograd/record.h"
#include "tensor/base/warn.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus {

Tensor& detail::write_out(const char* op, Tensor& out, const Tensor& y) {
  if (y.requires_grad() || (GradMode::is_enabled() && autograd::needs_grad(out)))
    fail("{}_out: an argument requires grad, but what is written to a given tensor has no history",
         op);
  if (!raw::can_cast(y.dtype(), out.dtype()))
    fail("{}_out: a result of {} cannot be written to a tensor of {}", op, y.dtype(), out.dtype());
  if (out.sizes() != y.sizes()) {
    if (out.numel() > 0)
      warn(
          "{}_out: an output with one or more elements was resized, shape {}, to {}; reuse it when "
          "it "
          "is empty, by out.resize_(0)",
          op, out.sizes(), y.sizes());
    out.resize_(y.sizes());
  }
  return out.copy_(y);
}

}  // namespace gradus
