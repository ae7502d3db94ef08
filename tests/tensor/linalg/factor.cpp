// Factors of matrices of all sizes against what they must multiply to, on every instruction set.
#include "tensor/linalg/factor.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "autograd/factories.h"
#include "autograd/ops/linalg/linalg.h"
#include "tensor/base/linalg_error.h"
#include "tensor/base/parallel.h"
#include "tensor/linalg/ldl.h"
#include "tensor/linalg/qr.h"
#include "tensor/linalg/spectral.h"
#include "tests/support.h"
#include "tests/tensor/linalg/matrices.h"

using namespace gradus;

namespace {

// Around the sizes at which another code takes over, and around the lanes of vectors.
const int64_t sizes[] = {1, 2, 3, 4, 5, 8, 17, 31, 32, 33, 40, 65, 100};
const int64_t batches[] = {1, 3, 17};

template <class F>
void for_squares(F f) {
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t n : sizes)
      for (const int64_t b : batches) {
        if (n > 40 && b > 3) continue;
        INFO(n, " x ", n, ", batch ", b);
        f(numbers({b, n, n}, t, uint32_t(n + 1000 * b)), n);
      }
}
template <class F>
void for_shapes(F f) {
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t m : {1, 2, 3, 5, 16, 31, 33, 70})
      for (const int64_t n : {1, 2, 4, 5, 17, 32, 34, 65}) {
        INFO(m, " x ", n);
        f(numbers({m < 20 ? 18 : 2, m, n}, t, uint32_t(m + 1000 * n)), m, n);
      }
}

struct Parts {
  Tensor l, u;
};
Parts parts(const Tensor& lu) {
  const int64_t k = std::min(lu.size(-1), lu.size(-2));
  return {lu.narrow(-1, 0, k).tril(-1) + eye(lu.size(-2), k, lu.options()),
          lu.narrow(-2, 0, k).triu()};
}
Tensor rows_in_order(const Tensor& a, const Tensor& rows) {
  return a.gather(-2, rows.unsqueeze(-1).expand(a.sizes()));
}

