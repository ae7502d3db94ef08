// Messages, refusals and other forms of the operations on matrices.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "autograd/autograd.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/linalg/fft.h"
#include "autograd/ops/linalg/linalg_out.h"
#include "autograd/ops/random/random.h"
#include "tests/support.h"

using namespace gradus;

namespace {

const TensorOptions real = TensorOptions(kDouble);

Tensor random(IntArrayRef sizes) { return gradus::rand(sizes, real) * 2 - 1; }
Tensor strong(int64_t n) { return random({n, n}) + eye(n, real) * 3; }
Tensor singular() { return vec({1, 2, 2, 4}).reshape({2, 2}); }
bool near(const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-10, 1e-12); }
// Matrices above 32 x 32 need LAPACK.
bool has_lapack() {
  return message([] { linalg_ldl_factor(eye(2, real)); }) == "nothing was thrown";
}

}  // namespace

TEST_CASE("shapes and types that do not fit") {
  const Tensor a = ones({2, 3}, real), square = eye(3, real);
  CHECK(message([&] { linalg_det(a); }) == "linalg_det: expected square matrices, got [2, 3]");
  CHECK(message([&] { linalg_det(vec({1})); }) == "linalg_det: expected 2 dims or more, got [1]");
  CHECK(message([&] { linalg_inv(eye(2, TensorOptions(kLong))); }) ==
        "linalg_inv: expected a floating point tensor, got int64");
  CHECK(message([&] {
          linalg_solve(square, ones({4, 2}, real));
        }) == "linalg_solve: shapes do not fit, [3, 3] and [4, 2] for A X = B");
  CHECK(message([&] {
          linalg_solve(square, vec({1, 2, 3}), /*left=*/false);
        }) == "linalg_solve: B holds vectors, [3], which needs left=true");
  CHECK(message([&] { linalg_solve(square, ones({3}, TensorOptions(kFloat))); }) ==
        "linalg_solve: types differ, float64 and float32");
  CHECK(message([&] {
          linalg_solve_triangular(square, vec({1, 2, 3}), true);
        }) == "linalg_solve_triangular: expected 2 dims or more, got [3]");
  CHECK(message([&] { linalg_lu(square, /*pivot=*/false); }) ==
        "linalg_lu: expected pivot=true, without it there is no LU on the CPU, got false");
  CHECK(message([&] { lu_unpack(square, ones({2}, TensorOptions(kInt))); }) ==
        "lu_unpack: pivots [2] do not fit LU [3, 3]");
  CHECK(message([&] {
          linalg_lu_solve(square, vec({1, 2, 4}).to(kInt), square);
        }) == "linalg_lu_solve: expected pivots in [1, 3], got 4");
  CHECK(message([&] { linalg_qr(a, "half"); }) ==
        "linalg_qr: expected mode reduced, complete or r, got half");
  CHECK(message([&] { linalg_eigh(square, "X"); }) == "linalg_eigh: expected UPLO L or U, got X");
  CHECK(message([&] { linalg_householder_product(a, vec({1})); }) ==
        "linalg_householder_product: expected rows >= columns >= factors, got [2, 3] and tau [1]");
  CHECK(message([&] {
          ormqr(square, vec({1, 1, 1}), ones({2, 3}, real));
        }) == "ormqr: shapes do not fit, [3, 3] and [2, 3]");
  CHECK(message([&] {
          linalg_lstsq(a, vec({1, 2}), {}, "best");
        }) == "linalg_lstsq: expected a driver of gels, gelsy, gelsd and gelss, got best");
  CHECK(message([&] {
          linalg_lstsq(a, vec({1, 2, 3}));
        }) == "linalg_lstsq: numbers of rows differ, [2, 3] and [3]");
  CHECK(message([&] { linalg_matrix_norm(a, 3); }) ==
        "linalg_matrix_norm: expected order 1, 2, inf, their negatives, fro or nuc, got 3");
  CHECK(message([&] { linalg_matrix_norm(a, "sum"); }) ==
        "linalg_matrix_norm: expected order fro or nuc, got sum");
  CHECK(message([&] {
          linalg_matrix_norm(a, 1, {0, -2});
        }) == "linalg_matrix_norm: expected 2 different dims, got [0, -2]");
  CHECK(message([&] {
          linalg_norm(ones({2, 2, 2}, real), 2);
        }) == "linalg_norm: expected 1 dim or 2 where `dim` is not given, got [2, 2, 2]");
  CHECK(message([&] { linalg_vander(vec({2}), 1); }) ==
        "linalg_vander: expected 2 powers or more, got 1");
  CHECK(message([&] { linalg_tensorinv(a, 0); }) ==
        "linalg_tensorinv: expected ind above 0, got 0");
  CHECK(message([&] { linalg_tensorinv(a, 1); }) ==
        "linalg_tensorinv: expected as many elements before dim 1 as from there on, got [2, 3]");
  CHECK(message([&] {
          linalg_tensorsolve(a, vec({1, 2}));
        }) == "linalg_tensorsolve: self [2, 3] does not make a square matrix for other [2]");
  CHECK(message([&] { cholesky_solve(a, eye(3, real)); }) ==
        "cholesky_solve: shapes do not fit, [2, 3] and [3, 3]");
  CHECK_THROWS_AS(linalg_vander(vec({1, 2}), int64_t(1) << 60), Error);
}

