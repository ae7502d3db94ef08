// The pseudoinverse, ranks, and systems without or with many solutions.
#include <algorithm>
#include <limits>

#include "autograd/modes.h"
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/ops/pointwise/pointwise.h"

namespace gradus {

using autograd::batch_of;
using autograd::expect_matrices;
using autograd::expect_same_type;
using autograd::expect_square;
using autograd::record;
using autograd::save;
using autograd::with_batch;
using autograd::wrt;

namespace {

using MaybeTensor = std::optional<Tensor>;

double epsilon(const Tensor& a) {
  return a.dtype() == kFloat ? double(std::numeric_limits<float>::epsilon())
                             : std::numeric_limits<double>::epsilon();
}
double default_rtol(const Tensor& a) {
  return epsilon(a) * double(std::max(a.size(-1), a.size(-2)));
}
Tensor number(const Tensor& a, double value) { return full({}, value, a.options()); }

// max(atol, rtol times the largest) for the sizes of values [..., k]: [..., 1].
Tensor limit_of(const char* op, const Tensor& a, const Tensor& sizes, const MaybeTensor& atol,
                const MaybeTensor& rtol) {
  const auto tolerance = [&](const MaybeTensor& t, double otherwise) {
    if (!t || !t->defined()) return number(a, otherwise);
    if (!is_floating(t->dtype()))
      fail("{}: expected floating point tolerances, got {}", op, t->dtype());
    return t->detach().to(a.dtype());
  };
  const Tensor absolute = tolerance(atol, 0);
  Tensor relative = tolerance(rtol, default_rtol(a));
  // Beside an absolute tolerance above 0 the relative one is 0 unless given.
  if (atol && atol->defined() && !(rtol && rtol->defined()))
    relative = where(absolute > 0, number(a, 0), relative);
  const Tensor largest = sizes.size(-1) > 0
                             ? sizes.amax(IntArrayRef{-1})
                             : zeros(sizes.sizes().slice(0, size_t(sizes.dim() - 1)), a.options());
  return maximum(absolute, relative * largest).unsqueeze(-1);
}

MaybeTensor wrapped(const Tensor& a, std::optional<double> value) {
  return value ? MaybeTensor(number(a, *value)) : std::nullopt;
}

// V diag(1 / S) U^T over the values above the limit.
Tensor inverse_over(const Tensor& v, const Tensor& s, const Tensor& size, const Tensor& limit,
                    const Tensor& ut) {
  const Tensor taken = size > limit;
  const Tensor inverse = s.masked_fill(taken.logical_not(), 1).reciprocal() * taken;
  return matmul(v * inverse.unsqueeze(-2), ut);
}

// The gradient by A of its pseudoinverse P: -P^T G P^T + (I - A P) G^T P P^T + P^T P G^T (I - P A)
// (Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973).
Tensor pinv_back(const Tensor& g, const Tensor& p, const Tensor& a) {
  const Tensor pt = p.mT(), gt = g.mT();
  const Tensor by_rows = matmul(gt, matmul(p, pt)), by_columns = matmul(matmul(pt, p), gt);
  return by_rows - matmul(a, matmul(p, by_rows)) + by_columns - matmul(matmul(by_columns, p), a) -
         matmul(matmul(pt, g), pt);
}

Tensor pseudoinverse(const char* op, const Tensor& a, const MaybeTensor& atol,
                     const MaybeTensor& rtol, bool hermitian) {
  expect_matrices(op, a);
  if (hermitian) expect_square(op, a);
  Tensor p;
  {
    const NoGradGuard unrecorded;
    if (a.numel() == 0) {
      p = zeros(autograd::sizes_with(batch_of(a), a.size(-1), a.size(-2)), a.options());
    } else if (hermitian) {
      const auto [l, v] = linalg_eigh(a);
      const Tensor size = l.abs();
      p = inverse_over(v, l, size, limit_of(op, a, size, atol, rtol), v.mT());
    } else {
      const auto [u, s, vh] = linalg_svd(a, /*full_matrices=*/false);
      p = inverse_over(vh.mT(), s, s, limit_of(op, a, s, atol, rtol), u.mT());
    }
  }
  return record(op, p, wrt(a, [sa = save(a)](const Tensor& dy, const Tensor& y) {
                  return pinv_back(dy, y, sa);
                }));
}

Tensor rank_of(const Tensor& a, const MaybeTensor& atol, const MaybeTensor& rtol, bool hermitian) {
  const char* const op = "linalg_matrix_rank";
  expect_matrices(op, a);
  if (hermitian) expect_square(op, a);
  const NoGradGuard unrecorded;
  const Tensor s = hermitian ? linalg_eigvalsh(a).abs() : linalg_svdvals(a);
  return (s > limit_of(op, a, s, atol, rtol)).sum(IntArrayRef{-1});
}

// The least squares by QR, for matrices of full rank.
Tensor by_qr(const Tensor& a, const Tensor& b) {
  if (a.size(-2) >= a.size(-1)) {
    const auto [q, r] = linalg_qr(a);
    return linalg_solve_triangular(r, matmul(q.mT(), b), /*upper=*/true);
  }
  const auto [q, r] = linalg_qr(a.mT());
  return matmul(q, linalg_solve_triangular(r.mT(), b, /*upper=*/false));
}

}  // namespace

Tensor linalg_pinv(const Tensor& self, const MaybeTensor& atol, const MaybeTensor& rtol,
                   bool hermitian) {
  return pseudoinverse("linalg_pinv", self, atol, rtol, hermitian);
}
Tensor linalg_pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian) {
  expect_matrices("linalg_pinv", self);
  return linalg_pinv(self, wrapped(self, atol), wrapped(self, rtol), hermitian);
}
Tensor linalg_pinv(const Tensor& self, double rcond, bool hermitian) {
  return linalg_pinv(self, std::optional<double>(0.0), rcond, hermitian);
}
Tensor linalg_pinv(const Tensor& self, const Tensor& rcond, bool hermitian) {
  expect_matrices("linalg_pinv", self);
  return linalg_pinv(self, number(self, 0), MaybeTensor(rcond), hermitian);
}
Tensor pinverse(const Tensor& self, double rcond) { return linalg_pinv(self, rcond); }

