// Determinants and inverses, by LU.
#include <cmath>
#include <limits>

#include "autograd/modes.h"
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "tensor/linalg/factor.h"

namespace gradus {

using autograd::check_info;
using autograd::column_of;
using autograd::diagonal_of;
using autograd::expect_square;
using autograd::record;
using autograd::save;
using autograd::wrt;

namespace {

constexpr const char* singular = "the matrix is singular, pivot {} is 0";

// The cofactors of matrices, also of singular ones, as a polynomial of their elements (Faddeev and
// Leverrier), or, where nothing is recorded, from the singular values.
Tensor cofactors(const Tensor& a) {
  const int64_t n = a.size(-1);
  if (!GradMode::is_enabled()) {
    const auto [u, s, vh] = linalg_svd(a);
    const Tensor around = column_of(s).expand(a.sizes()).clone();
    diagonal_of(around).fill_(1);
    const Tensor others = around.prod(-2);  // of each all but itself
    return matmul(
        u * (linalg_det(u) * linalg_det(vh)).unsqueeze(-1).unsqueeze(-1) * others.unsqueeze(-2),
        vh);
  }
  const Tensor one = eye(n, a.options());
  Tensor m = one.expand(a.sizes());
  for (int64_t k = 1; k < n; ++k) {
    const Tensor am = matmul(a, m);
    const Tensor c = diagonal_of(am).sum(-1).div(Scalar(-k));
    m = am + column_of(column_of(c)) * one;
  }
  return (n % 2 == 0 ? m.neg() : m).mT();
}

Tensor determinant_back(const Tensor& dy, const Tensor& y, const Tensor& a, const raw::LU& f) {
  const Tensor weight = column_of(column_of(dy));
  if (raw::any_singular(f)) return weight * cofactors(a);
  if (GradMode::is_enabled())
    return weight * column_of(column_of(y)) * std::get<0>(linalg_inv_ex(a)).mT();
  return raw::inverse_transposed(f, dy * y);
}

Tensor inverse_of(const char* op, const Tensor& a, Tensor* info, bool check) {
  expect_square(op, a);
  const raw::Solution s = raw::solve(op, a, Tensor(), nullptr);
  if (check) check_info(op, singular, s.info);
  if (info) *info = s.info;
  return record(op, s.x, wrt(a, [](const Tensor& dy, const Tensor& y) {
                  if (!GradMode::is_enabled() && raw::small_batch(y, dy))
                    return raw::inverse_back(y, dy);
                  const Tensor t = y.mT();
                  return autograd::multiply(autograd::multiply(t, dy), t, -1);
                }));
}

}  // namespace

Tensor linalg_det(const Tensor& a) {
  const char* const op = "linalg_det";
  expect_square(op, a);
  raw::LU f;
  const bool recorded = GradMode::is_enabled() && autograd::needs_grad(a);
  const Tensor out = raw::determinant(op, a, recorded ? &f : nullptr);
  return record(op, out, wrt(a, [sa = save(a), f](const Tensor& dy, const Tensor& y) {
                  return determinant_back(dy, y, sa, f);
                }));
}
Tensor det(const Tensor& self) { return linalg_det(self); }

std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& a) {
  const char* const op = "linalg_slogdet";
  expect_square(op, a);
  const raw::LU f = raw::lu_factor(op, a);
  const raw::LogDeterminant d = raw::log_determinant(f);
  // The sign has a history too, as in PyTorch, and its slope is 0.
  const auto back = [sa = save(a), f](const autograd::Grads& dy) {
    if (!dy.defined(1)) return Tensor();
    if (!GradMode::is_enabled()) return raw::inverse_transposed(f, dy[1]);
    return column_of(column_of(dy[1])) * std::get<0>(linalg_inv_ex(sa)).mT();
  };
  const auto outs = autograd::record_many(op, {d.sign, d.log}, wrt(a, back));
  return {outs[0], outs[1]};
}
std::tuple<Tensor, Tensor> slogdet(const Tensor& self) { return linalg_slogdet(self); }
Tensor logdet(const Tensor& self) {
  const auto [sign, log] = linalg_slogdet(self);
  return log.masked_fill(sign.eq(-1), std::numeric_limits<double>::quiet_NaN());
}

Tensor linalg_inv(const Tensor& a) { return inverse_of("linalg_inv", a, nullptr, /*check=*/true); }
Tensor inverse(const Tensor& self) { return linalg_inv(self); }
std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& a, bool check_errors) {
  Tensor info;
  const Tensor y = inverse_of("linalg_inv_ex", a, &info, check_errors);
  return {y, info};
}

}  // namespace gradus