TEST_CASE("singular and indefinite matrices") {
  const Tensor s = singular(), batch = stack({eye(2, real), s});
  CHECK(message([&] { linalg_inv(s); }) == "linalg_inv: the matrix is singular, pivot 2 is 0");
  CHECK(message([&] { linalg_inv(batch); }) ==
        "linalg_inv: the matrix is singular, pivot 2 is 0, in matrix 1 of the batch");
  CHECK_THROWS_AS(linalg_solve(s, vec({1, 2})), LinAlgError);
  CHECK(message([&] { linalg_lu_factor(s); }) ==
        "linalg_lu_factor: U has a 0 on its diagonal, element 2, and solves nothing");
  CHECK(message([&] { linalg_cholesky(-s); }) ==
        "linalg_cholesky: the matrix is not positive definite, its leading minor of order 1 is not "
        "positive");
  CHECK_THROWS_AS(cholesky(s - eye(2, real)), LinAlgError);
  const auto [inverse, info] = linalg_inv_ex(s);
  CHECK(info.item<int>() == 2);
  CHECK(inverse.isinf().all().item<bool>());
  CHECK(values(std::get<1>(linalg_inv_ex(batch))) == Values{0, 2});
  CHECK_THROWS_AS(linalg_inv_ex(s, /*check_errors=*/true), LinAlgError);
  CHECK(std::get<1>(linalg_solve_ex(s, vec({1, 2}))).item<int>() == 2);
  CHECK(std::get<1>(linalg_cholesky_ex(-s)).item<int>() == 1);
  CHECK(std::get<2>(linalg_lu_factor_ex(s)).item<int>() == 2);
  const auto [sign, log] = linalg_slogdet(s);
  CHECK(sign.item<double>() == 0);
  CHECK(log.item<double>() == -std::numeric_limits<double>::infinity());
  const Tensor with_grad = s.clone().requires_grad_();
  const Tensor flat = std::get<0>(linalg_slogdet(with_grad));
  CHECK(!autograd::grad({flat}, {with_grad}, {}, {}, false, true)[0].defined());
  CHECK(std::isnan(logdet(-eye(3, real)).item<double>()));
  CHECK(std::isinf(linalg_cond(s, 1).item<double>()));
  CHECK(std::isinf(linalg_cond(s, "fro").item<double>()));
  CHECK(linalg_matrix_rank(s).item<int64_t>() == 1);
  CHECK(near(matmul(matmul(s, linalg_pinv(s)), s), s));
  const Tensor zero_diagonal = linalg_solve_triangular(s * 0, ones({2, 1}, real), true);
  CHECK(!zero_diagonal.isfinite().any().item<bool>());
}

