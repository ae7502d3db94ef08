#include "autograd/modes.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "tensor/linalg/factor.h"

namespace gradus {

using autograd::check_info;
using autograd::expect_same_type;
using autograd::expect_square;
using autograd::record;
using autograd::wrt;

namespace {

constexpr const char* indefinite =
    "the matrix is not positive definite, its leading minor of order {} is not positive";

Tensor solve(const Tensor& a, const Tensor& b, bool upper, bool left = true) {
  return linalg_solve_triangular(a, b, upper, left);
}

// L^-T S L^-1, S symmetric with the lower half of L^T dL (Murray, arXiv:1602.07527).
Tensor cholesky_back(const Tensor& dl, const Tensor& l) {
  if (!GradMode::is_enabled() && raw::small_batch(l, dl)) return raw::cholesky_back(l, dl);
  const Tensor half = matmul(l.mT(), dl).tril();
  const Tensor s = (half + half.tril(-1).mT()) * 0.5;
  return solve(l, solve(l.mT(), s, /*upper=*/true), /*upper=*/false, /*left=*/false);
}

struct Factor {
  Tensor l, info;
};
Factor factor(const char* op, const Tensor& a, bool upper) {
  expect_square(op, a);
  const raw::Cholesky c = raw::cholesky(op, a, upper);
  return {record(op, c.factor,
                 wrt(a,
                     [upper](const Tensor& dy, const Tensor& y) {
                       return upper ? cholesky_back(dy.mT(), y.mT()) : cholesky_back(dy, y);
                     })),
          c.info};
}

Tensor checked_factor(const char* op, const Tensor& a, bool upper) {
  const Factor f = factor(op, a, upper);
  check_info(op, indefinite, f.info);
  return f.l;
}

}  // namespace

Tensor linalg_cholesky(const Tensor& self, bool upper) {
  return checked_factor("linalg_cholesky", self, upper);
}
Tensor cholesky(const Tensor& self, bool upper) { return checked_factor("cholesky", self, upper); }
std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper, bool check_errors) {
  const Factor f = factor("linalg_cholesky_ex", self, upper);
  if (check_errors) check_info("linalg_cholesky_ex", indefinite, f.info);
  return {f.l, f.info};
}

Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper) {
  const char* const op = "cholesky_solve";
  expect_square(op, input2);
  autograd::expect_matrices(op, self);
  expect_same_type(op, self, input2);
  if (self.size(-2) != input2.size(-1))
    fail("{}: shapes do not fit, {} and {}", op, self.sizes(), input2.sizes());
  const Tensor l = upper ? input2.mT() : input2;
  return autograd::called(op, solve(l.mT(), solve(l, self, /*upper=*/false), /*upper=*/true));
}
Tensor cholesky_inverse(const Tensor& self, bool upper) {
  expect_square("cholesky_inverse", self);
  const Tensor l = upper ? self.mT() : self;
  const Tensor inverse = solve(l, eye(self.size(-1), self.options()), /*upper=*/false);
  return autograd::called("cholesky_inverse", matmul(inverse.mT(), inverse));
}

}  // namespace gradus
