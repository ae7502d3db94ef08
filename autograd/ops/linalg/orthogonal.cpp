// QR and products of reflections.
#include <algorithm>

#include "autograd/autograd.h"
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/triangular.h"
#include "tensor/linalg/qr.h"

namespace gradus {

using autograd::batch_of;
using autograd::diagonal_of;
using autograd::expect_matrices;
using autograd::Grads;
using autograd::record;
using autograd::record_many;
using autograd::save;
using autograd::sizes_with;
using autograd::wrt;

namespace {

// x R^-T.
Tensor before_upper(const Tensor& r, const Tensor& x) {
  return linalg_solve_triangular(r.mT(), x, /*upper=*/false, /*left=*/false);
}

// Of A [m, n], m >= n: (dQ + Q S) R^-T, S the symmetric matrix with the lower half of R dR^T - dQ^T
// Q (Walter and Lehmann, arXiv:1009.6112). A wide A is [X Y], and its R [U V] with Y = Q V: there
// dY = Q dV, and dQ gets Y dV^T.
Tensor qr_back(const Tensor& dq, const Tensor& dr, const Tensor& q, const Tensor& r) {
  const int64_t k = q.size(-1), n = r.size(-1);
  if (k < n) {
    const Tensor v = r.narrow(-1, k, n - k), dv = dr.narrow(-1, k, n - k);
    const Tensor wider = dq + matmul(matmul(q, v), dv.mT());
    return cat({qr_back(wider, dr.narrow(-1, 0, k), q, r.narrow(-1, 0, k)), matmul(q, dv)}, -1);
  }
  const Tensor half = (matmul(r, dr.mT()) - matmul(dq.mT(), q)).tril();
  return before_upper(r, dq + matmul(q, half + half.tril(-1).mT()));
}

raw::QR factor(const char* op, const Tensor& a, std::string_view mode) {
  expect_matrices(op, a);
  const bool complete = mode == "complete", only_r = mode == "r";
  if (!complete && !only_r && mode != "reduced")
    fail("{}: expected mode reduced, complete or r, got {}", op, mode);
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n), rows = complete ? m : k;
  raw::QR y = raw::small_qr(op, a, rows, /*with_q=*/!only_r);
  if (!y.r.defined()) {
    const NoGradGuard unrecorded;
    const raw::Reflections f = raw::householder_qr(op, a);
    y.r = raw::part(f.qr, size_t(a.dim() - 2), 0, rows).triu();
    if (!only_r) y.q = raw::form_q(op, f.qr, f.tau, rows);
  }
  if (only_r) y.q = raw::empty({0}, a.dtype());
  const auto back = [=, sa = save(a), sq = save(raw::window(y.q)),
                     sr = save(raw::window(y.r))](const Grads& dy) -> Tensor {
    if (only_r)
      fail("{}: there is no derivative in mode r, which gives no Q, expected mode reduced", op);
    if (rows > k)
      fail("{}: there is no derivative in mode complete with more rows than columns, got {}", op,
           sa->sizes());
    if (!GradMode::is_enabled()) return qr_back(dy[0], dy[1], sq, sr);
    const auto [q, r] = linalg_qr(sa);
    return qr_back(dy[0], dy[1], q, r);
  };
  const auto outs = record_many(op, {y.q, y.r}, wrt(a, back));
  return {outs[0], outs[1]};
}

// input [..., m, n] and tau [..., k] of reflections.
void expect_reflections(const char* op, const Tensor& input, const Tensor& tau) {
  expect_matrices(op, input);
  autograd::expect_same_type(op, input, tau);
  if (tau.dim() != input.dim() - 1 ||
      batch_of(input).ref() != tau.sizes().slice(0, size_t(tau.dim() - 1)))
    fail("{}: batches differ, {} and tau {}", op, input.sizes(), tau.sizes());
  if (input.size(-2) < input.size(-1) || tau.size(-1) > input.size(-1))
    fail("{}: expected rows >= columns >= factors, got {} and tau {}", op, input.sizes(),
         tau.sizes());
}

// H_1 ... H_k by recorded operations, H_i = I - tau_i v_i v_i^T, applied from the last on.
Tensor recorded_product(const Tensor& input, const Tensor& tau) {
  const int64_t m = input.size(-2), n = input.size(-1);
  Tensor q = eye(m, n, input.options()).expand(input.sizes());
  const Tensor v = input.tril(-1) + eye(m, n, input.options());
  for (int64_t i = tau.size(-1); i-- > 0;) {
    const Tensor column = v.narrow(-1, i, 1);
    const Tensor factor = tau.narrow(-1, i, 1).unsqueeze(-1);
    q = q - factor * matmul(column, matmul(column.mT(), q));
  }
  return q;
}

// The gradient by input, or by tau, through recorded_product().
Tensor product_back(const Tensor& dy, const Tensor& input, const Tensor& tau, bool by_tau) {
  // Of no reflection at all the product is constant.
  if (tau.size(-1) == 0) return zeros_like(by_tau ? tau : input);
  const bool again = GradMode::is_enabled();
  const AutoGradMode recording(true);
  const auto leaf = [&](const Tensor& x) { return again ? x : x.detach().requires_grad_(); };
  const Tensor x = leaf(input), t = leaf(tau);
  return autograd::grad({recorded_product(x, t)}, {by_tau ? t : x}, {dy}, again, again)[0];
}

Tensor product(const char* op, const Tensor& input, const Tensor& tau) {
  expect_reflections(op, input, tau);
  const auto back = [si = save(input), st = save(tau)](bool by_tau) {
    return [=](const Tensor& dy) { return product_back(dy, si, st, by_tau); };
  };
  return record(op, raw::form_q(op, input, tau, input.size(-1)), wrt(input, back(false)),
                wrt(tau, back(true)));
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_qr(const Tensor& a, std::string_view mode) {
  const raw::QR y = factor("linalg_qr", a, mode);
  return {y.q, y.r};
}
std::tuple<Tensor, Tensor> qr(const Tensor& self, bool some) {
  const raw::QR y = factor("qr", self, some ? "reduced" : "complete");
  return {y.q, y.r};
}

std::tuple<Tensor, Tensor> geqrf(const Tensor& self) {
  expect_matrices("geqrf", self);
  const raw::Reflections f = raw::householder_qr("geqrf", self);
  return {autograd::without_derivative("geqrf", f.qr, {self}),
          autograd::without_derivative("geqrf", f.tau, {self})};
}

Tensor linalg_householder_product(const Tensor& input, const Tensor& tau) {
  return product("linalg_householder_product", input, tau);
}
Tensor orgqr(const Tensor& self, const Tensor& tau) { return product("orgqr", self, tau); }

Tensor ormqr(const Tensor& self, const Tensor& tau, const Tensor& other, bool left,
             bool transpose) {
  const char* const op = "ormqr";
  expect_reflections(op, self, tau);
  expect_matrices(op, other);
  autograd::expect_same_type(op, self, other);
  const int64_t m = self.size(-2), n = self.size(-1);
  if (other.size(left ? -2 : -1) != m)
    fail("{}: shapes do not fit, {} and {}", op, self.sizes(), other.sizes());
  const Tensor square =
      cat({self, zeros(sizes_with(batch_of(self), m, m - n), self.options())}, -1);
  const Tensor q = product(op, square, tau);
  const Tensor turned = transpose ? q.mT() : q;
  return autograd::called(op, left ? matmul(turned, other) : matmul(other, turned));
}

}  // namespace gradus