TEST_CASE("derivatives of the determinant of singular matrices, of any order") {
  for (const int64_t n : {1, 2, 3, 4}) {
    Tensor a = random({2, n, n});
    a.select(0, 0).select(-1, 0).fill_(0);  // rank n - 1
    if (n > 2) a.select(0, 0).select(-1, 1).fill_(0);
    a.requires_grad_();
    const auto f = [](const std::vector<Tensor>& x) {
      return std::vector<Tensor>{linalg_det(x[0])};
    };
    CHECK(autograd::gradcheck(f, {a}));
    CHECK(autograd::gradgradcheck(f, {a}));
  }
}

TEST_CASE("what has no derivative says so") {
  const Tensor a = strong(3).requires_grad_(), tall = random({4, 2}).requires_grad_();
  CHECK(message([&] { std::get<0>(geqrf(a)).sum().backward(); }) == "geqrf: it has no derivative");
  CHECK(message([&] { std::get<1>(linalg_qr(tall, "r")).sum().backward(); }) ==
        "linalg_qr: there is no derivative in mode r, which gives no Q, expected mode reduced");
  CHECK(
      message([&] { std::get<0>(linalg_qr(tall, "complete")).sum().backward(); }) ==
      "linalg_qr: there is no derivative in mode complete with more rows than columns, got [4, 2]");
}

TEST_CASE("numbers that would be complex") {
  CHECK(message([] { linalg_eig(eye(2, real)); }) ==
        "linalg_eig: complex tensors are not supported, linalg_eigh takes symmetric matrices");
  CHECK_THROWS_AS(linalg::eigvals(eye(2, real)), Error);
  CHECK(message([] { fft::rfft(vec({1, 2})); }) == "fft_rfft: complex tensors are not supported");
  CHECK_THROWS_AS(fft_fft2(ones({2, 2})), NotImplementedError);
  CHECK_THROWS_AS(fft::ifftn(ones({2, 2})), NotImplementedError);
  CHECK_THROWS_AS(stft(ones({8}), 4), NotImplementedError);
  CHECK_THROWS_AS(istft(ones({3, 2}), 4), NotImplementedError);
}

TEST_CASE("frequencies and shifts") {
  CHECK(values(fft::fftfreq(5, 0.5, real)) == Values{0, 0.4, 0.8, -0.8, -0.4});
  CHECK(values(fft_fftfreq(4)) == Values{0, 0.25, -0.5, -0.25});
  CHECK(values(fft::rfftfreq(5, real)) == Values{0, 0.2, 0.4});
  CHECK((fft_rfftfreq(4).dtype() == kFloat));
  CHECK(values(fft::fftshift(vec({0, 1, 2, -2, -1}))) == Values{-2, -1, 0, 1, 2});
  CHECK(values(fft::ifftshift(vec({-2, -1, 0, 1, 2}))) == Values{0, 1, 2, -2, -1});
  const Tensor x = random({4, 3});
  CHECK(fft_ifftshift(fft_fftshift(x)).equal(x));
  CHECK(fft_fftshift(x, 1).equal(x.roll(1, 1)));
  CHECK(message([] { fft_fftfreq(0); }) == "fft_fftfreq: expected 1 sample or more, got 0");
  Tensor out = empty({0}, real);
  CHECK(values(fft_fftfreq_out(out, 4)) == Values{0, 0.25, -0.5, -0.25});
}

