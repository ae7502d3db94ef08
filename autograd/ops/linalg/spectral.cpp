// Eigenvalues and singular values. The derivatives of the vectors are those of the usual formulas
// (Giles, "An extended collection of matrix derivative results", 2008): they have no bound where
// two values come close.
#include "tensor/linalg/spectral.h"

#include <algorithm>

#include "autograd/modes.h"
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"

namespace gradus {

using autograd::expect_matrices;
using autograd::expect_square;
using autograd::Grads;
using autograd::record;
using autograd::record_many;
using autograd::save;
using autograd::wrt;

namespace {

bool is_upper(const char* op, std::string_view uplo) {
  const char c = uplo.size() == 1 ? uplo[0] : ' ';
  if (c == 'U' || c == 'u') return true;
  if (c == 'L' || c == 'l') return false;
  fail("{}: expected UPLO L or U, got {}", op, uplo);
}

// values[j] - values[i], and 1 on the diagonal.
Tensor gaps(const Tensor& values) {
  const int64_t n = values.size(-1);
  return values.unsqueeze(-2) - values.unsqueeze(-1) + eye(n, values.options());
}
Tensor skew(const Tensor& x) { return x - x.mT(); }

// V (diag(dL) + skew(V^T dV) / (2 gaps)) V^T; either gradient may be undefined. Only the skew part
// of V^T dV moves V among the orthogonal matrices, and it makes the gradient symmetric.
Tensor eigh_back(const Tensor& dl, const Tensor& dv, const Tensor& l, const Tensor& v) {
  if (!dv.defined()) return matmul(v * dl.unsqueeze(-2), v.mT());
  const Tensor off = skew(matmul(v.mT(), dv)) / (2 * gaps(l));
  return matmul(matmul(v, dl.defined() ? off + dl.diag_embed() : off), v.mT());
}

struct Parts {
  Tensor u, s, vh;
};

// U [(skew(U^T dU) / E) S + S (skew(V^T dV) / E) + diag(dS)] V^T, E[i, j] = s_j^2 - s_i^2, and what
// of dU and dV is at right angles to U and V.
Tensor svd_back(const Tensor& du, const Tensor& ds, const Tensor& dvh, const Parts& p) {
  const Tensor &u = p.u, &s = p.s, &vh = p.vh;
  if (!du.defined() && !dvh.defined()) return matmul(u * ds.unsqueeze(-2), vh);
  const Tensor e = gaps(s.square());
  Tensor inner = ds.defined() ? ds.diag_embed() : Tensor();
  const auto add = [](const Tensor& sum, const Tensor& x) { return sum.defined() ? sum + x : x; };
  if (du.defined()) inner = add(inner, skew(matmul(u.mT(), du)) / e * s.unsqueeze(-2));
  if (dvh.defined()) inner = add(inner, skew(matmul(vh, dvh.mT())) / e * s.unsqueeze(-1));
  const int64_t m = u.size(-2), k = s.size(-1), n = vh.size(-1);
  Tensor da;
  if (du.defined() && m > k) {
    const Tensor scaled = du / s.unsqueeze(-2);
    da = matmul(matmul(u, inner) + scaled - matmul(u, matmul(u.mT(), scaled)), vh);
  } else {
    da = matmul(u, matmul(inner, vh));
  }
  if (dvh.defined() && n > k) {
    const Tensor scaled = dvh / s.unsqueeze(-1);
    da = da + matmul(u, scaled - matmul(matmul(scaled, vh.mT()), vh));
  }
  return da;
}

Tensor given(const Grads& dy, size_t i) { return dy.defined(i) ? dy[i] : Tensor(); }

}  // namespace

std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& self, std::string_view uplo) {
  const char* const op = "linalg_eigh";
  expect_square(op, self);
  const bool upper = is_upper(op, uplo);
  const raw::Eigh y = raw::eigh(op, self, upper, /*vectors=*/true);
  const auto back = [upper, sa = save(self), sl = save(raw::window(y.values)),
                     sv = save(raw::window(y.vectors))](const Grads& dy) {
    if (!GradMode::is_enabled()) return eigh_back(given(dy, 0), given(dy, 1), sl, sv);
    const auto [l, v] = linalg_eigh(sa, upper ? "U" : "L");
    return eigh_back(given(dy, 0), given(dy, 1), l, v);
  };
  const auto outs = record_many(op, {y.values, y.vectors}, wrt(self, back));
  return {outs[0], outs[1]};
}
Tensor linalg_eigvalsh(const Tensor& self, std::string_view uplo) {
  const char* const op = "linalg_eigvalsh";
  expect_square(op, self);
  if (GradMode::is_enabled() && autograd::needs_grad(self))
    return std::get<0>(linalg_eigh(self, uplo));
  return raw::eigh(op, self, is_upper(op, uplo), /*vectors=*/false).values;
}

std::tuple<Tensor, Tensor> linalg_eig(const Tensor& self) {
  expect_square("linalg_eig", self);
  fail("linalg_eig: complex tensors are not supported, linalg_eigh takes symmetric matrices");
}
Tensor linalg_eigvals(const Tensor& self) {
  expect_square("linalg_eigvals", self);
  fail(
      "linalg_eigvals: complex tensors are not supported, linalg_eigvalsh takes symmetric "
      "matrices");
}

std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& a, bool full_matrices,
                                              std::optional<std::string_view>) {
  const char* const op = "linalg_svd";
  expect_matrices(op, a);
  const raw::Svd y = raw::svd(op, a, full_matrices, /*vectors=*/true);
  const int64_t k = std::min(a.size(-2), a.size(-1));
  const auto back = [=, sa = save(a), su = save(raw::window(y.u)), ss = save(raw::window(y.s)),
                     sv = save(raw::window(y.vh))](const Grads& dy) {
    const auto first = [k](const Tensor& x, int64_t dim) {
      return x.defined() && x.size(dim) > k ? x.narrow(dim, 0, k) : x;
    };
    const Tensor du = first(given(dy, 0), -1), dvh = first(given(dy, 2), -2);
    if (!GradMode::is_enabled())
      return svd_back(du, given(dy, 1), dvh, {first(*su, -1), *ss, first(*sv, -2)});
    const auto [u, s, vh] = linalg_svd(sa, /*full_matrices=*/false);
    return svd_back(du, given(dy, 1), dvh, {u, s, vh});
  };
  const auto outs = record_many(op, {y.u, y.s, y.vh}, wrt(a, back));
  return {outs[0], outs[1], outs[2]};
}
Tensor linalg_svdvals(const Tensor& a, std::optional<std::string_view>) {
  const char* const op = "linalg_svdvals";
  expect_matrices(op, a);
  if (GradMode::is_enabled() && autograd::needs_grad(a))
    return std::get<1>(linalg_svd(a, /*full_matrices=*/false));
  return raw::svd(op, a, /*full=*/false, /*vectors=*/false).s;
}
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some, bool compute_uv) {
  if (compute_uv) {
    const auto [u, s, vh] = linalg_svd(self, !some);
    return {u, s, vh.mT()};
  }
  const Tensor s = linalg_svdvals(self);
  const auto square = [&](int64_t n) {
    return zeros(autograd::sizes_with(autograd::batch_of(self), n, n), self.options());
  };
  return {square(self.size(-2)), s, square(self.size(-1))};
}

}  // namespace gradus
