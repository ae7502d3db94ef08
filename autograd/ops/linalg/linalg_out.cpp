#include "autograd/ops/linalg/linalg_out.h"

#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus {

void detail::write_outs(const char* op, std::initializer_list<Tensor*> outs,
                        std::initializer_list<const Tensor*> ys) {
  const Tensor* const* y = ys.begin();
  for (const Tensor* out : outs) {
    if (!raw::can_cast((*y)->dtype(), out->dtype()))
      fail("{}_out: a result of {} cannot be written to a tensor of {}", op, (*y)->dtype(),
           out->dtype());
    ++y;
  }
  y = ys.begin();
  for (Tensor* out : outs) write_out(op, *out, **y++);
}

Tensor& linalg_multi_dot_out(Tensor& out, TensorList tensors) {
  return detail::write_out("linalg_multi_dot", out, linalg_multi_dot(tensors));
}
Tensor& chain_matmul_out(Tensor& out, TensorList matrices) {
  return detail::write_out("chain_matmul", out, chain_matmul(matrices));
}

std::tuple<Tensor&, Tensor&, Tensor&, Tensor&> linalg_lstsq_out(
    Tensor& solution, Tensor& residuals, Tensor& rank, Tensor& singular_values, const Tensor& self,
    const Tensor& b, std::optional<double> rcond, std::optional<std::string_view> driver) {
  const auto y = linalg_lstsq(self, b, rcond, driver);
  detail::write_outs("linalg_lstsq", {&solution, &residuals, &rank, &singular_values},
                     {&std::get<0>(y), &std::get<1>(y), &std::get<2>(y), &std::get<3>(y)});
  return {solution, residuals, rank, singular_values};
}

}  // namespace gradus