bool has_lapack() {
  try {
    raw::ldl_factor(op, numbers({2, 2}, kDouble));
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("LU multiplies to the matrix with its rows in the order of the pivots") {
  for_shapes([](const Tensor& a, int64_t m, int64_t n) {
    const raw::LU f = raw::lu_factor(op, a);
    const Parts p = parts(f.lu);
    CHECK(near(matmul(p.l, p.u), rows_in_order(a, raw::pivoted_rows(op, f.pivots, m)), m + n));
    CHECK(p.l.abs().max().item<double>() <= 1);
    CHECK(f.info.eq(0).all().item<bool>());
  });
}

TEST_CASE("the pivots are those of the largest element, the first of equals") {
  const Tensor a = vec({1, 2, 3, -4, 5, 6, 4, 8, 10}).reshape({3, 3});
  CHECK(values(raw::lu_factor(op, a).pivots) == Values{2, 3, 3});
  for (const int64_t n : {8, 40}) {
    const Tensor flat = ones({n, n}, kDouble);
    const raw::LU f = raw::lu_factor(op, flat);
    CHECK(values(f.pivots)[0] == 1);
    CHECK(f.info.item<int>() == 2);
  }
}

TEST_CASE("a matrix with a nan neither hangs nor fails in LU, Cholesky and QR") {
  for (const int64_t n : {3, 40}) {
    Tensor a = numbers({n, n}, kDouble);
    a.data_ptr<double>()[n + 1] = std::nan("");
    CHECK(raw::lu_factor(op, a).lu.isnan().any().item<bool>());
    CHECK(raw::cholesky(op, a, false).info.item<int>() > 0);
    CHECK(raw::householder_qr(op, a).qr.isnan().any().item<bool>());
  }
}

TEST_CASE("systems and inverses") {
  for_squares([](const Tensor& x, int64_t n) {
    const Tensor a = x + 2 * std::sqrt(double(n)) * identity_like(x);
    const raw::LU f = raw::lu_factor(op, a);
    for (const int64_t k : {int64_t(1), int64_t(5), n, int64_t(70)}) {
      const Tensor b = numbers({a.size(0), n, k}, a.dtype(), 7);
      CHECK(near(matmul(a, raw::lu_solve(op, f.lu, f.pivots, b, false)), b, n));
      CHECK(near(matmul(a.mT(), raw::lu_solve(op, f.lu, f.pivots, b, true)), b, n));
      raw::LU same;
      CHECK(raw::solve(op, a, b, &same).x.equal(raw::lu_solve(op, f.lu, f.pivots, b, false)));
      CHECK(same.lu.equal(f.lu));
      CHECK(same.pivots.equal(f.pivots));
    }
    CHECK(near(matmul(a, raw::solve(op, a.mT().contiguous().mT(), Tensor(), nullptr).x),
               identity_like(a), n));
    CHECK(near(matmul(a, raw::lu_solve(op, f.lu, f.pivots, identity_like(a), false)),
               identity_like(a), n));
    CHECK(near(matmul(a.mT(), raw::lu_solve(op, f.lu, f.pivots, identity_like(a), true)),
               identity_like(a), n));
  });
}

TEST_CASE("triangular systems read one half alone") {
  for_squares([](const Tensor& x, int64_t n) {
    const Tensor a = x / double(n) + 2 * identity_like(x);
    for (const bool upper : {false, true})
      for (const bool unit : {false, true}) {
        Tensor t = upper ? a.triu(unit ? 1 : 0) : a.tril(unit ? -1 : 0);
        if (unit) t = t + identity_like(a);
        for (const int64_t k : {int64_t(1), n, int64_t(90)}) {
          const Tensor b = numbers({a.size(0), n, k}, a.dtype(), 7);
          CHECK(near(matmul(t, raw::triangular_solve(op, a, b, upper, unit)), b, n));
        }
        const Tensor turned = numbers({a.size(0), 7, n}, a.dtype(), 8).mT();
        CHECK(near(matmul(t, raw::triangular_solve(op, a, turned, upper, unit)), turned, n));
      }
  });
}

TEST_CASE("Cholesky reads one half alone, and says where a matrix is not positive definite") {
  for_squares([](const Tensor& x, int64_t n) {
    const Tensor a = matmul(x, x.mT()) + identity_like(x);
    for (const bool upper : {false, true}) {
      const raw::Cholesky c = raw::cholesky(op, upper ? a.triu() : a.tril(), upper);
      const Tensor l = upper ? c.factor.mT() : c.factor;
      CHECK(near(matmul(l, l.mT()), a, n));
      CHECK(l.equal(l.tril()));
      CHECK(c.info.eq(0).all().item<bool>());
    }
    const Tensor bad = a.clone();
    const int64_t last = bad.size(0) - 1;
    bad.select(0, last).select(0, n - 1).select(0, n - 1).fill_(-1);
    const Tensor info = raw::cholesky(op, bad, false).info;
    CHECK(info.select(0, last).item<int>() == n);
    CHECK(info.ne(0).sum().item<int64_t>() == 1);
  });
}

TEST_CASE("products of small matrices, however they lie") {
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t m : {1, 3, 4, 16, 31})
      for (const int64_t k : {1, 4, 17, 32})
        for (const int64_t n : {1, 5, 8, 32}) {
          INFO(m, " x ", k, " x ", n);
          const Tensor a = numbers({18, m, k}, t), b = numbers({18, k, n}, t, 2);
          const Tensor a_turned = a.mT().contiguous().mT(), b_turned = b.mT().contiguous().mT();
          REQUIRE(raw::small_batch(a, b));
          const Tensor want = matmul(a, b);
          CHECK(near(raw::small_product(a, b), want, k));
          CHECK(near(raw::small_product(a_turned, b, -2), want * -2, k));
          CHECK(near(raw::small_product(a, b_turned), want, k));
          CHECK(near(raw::small_product(a_turned, b_turned), want, k));
        }
  const Tensor large = numbers({2, 33, 3}, kDouble), one = numbers({1, 3, 3}, kDouble);
  CHECK(!raw::small_batch(large, large));
  CHECK(!raw::small_batch(one, one));
  CHECK(!raw::small_batch(numbers({2, 3, 3}, kDouble), numbers({3, 3, 3}, kDouble)));
}

TEST_CASE("the gradient of Cholesky's factor") {
  for_squares([](const Tensor& x, int64_t n) {
    if (n > 32 || x.size(0) == 1) return;
    const Tensor l = raw::cholesky(op, matmul(x, x.mT()) + identity_like(x), false).factor;
    const Tensor dl = numbers(x.sizes(), x.dtype(), 3);
    // L^T dA L is what the symmetric half of L^T dL is.
    const Tensor half = matmul(l.mT(), dl).tril();
    CHECK(near(matmul(matmul(l.mT(), raw::cholesky_back(l, dl)), l),
               (half + half.tril(-1).mT()) / 2, n, 100));
  });
}

TEST_CASE("QR") {
  for_shapes([](const Tensor& a, int64_t m, int64_t n) {
    const raw::Reflections f = raw::householder_qr(op, a);
    const int64_t k = std::min(m, n);
    for (const int64_t columns : {k, m}) {
      const Tensor q = raw::form_q(op, f.qr, f.tau, columns), r = f.qr.narrow(-2, 0, k).triu();
      CHECK(near(matmul(q.mT(), q), eye(columns, a.options()).expand({a.size(0), columns, columns}),
                 m + n));
      CHECK(near(matmul(q.narrow(-1, 0, k), r), a, m + n));
    }
  });
}

TEST_CASE("QR of numbers near the ends of the range") {
  for (const double scale : {1e-300, 1e300}) {
    const Tensor a = numbers({5, 3}, kDouble) * scale;
    const raw::Reflections f = raw::householder_qr(op, a);
    CHECK(near(matmul(raw::form_q(op, f.qr, f.tau, 3), f.qr.narrow(-2, 0, 3).triu()) / scale,
               a / scale, 5));
  }
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t n : {4, 32, 40}) {
      const double scale = t == kFloat ? 1e-43 : 1e-321;
      const raw::Reflections f = raw::householder_qr(op, (numbers({n, n}, kDouble) * scale).to(t));
      const Tensor q = raw::form_q(op, f.qr, f.tau, n);
      CHECK(near(matmul(q.mT(), q), eye(n, q.options()), n));
    }
}

