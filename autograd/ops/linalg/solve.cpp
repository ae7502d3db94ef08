#include "autograd/ops/linalg/solve.h"

#include <algorithm>

#include "autograd/modes.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "tensor/linalg/factor.h"

namespace gradus {

using autograd::batch_of;
using autograd::check_info;
using autograd::expect_matrices;
using autograd::expect_same_type;
using autograd::expect_square;
using autograd::record;
using autograd::save;
using autograd::with_batch;
using autograd::wrt;

namespace {

// Throws where A X = B (or X A = B) has shapes that do not fit.
void expect_fitting(const char* op, const Tensor& a, const Tensor& b, bool left) {
  expect_same_type(op, a, b);
  if (b.size(left ? -2 : -1) != a.size(-1))
    fail("{}: shapes do not fit, {} and {} for {}", op, a.sizes(), b.sizes(),
         left ? "A X = B" : "X A = B");
}

// The gradient by A of X, of A X = B or X A = B, from that by B: -dB X^T or -X^T dB.
Tensor by_matrix(const Tensor& db, const Tensor& x, bool left) {
  return left ? autograd::multiply(db, x.mT(), -1) : autograd::multiply(x.mT(), db, -1);
}

// What solves X A = B for a kernel that solves A X = B.
template <class F>
Tensor from_left(const Tensor& b, bool left, F solve) {
  return left ? solve(b) : raw::transposed(solve(raw::transposed(b)));
}

struct Solved {
  Tensor x, info;
};
Solved solve_matrices(const char* op, const Tensor& given_a, const Tensor& given_b, bool left,
                      bool check) {
  const Dims batch = broadcast_shapes(batch_of(given_a), batch_of(given_b), op);
  const Tensor b = with_batch(given_b, batch);
  const bool recorded =
      GradMode::is_enabled() && (autograd::needs_grad(given_a) || autograd::needs_grad(given_b));
  const int64_t n = given_a.size(-1);
  const bool at_once = left && batch_of(given_a).ref() == batch.ref();
  raw::LU f;
  Tensor x;
  if (at_once) {
    const raw::Solution s = raw::solve(op, given_a, b, recorded ? &f : nullptr);
    f.info = s.info;
    x = s.x;
  } else {
    f = raw::lu_factor(op, given_a);
  }
  if (check) check_info(op, "the matrix is singular, pivot {} is 0", f.info);
  if (at_once && !recorded) return {x, f.info};
  // One factorisation serves the whole batch of B.
  Dims pivot_sizes = batch;
  pivot_sizes.push_back(n);
  const Tensor lu = raw::expand(f.lu, autograd::sizes_with(batch, n, n));
  const Tensor pivots = raw::expand(f.pivots, pivot_sizes);
  if (!at_once)
    x = from_left(b, left, [&](const Tensor& right) {
      return raw::lu_solve(op, lu, pivots, right, /*transposed=*/!left);
    });
  // dB solves the transposed system.
  const auto back = [op, left, lu, pivots, sa = save(given_a)](
                        const Tensor& dy, const autograd::Needs& needs,
                        const Tensor& y) -> std::vector<Tensor> {
    if (!GradMode::is_enabled() && left && raw::small_batch(y, dy) && raw::small_batch(lu, dy)) {
      const raw::SolveGrads g = raw::solve_back(lu, pivots, y, dy, needs[0]);
      return {g.da, g.db};
    }
    const Tensor db = GradMode::is_enabled()
                          ? linalg_solve(sa->mT(), dy, left)
                          : from_left(dy, left, [&](const Tensor& right) {
                              return raw::lu_solve(op, lu, pivots, right, /*transposed=*/left);
                            });
    return {needs[0] ? by_matrix(db, y, left) : Tensor(), needs[1] ? db : Tensor()};
  };
  return {autograd::record_joint(op, x, {given_a, b}, back), raw::expand(f.info, batch)};
}

bool holds_vectors(const Tensor& a, const Tensor& b) {
  return b.dim() == 1 ||
         (b.dim() == a.dim() - 1 && b.sizes() == a.sizes().slice(0, size_t(a.dim() - 1)));
}

Solved solve(const char* op, const Tensor& a, const Tensor& b, bool left, bool check) {
  expect_square(op, a);
  expect_same_type(op, a, b);
  if (b.dim() == 0) fail("{}: expected 1 dim or more for B, got {}", op, b.sizes());
  const bool vectors = holds_vectors(a, b);
  if (vectors && !left) fail("{}: B holds vectors, {}, which needs left=true", op, b.sizes());
  const Tensor right = vectors ? b.unsqueeze(-1) : b;
  expect_fitting(op, a, right, left);
  Solved s = solve_matrices(op, a, right, left, check);
  if (vectors) s.x = autograd::called(op, s.x.squeeze(-1));
  return s;
}

}  // namespace

Tensor linalg_solve(const Tensor& a, const Tensor& b, bool left) {
  return solve("linalg_solve", a, b, left, /*check=*/true).x;
}
std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& a, const Tensor& b, bool left,
                                           bool check_errors) {
  const Solved s = solve("linalg_solve_ex", a, b, left, check_errors);
  return {s.x, s.info};
}

