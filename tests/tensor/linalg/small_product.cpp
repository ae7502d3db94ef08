// Gradients of many small matrices at once against their formulas, on every instruction set.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/ops/linalg/linalg.h"
#include "tensor/linalg/factor.h"
#include "tensor/linalg/qr.h"
#include "tests/support.h"
#include "tests/tensor/linalg/matrices.h"

using namespace gradus;

namespace {

const int64_t sizes[] = {1, 2, 4, 7, 8, 9, 16, 19, 31, 32};

// Well conditioned, and with swaps of rows.
Tensor mixed(IntArrayRef shape, ScalarType t, uint32_t seed) {
  const Tensor x = numbers(shape, t, seed) * (0.5 / std::sqrt(double(shape[2])));
  return (x + identity_like(x)).flip({-1});
}

template <class F>
void for_batches(F f) {
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t n : sizes)
      for (const int64_t count : {2, 17}) {
        INFO(n, " x ", n, ", batch ", count);
        f(mixed({count, n, n}, t, uint32_t(n + 100 * count)), n);
      }
}

}  // namespace

TEST_CASE("the gradient of inverses is -Y^T dY Y^T, however its factors lie") {
  for_batches([](const Tensor& a, int64_t n) {
    const Tensor y = raw::solve(op, a, Tensor(), nullptr).x, dy = numbers(a.sizes(), a.dtype(), 5);
    const Tensor want = -matmul(matmul(y.mT(), dy), y.mT());
    CHECK(near(raw::inverse_back(y, dy), want, n));
    const Tensor y_turned = y.mT().contiguous().mT(), dy_turned = dy.mT().contiguous().mT();
    CHECK(raw::inverse_back(y_turned, dy_turned).equal(raw::inverse_back(y, dy)));
    const Tensor wide = dy.narrow(0, 0, 1).expand(a.sizes());
    CHECK(raw::inverse_back(y, wide).equal(raw::inverse_back(y, wide.contiguous())));
  });
}

TEST_CASE("the gradients of systems solve the transposed one, and dA = -dB X^T") {
  for_batches([](const Tensor& a, int64_t n) {
    for (const int64_t k : {1, 2, 5, 8, 32}) {
      INFO(k, " columns");
      const Tensor b = numbers({a.size(0), n, k}, a.dtype(), 3),
                   dx = numbers(b.sizes(), b.dtype(), 4);
      raw::LU f;
      const Tensor x = raw::solve(op, a, b, &f).x;
      const raw::SolveGrads g = raw::solve_back(f.lu, f.pivots, x, dx, /*with_da=*/true);
      CHECK(near(matmul(a.mT(), g.db), dx, n));
      CHECK(near(g.da, -matmul(g.db, x.mT()), n));
      const raw::SolveGrads one = raw::solve_back(f.lu, f.pivots, x, dx, /*with_da=*/false);
      CHECK(one.db.equal(g.db));
      CHECK(!one.da.defined());
      const Tensor x_turned = x.mT().contiguous().mT(), dx_turned = dx.mT().contiguous().mT();
      const raw::SolveGrads turned = raw::solve_back(f.lu, f.pivots, x_turned, dx_turned, true);
      CHECK(turned.db.equal(g.db));
      CHECK(turned.da.equal(g.da));
    }
  });
}

TEST_CASE("the inverse's transpose, weighted") {
  const auto check = [](const Tensor& a, int64_t n) {
    const raw::LU f = raw::lu_factor(op, a);
    const Tensor weights = numbers({a.size(0)}, a.dtype(), 6);
    const Tensor y = raw::inverse_transposed(f, weights);
    CHECK(near(matmul(y, a.mT()), identity_like(a) * weights.unsqueeze(-1).unsqueeze(-1), n));
    CHECK(
        raw::inverse_transposed(f, weights.narrow(0, 0, 1).expand({a.size(0)}))
            .equal(raw::inverse_transposed(f, full({a.size(0)}, weights[0].item(), a.options()))));
  };
  for_batches(check);
  check(mixed({2, 40, 40}, kDouble, 1), 40);
}

TEST_CASE("determinants with the factors and without") {
  for_batches([](const Tensor& a, int64_t n) {
    raw::LU f;
    const Tensor y = raw::determinant(op, a, &f), alone = raw::determinant(op, a, nullptr);
    CHECK(y.equal(alone));
    CHECK(f.lu.equal(raw::lu_factor(op, a).lu));
    CHECK(f.pivots.equal(raw::lu_factor(op, a).pivots));
    const Tensor odd = f.pivots.ne(arange(1, n + 1, kInt)).sum(-1).remainder(2);
    CHECK(near(y, f.lu.diagonal(0, -2, -1).prod(-1) * (1 - 2 * odd).to(a.dtype()), n));
  });
}

TEST_CASE("Q and R of small matrices are those of the reflections") {
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t m : {1, 3, 8, 20, 32})
      for (const int64_t n : {1, 2, 9, 32}) {
        INFO(m, " x ", n);
        const Tensor a = numbers({18, m, n}, t);
        const raw::Reflections f = raw::householder_qr(op, a);
        for (const int64_t rows : {std::min(m, n), m}) {
          const raw::QR y = raw::small_qr(op, a, rows, /*with_q=*/true);
          CHECK(y.q.equal(raw::form_q(op, f.qr, f.tau, rows)));
          CHECK(y.r.equal(f.qr.narrow(-2, 0, rows).triu()));
          CHECK(raw::small_qr(op, a, rows, /*with_q=*/false).r.equal(y.r));
        }
      }
  CHECK(!raw::small_qr(op, numbers({2, 33, 3}, kDouble), 3, true).r.defined());
}

TEST_CASE(
    "numbers whose inverse has few digits or none divide as others do, and touch no neighbour") {
  const Tensor usual = mixed({20, 4, 4}, kFloat, 1), b = numbers({20, 4, 3}, kFloat, 2);
  const Tensor x = raw::solve(op, usual, b, nullptr).x;
  for (const float scale : {1e-41F, 3e38F}) {
    const Tensor a = usual.clone(), c = b.clone();
    a[3].copy_(eye(4, kFloat) * scale);
    c[3].copy_(full({4, 3}, 0.5F, kFloat) * scale);
    const Tensor y = raw::solve(op, a, c, nullptr).x;
    CHECK(y[3].eq(0.5).all().item<bool>());
    for (int64_t i = 0; i < 20; ++i)
      if (i != 3) CHECK(y[i].equal(x[i]));
  }
}
