// LU factors, their derivative, and systems that are solved with them.
#include <algorithm>

#include "autograd/modes.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/ops/view/join.h"
#include "tensor/linalg/factor.h"

namespace gradus {

using autograd::batch_of;
using autograd::check_info;
using autograd::diagonal_of;
using autograd::expect_matrices;
using autograd::expect_same_type;
using autograd::expect_square;
using autograd::record;
using autograd::save;
using autograd::Saved;
using autograd::with_batch;
using autograd::wrt;

namespace {

// The parts of LU: L [..., m, k], U [..., k, n].
Tensor lower_of(const Tensor& lu) {
  const int64_t m = lu.size(-2), k = std::min(m, lu.size(-1));
  return lu.narrow(-1, 0, k).tril(-1) + eye(m, k, lu.options());
}
Tensor upper_of(const Tensor& lu) {
  return lu.narrow(-2, 0, std::min(lu.size(-2), lu.size(-1))).triu();
}

// Rows of x in the order that P gives them: (P x)[rows[i]] = x[i].
Tensor permuted(const Tensor& x, const Tensor& pivots, bool back) {
  Tensor rows = raw::pivoted_rows("linalg_lu", pivots, x.size(-2));
  if (!back) rows = rows.argsort(-1);
  return x.gather(-2, rows.unsqueeze(-1).expand(x.sizes()));
}

// L^-T x, L with ones on its diagonal; x U^-T.
Tensor behind_lower(const Tensor& l, const Tensor& x) {
  return linalg_solve_triangular(l.mT(), x, /*upper=*/true, /*left=*/true, /*unitriangular=*/true);
}
Tensor before_upper(const Tensor& u, const Tensor& x) {
  return linalg_solve_triangular(u.mT(), x, /*upper=*/false, /*left=*/false);
}

// The gradient by A = P L U of square L1 and U1 is P L1^-T (tril(L1^T dL, -1) + triu(dU U1^T))
// U1^-T. Where A is wide, U = [U1 U2] and dU2 counts against dL; where it is tall, L = [L1; L2]
// and dL2 against dU.
Tensor lu_back(const Tensor& dy, const Tensor& lu, const Tensor& pivots) {
  const int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  const Tensor l = lower_of(lu), u = upper_of(lu);
  const Tensor dl = dy.narrow(-1, 0, k).tril(-1), du = dy.narrow(-2, 0, k).triu();
  const Tensor l1 = l.narrow(-2, 0, k), u1 = u.narrow(-1, 0, k);
  Tensor by_l = matmul(l1.mT(), dl.narrow(-2, 0, k));
  Tensor by_u = matmul(du.narrow(-1, 0, k), u1.mT());
  Tensor rest;
  if (n > k) {
    const Tensor du2 = du.narrow(-1, k, n - k);
    by_l = by_l - matmul(du2, u.narrow(-1, k, n - k).mT());
    rest = behind_lower(l1, du2);
  }
  if (m > k) {
    const Tensor dl2 = dl.narrow(-2, k, m - k);
    by_u = by_u - matmul(l.narrow(-2, k, m - k).mT(), dl2);
    rest = before_upper(u1, dl2);
  }
  Tensor da = before_upper(u1, behind_lower(l1, by_l.tril(-1) + by_u.triu()));
  if (n > k) da = cat({da, rest}, -1);
  if (m > k) da = cat({da, rest}, -2);
  return permuted(da, pivots, /*back=*/false);
}

std::tuple<Tensor, Tensor, Tensor> factor(const char* op, const Tensor& a, bool pivot) {
  expect_matrices(op, a);
  if (!pivot) fail("{}: expected pivot=true, without it there is no LU on the CPU, got false", op);
  const raw::LU f = raw::lu_factor(op, a);
  const Tensor lu =
      record(op, f.lu, wrt(a, [pivots = save(f.pivots)](const Tensor& dy, const Tensor& y) {
               return lu_back(dy, y, pivots);
             }));
  return {lu, f.pivots, f.info};
}

constexpr const char* singular = "U has a 0 on its diagonal, element {}, and solves nothing";

Tensor solve(const char* op, const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left,
             bool adjoint) {
  expect_square(op, lu);
  expect_matrices(op, b);
  expect_same_type(op, lu, b);
  const int64_t n = lu.size(-1);
  if (pivots.dim() != lu.dim() - 1 || pivots.sizes() != lu.sizes().slice(0, size_t(lu.dim() - 1)))
    fail("{}: pivots {} do not fit LU {}", op, pivots.sizes(), lu.sizes());
  if (b.size(left ? -2 : -1) != n)
    fail("{}: shapes do not fit, {} and {} for {}", op, lu.sizes(), b.sizes(),
         left ? "A X = B" : "X A = B");
  const Dims batch = broadcast_shapes(batch_of(lu), batch_of(b), op);
  Dims pivot_sizes = batch;
  pivot_sizes.push_back(n);
  const Tensor wide = with_batch(lu, batch), swaps = raw::expand(pivots, pivot_sizes);
  const Tensor right = left ? with_batch(b, batch) : with_batch(b, batch).mT();
  const bool transposed = adjoint == left;  // X A = B is A^T X^T = B^T
  const bool taped =
      GradMode::is_enabled() && (autograd::needs_grad(lu) || autograd::needs_grad(b));
  if (!taped) {
    const Tensor x = raw::lu_solve(op, wide, swaps, right, transposed);
    return left ? x : raw::transposed(x);
  }
  const Tensor l = lower_of(wide), u = upper_of(wide);
  const auto by = [](const Tensor& t, const Tensor& v, bool upper, bool unit) {
    return linalg_solve_triangular(t, v, upper, /*left=*/true, unit);
  };
  const Tensor x =
      transposed ? permuted(by(l.mT(), by(u.mT(), right, false, false), true, true), swaps, false)
                 : by(u, by(l, permuted(right, swaps, true), false, true), true, false);
  return autograd::called(op, left ? x : x.mT());
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& a, bool pivot,
                                                       bool check_errors) {
  auto y = factor("linalg_lu_factor_ex", a, pivot);
  if (check_errors) check_info("linalg_lu_factor_ex", singular, std::get<2>(y));
  return y;
}
std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& a, bool pivot) {
  const auto [lu, pivots, info] = factor("linalg_lu_factor", a, pivot);
  check_info("linalg_lu_factor", singular, info);
  return {lu, pivots};
}
std::tuple<Tensor, Tensor, Tensor> _lu_with_info(const Tensor& self, bool pivot,
                                                 bool check_errors) {
  return linalg_lu_factor_ex(self, pivot, check_errors);
}
std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& a, bool pivot) {
  const auto [lu, pivots, info] = factor("linalg_lu", a, pivot);
  const auto [p, l, u] = lu_unpack(lu, pivots);
  return {p, autograd::called("linalg_lu", l), autograd::called("linalg_lu", u)};
}