TEST_CASE("eigenvalues and eigenvectors") {
  const bool lapack = has_lapack();
  for_squares([&](const Tensor& x, int64_t n) {
    if (n > 32 && !lapack) return;
    const Tensor a = x + x.mT();
    for (const bool upper : {false, true}) {
      const raw::Eigh y = raw::eigh(op, upper ? a.triu() : a.tril(), upper, true);
      const Tensor &v = y.vectors, &w = y.values;
      CHECK(near(matmul(v.mT(), v), identity_like(a), n));
      CHECK(near(matmul(v * w.unsqueeze(-2), v.mT()), a, n));
      CHECK(w.equal(std::get<0>(w.sort(-1))));
      CHECK(near(raw::eigh(op, a, upper, false).values, w, n));
    }
  });
}

TEST_CASE("eigenvalues of matrices that are easy to get wrong") {
  for (const int64_t n : {1, 2, 5, 32}) {
    const Tensor zero = zeros({2, n, n}, kDouble), one = identity_like(zero);
    CHECK(raw::eigh(op, zero, false, true).values.eq(0).all().item<bool>());
    const raw::Eigh y = raw::eigh(op, one * 3, false, true);
    CHECK(y.values.eq(3).all().item<bool>());
    CHECK(near(matmul(y.vectors.mT(), y.vectors), one, n));
    const Tensor same = ones({n, n}, kDouble);
    const raw::Eigh z = raw::eigh(op, same, false, true);
    CHECK(near(matmul(z.vectors * z.values.unsqueeze(-2), z.vectors.mT()), same, n));
    for (const double scale : {1e-290, 1e290}) {
      const Tensor x = numbers({n, n}, kDouble), a = (x + x.mT()) * scale;
      const raw::Eigh w = raw::eigh(op, a, false, true);
      CHECK(
          near(matmul(w.vectors * (w.values / scale).unsqueeze(-2), w.vectors.mT()), a / scale, n));
    }
  }
  // Rounding errors of rounding errors, down to the end of the range.
  for (const ScalarType t : {kFloat, kDouble})
    for (int64_t n = 2; n <= 32; ++n) {
      const Tensor v = raw::eigh(op, ones({n, n}, t), false, true).vectors;
      CHECK(near(matmul(v.mT(), v), eye(n, v.options()), n));
    }
  // Graded, in both directions.
  for (const bool flipped : {false, true}) {
    Tensor a = zeros({8, 8}, kDouble);
    for (int64_t i = 0; i < 8; ++i)
      for (int64_t j = 0; j < 8; ++j)
        a.data_ptr<double>()[i * 8 + j] =
            std::pow(10.0, -double(i + j)) * (1 + 0.1 * double(i * j % 3));
    a = (a + a.mT()) * 0.5;
    if (flipped) a = a.flip({0, 1});
    const raw::Eigh w = raw::eigh(op, a, false, true);
    CHECK(near(matmul(w.vectors * w.values.unsqueeze(-2), w.vectors.mT()), a, 8));
  }
}