TEST_CASE("other spellings and forms that write to given tensors") {
  const Tensor a = strong(3), b = random({3, 2});
  CHECK(linalg::det(a).equal(det(a)));
  CHECK(inverse(a).equal(linalg::inv(a)));
  CHECK(linalg::matmul(a, b).equal(matmul(a, b)));
  CHECK(linalg::diagonal(a).equal(a.diagonal()));
  CHECK(linalg::vector_norm(a, 3).equal(linalg_vector_norm(a, 3)));
  CHECK(pinverse(a).equal(linalg_pinv(a, 1e-15)));
  CHECK(near(pinverse(a), inverse(a)));
  CHECK(matrix_exp(a).equal(linalg::matrix_exp(a)));
  CHECK(std::get<0>(qr(a, false)).equal(std::get<0>(linalg_qr(a, "complete"))));
  CHECK(std::get<0>(svd(a, true, false)).eq(0).all().item<bool>());
  CHECK(frobenius_norm(a, {0, 1}).equal(linalg_norm(a, "fro")));
  CHECK(nuclear_norm(a, {0, 1}).equal(nuclear_norm(a)));
  const char* const order = "nuc";
  CHECK(linalg::matrix_norm(a, order).equal(linalg::norm(a, std::string_view(order))));
  CHECK(linalg_matrix_norm(a).equal(linalg::matrix_norm(a, "fro")));
  CHECK(linalg_cond(a, order).equal(linalg::cond(a, "nuc")));
  CHECK(linalg_norm(b.select(1, 0), 0).item<double>() == 3);
  Tensor out = empty({0}, real), u = empty({0}, real), s = empty({0}, real), v = empty({0}, real);
  CHECK(linalg_inv_out(out, a).equal(inverse(a)));
  CHECK(&linalg_matrix_norm_out(out, a, "nuc") == &out);
  CHECK(out.equal(nuclear_norm(a)));
  linalg_svd_out(u, s, v, a);
  CHECK(near(matmul(u * s, v), a));
  linalg_eigh_out(s, v, a + a.mT(), "U");
  CHECK(near(matmul(v * s, v.mT()), a + a.mT()));
  Tensor pivots = empty({0}, TensorOptions(kInt));
  linalg_lu_factor_out(u, pivots, a);
  CHECK(near(matmul(a, linalg_lu_solve(u, pivots, b)), b));
  linalg_multi_dot_out(out, {a, b});
  CHECK(near(out, matmul(a, b)));
  CHECK(near(chain_matmul_out(out, {a, a, b}), matmul(a, matmul(a, b))));
  Tensor rank = empty({0}, TensorOptions(kLong));
  linalg_lstsq_out(out, u, rank, s, random({4, 3}), random({4, 2}), std::nullopt, "gelsd");
  CHECK(out.sizes() == IntArrayRef({3, 2}));
  CHECK(rank.item<int64_t>() == 3);
  // None is written where one cannot be.
  Tensor whole = empty({0}, TensorOptions(kLong));
  const Tensor before = u.clone();
  CHECK_THROWS_AS(linalg_qr_out(u, whole, a), Error);
  CHECK(u.equal(before));
}

TEST_CASE("the drivers of least squares agree, and the rank is found") {
  const Tensor a = random({2, 5, 3}), b = random({2, 5, 2});
  const Tensor x = std::get<0>(linalg_lstsq(a, b));
  for (const char* driver : {"gels", "gelsd", "gelss"}) {
    const auto [y, residuals, rank, s] = linalg_lstsq(a, b, std::nullopt, driver);
    CHECK(near(x, y));
    CHECK(near(residuals, (matmul(a, x) - b).square().sum(IntArrayRef{-2})));
    CHECK(rank.numel() == (std::string(driver) == "gels" ? 0 : 2));
  }
  const auto [y, residuals, rank, s] = linalg_lstsq(singular(), vec({1, 2}), std::nullopt, "gelsd");
  CHECK(rank.item<int64_t>() == 1);
  CHECK(near(y, vec({0.2, 0.4})));
  CHECK(residuals.numel() == 0);
}

TEST_CASE("functions of large and strange matrices") {
  CHECK(near(linalg_matrix_exp(zeros({3, 3}, real)), eye(3, real)));
  const Tensor a = random({3, 3});
  CHECK(near(matmul(matrix_exp(a), matrix_exp(-a)), eye(3, real)));
  CHECK(linalg_matrix_exp(a * std::nan("")).isnan().all().item<bool>());
  CHECK(linalg_matrix_exp(empty({2, 0, 0}, real)).numel() == 0);
  CHECK(linalg_svdvals(a * std::nan("")).isnan().all().item<bool>());
  CHECK_THROWS_AS(linalg_svd(a * std::nan("")), LinAlgError);
}

