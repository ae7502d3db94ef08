#include "tensor/linalg/ldl.h"

#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/matrices.h"

namespace gradus {

using autograd::batch_of;
using autograd::with_batch;
using autograd::without_derivative;

namespace {

std::tuple<Tensor, Tensor, Tensor> factor(const char* op, const Tensor& a, bool check) {
  autograd::expect_square(op, a);
  const raw::Ldl f = raw::ldl_factor(op, a);
  if (check) autograd::check_info(op, "D has a 0, element {}, and solves nothing", f.info);
  return {without_derivative(op, f.ld, {a}), f.pivots, f.info};
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_ldl_factor(const Tensor& self, bool) {
  const auto [ld, pivots, info] = factor("linalg_ldl_factor", self, /*check=*/true);
  return {ld, pivots};
}
std::tuple<Tensor, Tensor, Tensor> linalg_ldl_factor_ex(const Tensor& self, bool,
                                                        bool check_errors) {
  return factor("linalg_ldl_factor_ex", self, check_errors);
}
Tensor linalg_ldl_solve(const Tensor& ld, const Tensor& pivots, const Tensor& b, bool) {
  const char* const op = "linalg_ldl_solve";
  autograd::expect_square(op, ld);
  autograd::expect_matrices(op, b);
  autograd::expect_same_type(op, ld, b);
  if (pivots.sizes() != ld.sizes().slice(0, size_t(ld.dim() - 1)) || b.size(-2) != ld.size(-1))
    fail("{}: shapes do not fit, LD {}, pivots {} and B {}", op, ld.sizes(), pivots.sizes(),
         b.sizes());
  const Dims batch = broadcast_shapes(batch_of(ld), batch_of(b), op);
  Dims pivot_sizes = batch;
  pivot_sizes.push_back(ld.size(-1));
  const Tensor x = raw::ldl_solve(op, with_batch(ld, batch), raw::expand(pivots, pivot_sizes),
                                  with_batch(b, batch));
  return without_derivative(op, x, {ld, b});
}

}  // namespace gradus