TEST_CASE("singular values and vectors") {
  const bool lapack = has_lapack();
  for_shapes([&](const Tensor& a, int64_t m, int64_t n) {
    const int64_t k = std::min(m, n);
    if (k > 32 && !lapack) return;
    for (const bool full : {false, true}) {
      const raw::Svd y = raw::svd(op, a, full, true);
      const auto orthonormal = [&](const Tensor& x) {
        return near(matmul(x.mT(), x), eye(x.size(-1), x.options()), m + n);
      };
      CHECK(y.u.size(-1) == (full ? m : k));
      CHECK(y.vh.size(-2) == (full ? n : k));
      CHECK(orthonormal(y.u));
      CHECK(orthonormal(y.vh.mT()));
      CHECK(
          near(matmul(y.u.narrow(-1, 0, k) * y.s.unsqueeze(-2), y.vh.narrow(-2, 0, k)), a, m + n));
      CHECK(y.s.equal(std::get<0>(y.s.sort(-1, true))));
      CHECK(near(raw::svd(op, a, full, false).s, y.s, m + n));
    }
  });
}

TEST_CASE("singular vectors of matrices without full rank") {
  for (const int64_t n : {1, 2, 5, 32})
    for (const int64_t rank : {int64_t(0), int64_t(1), n / 2}) {
      INFO(n, ", rank ", rank);
      Tensor a = rank > 0
                     ? matmul(numbers({3, n, rank}, kDouble), numbers({3, rank, n}, kDouble, 9))
                     : zeros({3, n, n}, kDouble);
      for (const double scale : {1.0, 1e-290, 1e290}) {
        const raw::Svd y = raw::svd(op, a * scale, true, true);
        CHECK(near(matmul(y.u.mT(), y.u), identity_like(a), n));
        CHECK(near(matmul(y.vh, y.vh.mT()), identity_like(a), n));
        CHECK(near(matmul(y.u * (y.s / scale).unsqueeze(-2), y.vh), a, n));
      }
    }
}

TEST_CASE("what is not finite") {
  for (const int64_t n : {3, 40}) {
    if (n > 32 && !has_lapack()) continue;
    Tensor a = numbers({2, n, n}, kDouble);
    a = a + a.mT();
    const Tensor clean = raw::eigh(op, a.select(0, 1), false, true).values;
    a.data_ptr<double>()[0] = std::numeric_limits<double>::infinity();
    const raw::Eigh y = raw::eigh(op, a, false, true);
    CHECK(y.values.select(0, 0).isnan().all().item<bool>());
    CHECK(y.vectors.select(0, 0).isnan().all().item<bool>());
    CHECK(y.values.select(0, 1).equal(clean));
    CHECK(raw::svd(op, a, false, false).s.select(0, 0).isnan().all().item<bool>());
    CHECK_THROWS_AS(raw::svd(op, a, false, true), LinAlgError);
  }
}