TEST_CASE("singular values where all but a few columns cancel") {
  for (const ScalarType type : {kFloat, kDouble}) {
    const double limit = type == kFloat ? 1e-4 : 1e-12;
    for (int64_t n = 1; n <= 32; ++n)
      for (const int64_t m : {n, int64_t(6), int64_t(24)}) {
        // Integers, whose multiples cancel as a whole or but for rounding.
        const Tensor a = matmul(randint(-2, 3, {8, m, 1}, real), randint(-2, 3, {8, 1, n}, real));
        const auto [u, s, vh] = linalg_svd(a.to(type) / 3, /*full_matrices=*/false);
        CHECK((matmul(u * s.unsqueeze(-2), vh) * 3 - a).abs().max().item<double>() < limit);
        CHECK((matmul(u.mT(), u) - eye(u.size(-1), real)).abs().max().item<double>() < limit);
        CHECK((matmul(vh, vh.mT()) - eye(vh.size(-2), real)).abs().max().item<double>() < limit);
      }
  }
}

TEST_CASE("the gradient by a symmetric matrix is symmetric") {
  const Tensor a = random({2, 4, 4}).requires_grad_();
  const auto [l, v] = linalg_eigh(a);
  const Tensor y = matmul(v * l.tanh().unsqueeze(-2), v.mT());
  (y * random({2, 4, 4})).sum().backward();
  CHECK(near(a.grad(), a.grad().mT()));
}

TEST_CASE("a batch of right sides that is smaller than that of the matrices") {
  const Tensor a = random({2, 3, 3, 2}), b = random({3, 3, 4});
  const Tensor x = std::get<0>(linalg_lstsq(a, b));
  CHECK(x.sizes() == IntArrayRef({2, 3, 2, 4}));
  CHECK(near(x[1], std::get<0>(linalg_lstsq(a[1], b))));
  CHECK(std::get<0>(linalg_lstsq(a, random({2, 3, 3}))).sizes() == IntArrayRef({2, 3, 2}));
}

TEST_CASE("powers of the inverse") {
  const Tensor a = strong(3), p = linalg_inv(a);
  CHECK(near(matrix_power(a, -1), p));
  CHECK(near(a.matrix_power(-3), matmul(p, matmul(p, p))));
  CHECK(near(matrix_power(-eye(2, real), std::numeric_limits<int64_t>::min()), eye(2, real)));
  CHECK_THROWS_AS(matrix_power(singular(), -2), LinAlgError);
  CHECK(autograd::gradcheck([](const Tensor& x) { return matrix_power(x, -2); },
                            {strong(2).requires_grad_()}));
}

TEST_CASE("a product of no reflections has gradients, which are 0") {
  const Tensor a = random({2, 3, 2}).requires_grad_(), tau = empty({2, 0}, real).requires_grad_();
  Tensor q = linalg_householder_product(a, tau);
  CHECK(q.equal(eye(3, 2, real).expand({2, 3, 2})));
  CHECK(q.is_contiguous());
  q.sum().backward();
  CHECK(a.grad().equal(zeros({2, 3, 2}, real)));
  CHECK(tau.grad().sizes() == IntArrayRef({2, 0}));
}

TEST_CASE("matrices larger than 32 x 32, or what to install for them") {
  const Tensor a = random({40, 40}).requires_grad_();
  if (!has_lapack()) {
    CHECK(message([&] { linalg_svd(a); }).starts_with("linalg_svd: needs LAPACK"));
    CHECK(
        message([&] { linalg_eigvalsh(a.detach()); }).starts_with("linalg_eigvalsh: needs LAPACK"));
    return;
  }
  const auto [u, s, vh] = linalg_svd(a);
  CHECK(near(matmul(u * s, vh), a));
  CHECK(near(linalg_pinv(a.detach()), linalg_inv(a.detach())));
  s.sum().backward();
  CHECK(near(a.grad(), matmul(u, vh)));
}