Tensor linalg_matrix_rank(const Tensor& input, const MaybeTensor& atol, const MaybeTensor& rtol,
                          bool hermitian) {
  return rank_of(input, atol, rtol, hermitian);
}
Tensor linalg_matrix_rank(const Tensor& self, std::optional<double> atol,
                          std::optional<double> rtol, bool hermitian) {
  expect_matrices("linalg_matrix_rank", self);
  return rank_of(self, wrapped(self, atol), wrapped(self, rtol), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& self, double tol, bool hermitian) {
  return linalg_matrix_rank(self, std::optional<double>(tol), 0.0, hermitian);
}
Tensor linalg_matrix_rank(const Tensor& input, const Tensor& tol, bool hermitian) {
  expect_matrices("linalg_matrix_rank", input);
  return rank_of(input, tol, number(input, 0), hermitian);
}

std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(const Tensor& self, const Tensor& b,
                                                        std::optional<double> rcond,
                                                        std::optional<std::string_view> driver) {
  const char* const op = "linalg_lstsq";
  expect_matrices(op, self);
  expect_same_type(op, self, b);
  const std::string_view name = driver.value_or("gelsy");
  if (name != "gels" && name != "gelsy" && name != "gelsd" && name != "gelss")
    fail("{}: expected a driver of gels, gelsy, gelsd and gelss, got {}", op, name);
  // B without the dim of columns has the sizes of A without it; else it is a smaller batch.
  const bool vectors = b.dim() == 1 || (b.dim() == self.dim() - 1 &&
                                        b.sizes() == self.sizes().slice(0, size_t(b.dim())));
  if (!vectors && b.dim() < 2) fail("{}: B {} does not fit {}", op, b.sizes(), self.sizes());
  const Tensor given = vectors ? b.unsqueeze(-1) : b;
  if (given.size(-2) != self.size(-2))
    fail("{}: numbers of rows differ, {} and {}", op, self.sizes(), b.sizes());
  const Dims batch = broadcast_shapes(batch_of(self), batch_of(given), op);
  const Tensor a = with_batch(self, batch), right = with_batch(given, batch);
  const int64_t m = a.size(-2), n = a.size(-1);
  const bool with_rank = name != "gels", with_values = name == "gelsd" || name == "gelss";
  Tensor x, rank = empty({0}, TensorOptions(kLong)), values = empty({0}, a.options());
  {
    const NoGradGuard unrecorded;
    if (!with_rank) {
      x = by_qr(a, right);
    } else {
      const auto [u, sizes, vh] = linalg_svd(a, /*full_matrices=*/false);
      const Tensor limit =
          limit_of(op, a, sizes, number(a, 0), number(a, rcond.value_or(default_rtol(a))));
      const Tensor taken = sizes > limit;
      const Tensor inverse = sizes.masked_fill(taken.logical_not(), 1).reciprocal() * taken;
      x = matmul(vh.mT(), inverse.unsqueeze(-1) * matmul(u.mT(), right));
      rank = taken.sum(IntArrayRef{-1});
      if (with_values) values = sizes;
    }
  }
  x = autograd::record_joint(
      op, x, {a, right},
      [sa = save(a), sb = save(right)](const Tensor& dy, const autograd::Needs& needs) {
        const Tensor p = linalg_pinv(sa);
        std::vector<Tensor> grads(2);
        if (needs[0]) grads[0] = pinv_back(matmul(dy, sb->mT()), p, sa);
        if (needs[1]) grads[1] = matmul(p.mT(), dy);
        return grads;
      });
  const bool with_residuals =
      m > n && name != "gelsy" && (!with_rank || rank.eq(n).all().item<bool>());
  const Tensor residuals = with_residuals ? (matmul(a, x) - right).square().sum(IntArrayRef{-2})
                                          : empty({0}, a.options());
  return {vectors ? x.squeeze(-1) : x, residuals, rank, values};
}

}  // namespace gradus