std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& lu, const Tensor& pivots,
                                             bool unpack_data, bool unpack_pivots) {
  const char* const op = "lu_unpack";
  expect_matrices(op, lu);
  const int64_t m = lu.size(-2), k = std::min(m, lu.size(-1));
  Dims pivot_sizes = batch_of(lu);
  pivot_sizes.push_back(k);
  if (pivots.sizes() != pivot_sizes.ref())
    fail("{}: pivots {} do not fit LU {}", op, pivots.sizes(), lu.sizes());
  Tensor p = empty({0}, lu.options()), l = empty({0}, lu.options()), u = empty({0}, lu.options());
  if (unpack_pivots) {
    const Tensor rows = raw::pivoted_rows(op, pivots, m).argsort(-1);
    p = rows.unsqueeze(-1).eq(arange(m)).to(lu.dtype());
  }
  if (unpack_data) {
    l = autograd::called(op, lower_of(lu));
    u = autograd::called(op, upper_of(lu));
  }
  return {p, l, u};
}

Tensor linalg_lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left,
                       bool adjoint) {
  return solve("linalg_lu_solve", lu, pivots, b, left, adjoint);
}
Tensor lu_solve(const Tensor& self, const Tensor& lu, const Tensor& pivots) {
  return solve("lu_solve", lu, pivots, self, /*left=*/true, /*adjoint=*/false);
}

}  // namespace gradus