TEST_CASE("methods") {
  const Tensor a = strong(3), b = random({3, 2}), p = matmul(a, a.mT());
  CHECK(a.det().equal(linalg_det(a)));
  CHECK(std::get<1>(a.slogdet()).equal(std::get<1>(linalg_slogdet(a))));
  CHECK(p.logdet().equal(logdet(p)));
  CHECK(a.inverse().equal(linalg_inv(a)));
  CHECK(a.pinverse().equal(pinverse(a)));
  CHECK(a.matrix_exp().equal(matrix_exp(a)));
  const Tensor l = p.cholesky();
  CHECK(near(matmul(l, l.mH()), p));
  CHECK(near(matmul(p, b.cholesky_solve(l)), b));
  CHECK(near(l.cholesky_inverse(), p.inverse()));
  const auto [lu, pivots] = linalg_lu_factor(a);
  CHECK(near(matmul(a, b.lu_solve(lu, pivots)), b));
  CHECK(near(matmul(l, std::get<0>(b.triangular_solve(l, /*upper=*/false))), b));
  const auto [q, r] = a.qr();
  CHECK(near(matmul(q, r), a));
  const auto [factors, tau] = a.geqrf();
  CHECK(near(factors.orgqr(tau), q));
  CHECK(near(factors.ormqr(tau, b), matmul(q, b)));
  const auto [u, s, v] = a.svd();
  CHECK(near(matmul(u * s, v.mT()), a));
  CHECK_THROWS_AS(vec({1, 2, 3}).stft(2), NotImplementedError);
  CHECK_THROWS_AS(b.istft(2), NotImplementedError);
}

TEST_CASE("nodes have PyTorch's names") {
  const Tensor a = strong(3).requires_grad_(), b = random({3, 2});
  const Tensor p = matmul(a, a.mT()).detach().requires_grad_();
  const auto name = [](const Tensor& x) { return x.grad_fn()->name(); };
  CHECK(name(a.det()) == "LinalgDetBackward0");
  CHECK(name(std::get<1>(a.slogdet())) == "LinalgSlogdetBackward0");
  CHECK(name(a.inverse()) == "LinalgInvExBackward0");
  CHECK(name(linalg_solve(a, b)) == "LinalgSolveExBackward0");
  CHECK(name(linalg_solve_triangular(a, b, true)) == "LinalgSolveTriangularBackward0");
  CHECK(name(std::get<0>(triangular_solve(b, a))) == "TriangularSolveBackward0");
  CHECK(name(std::get<1>(linalg_lu(a))) == "LinalgLuBackward0");
  const auto [lu, pivots] = linalg_lu_factor(a);
  CHECK(name(lu) == "LinalgLuFactorExBackward0");
  CHECK(name(linalg_lu_solve(lu, pivots, b)) == "LinalgLuSolveBackward0");
  CHECK(name(std::get<1>(lu_unpack(lu, pivots))) == "LuUnpackBackward0");
  CHECK(name(linalg_cholesky(p)) == "LinalgCholeskyExBackward0");
  CHECK(name(p.cholesky()) == "CholeskyBackward0");
  CHECK(name(b.cholesky_solve(a)) == "CholeskySolveBackward0");
  CHECK(name(a.cholesky_inverse()) == "CholeskyInverseBackward0");
  CHECK(name(std::get<0>(a.qr())) == "LinalgQrBackward0");
  CHECK(name(std::get<0>(a.geqrf())) == "GeqrfBackward0");
  CHECK(name(a.orgqr(vec({1, 1, 1}))) == "LinalgHouseholderProductBackward0");
  CHECK(name(a.ormqr(vec({1, 1, 1}), b)) == "OrmqrBackward0");
  CHECK(name(linalg_eigvalsh(p)) == "LinalgEighBackward0");
  CHECK(name(linalg_svdvals(a)) == "LinalgSvdBackward0");
  CHECK(name(linalg_pinv(a)) == "LinalgPinvBackward0");
  CHECK(name(std::get<0>(linalg_lstsq(a, b))) == "LinalgLstsqBackward0");
  CHECK(name(a.matrix_exp()) == "LinalgMatrixExpBackward0");
}