Tensor linalg_solve_triangular(const Tensor& self, const Tensor& b, bool upper, bool left,
                               bool unitriangular) {
  const char* const op = "linalg_solve_triangular";
  expect_square(op, self);
  expect_matrices(op, b);
  expect_fitting(op, self, b, left);
  const Dims batch = broadcast_shapes(batch_of(self), batch_of(b), op);
  const Tensor wide = with_batch(self, batch), right = with_batch(b, batch);
  const auto run = [op, unitriangular](const Tensor& a, const Tensor& y, bool high, bool on_left) {
    return from_left(y, on_left, [&](const Tensor& v) {
      return raw::triangular_solve(op, on_left ? a : raw::transposed(a), v, high == on_left,
                                   unitriangular);
    });
  };
  const Tensor x = run(wide, right, upper, left);
  const auto by_b = [=, sa = save(wide)](const Tensor& dy) {
    return GradMode::is_enabled()
               ? linalg_solve_triangular(sa->mT(), dy, !upper, left, unitriangular)
               : run(raw::transposed(sa), dy, !upper, left);
  };
  const auto by_a = [=](const Tensor& dy, const Tensor& y) {
    const Tensor da = by_matrix(by_b(dy), y, left);
    return upper ? da.triu(unitriangular) : da.tril(-int64_t(unitriangular));
  };
  return record(op, x, wrt(wide, by_a), wrt(right, by_b));
}

std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& a, bool upper,
                                            bool transpose, bool unitriangular) {
  expect_square("triangular_solve", a);
  expect_matrices("triangular_solve", self);
  const Dims batch = broadcast_shapes(batch_of(a), batch_of(self), "triangular_solve");
  const Tensor x = linalg_solve_triangular(transpose ? a.mT() : a, self, upper != transpose,
                                           /*left=*/true, unitriangular);
  return {autograd::called("triangular_solve", x), with_batch(a, batch).clone()};
}

Tensor linalg_tensorinv(const Tensor& self, int64_t ind) {
  const char* const op = "linalg_tensorinv";
  if (ind < 1) fail("{}: expected ind above 0, got {}", op, ind);
  const size_t split = size_t(std::min(ind, self.dim()));
  const IntArrayRef first = self.sizes().slice(0, split), last = self.sizes().slice(split);
  const int64_t rows = product(first), columns = product(last);
  if (rows != columns)
    fail("{}: expected as many elements before dim {} as from there on, got {}", op, ind,
         self.sizes());
  Dims sizes(last);
  for (const int64_t s : first) sizes.push_back(s);
  return linalg_inv(self.reshape({rows, columns})).reshape(sizes);
}

Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims) {
  const char* const op = "linalg_tensorsolve";
  Tensor a = self;
  if (dims) {
    Dims to;
    for (size_t i = 0; i < dims->size(); ++i) to.push_back(int64_t(i) - int64_t(dims->size()));
    a = a.movedim(*dims, to);
  }
  const size_t split = size_t(std::min(other.dim(), a.dim()));
  const Dims rest(a.sizes().slice(split));
  const int64_t rows = product(a.sizes().slice(0, split)), columns = product(rest);
  if (rows != columns || rows != other.numel())
    fail("{}: self {} does not make a square matrix for other {}", op, a.sizes(), other.sizes());
  return linalg_solve(a.reshape({rows, columns}), other.reshape({rows})).reshape(rest);
}

}  // namespace gradus