TEST_CASE("empty matrices") {
  for (const ScalarType t : {kFloat, kDouble}) {
    const Tensor none = raw::empty({2, 0, 0}, t), flat = raw::empty({2, 3, 0}, t),
                 no_batch = raw::empty({0, 3, 3}, t);
    CHECK(raw::determinant(op, none, nullptr).eq(1).all().item<bool>());
    CHECK(raw::lu_factor(op, flat).pivots.sizes() == IntArrayRef({2, 0}));
    CHECK(raw::lu_factor(op, no_batch).pivots.sizes() == IntArrayRef({0, 3}));
    CHECK(raw::cholesky(op, none, true).factor.sizes() == none.sizes());
    CHECK(raw::eigh(op, none, true, true).values.sizes() == IntArrayRef({2, 0}));
    const raw::Svd y = raw::svd(op, flat, true, true);
    CHECK(y.u.equal(eye(3, flat.options()).expand({2, 3, 3})));
    const raw::Reflections f = raw::householder_qr(op, flat);
    CHECK(raw::form_q(op, f.qr, f.tau, 3).equal(eye(3, flat.options()).expand({2, 3, 3})));
  }
}

TEST_CASE("strides and threads make no difference") {
  const Tensor x = numbers({2, 20, 6, 6}, kDouble), a = x.permute({1, 0, 3, 2});
  const Tensor dense = a.contiguous();
  CHECK(raw::lu_factor(op, a).lu.equal(raw::lu_factor(op, dense).lu));
  const Tensor some = numbers({40, 30, 30}, kDouble), symmetric = some + some.mT();
  const int before = get_num_threads();
  std::vector<Tensor> results[2];
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    const raw::Svd y = raw::svd(op, some, false, true);
    results[threads - 1] = {raw::lu_factor(op, some).lu,
                            raw::eigh(op, symmetric, false, true).vectors, y.u, y.vh};
  }
  set_num_threads(before);
  for (size_t i = 0; i < results[0].size(); ++i) CHECK(results[0][i].equal(results[1][i]));
}

TEST_CASE("pivots that strangers give are looked at") {
  const Tensor a = numbers({3, 3}, kDouble);
  for (const int bad : {0, 4, -1}) {
    const Tensor pivots = vec({1, double(bad), 3}).to(kInt);
    CHECK(message([&] { raw::lu_solve(op, a, pivots, a, false); }) ==
          "test: expected pivots in [1, 3], got " + std::to_string(bad));
  }
  CHECK(message([&] {
          raw::lu_solve(op, a, vec({1, 2, 3}).to(kLong), a, false);
        }) == "test: expected int32 pivots, got int64");
}

TEST_CASE("L D L^T solves, or LAPACK's absence is said") {
  if (!has_lapack()) {
    CHECK(message([] {
            raw::ldl_factor(op, numbers({2, 2}, kDouble));
          }).starts_with("test: needs LAPACK"));
    return;
  }
  for (const ScalarType t : {kFloat, kDouble})
    for (const int64_t n : {1, 4, 40}) {
      const Tensor x = numbers({3, n, n}, t), a = x + x.mT(), b = numbers({3, n, 2}, t, 5);
      const raw::Ldl f = raw::ldl_factor(op, a.tril());
      CHECK(f.ld.equal(f.ld.tril()));
      CHECK(near(matmul(a, raw::ldl_solve(op, f.ld, f.pivots, b)), b, n, 1000));
      Tensor bad = f.pivots.clone();
      bad.select(-1, 0).fill_(int(n + 1));
      CHECK_THROWS_AS(raw::ldl_solve(op, f.ld, bad, b), Error);
      bad.select(-1, n - 1).fill_(-1);
      CHECK_THROWS_AS(raw::ldl_solve(op, f.ld, bad, b), Error);
    }
}
