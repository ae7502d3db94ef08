#include "autograd/ops/linalg/matrix_norm.h"

#include <cmath>
#include <limits>

#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/ops/reduce/reduce.h"

namespace gradus {

using autograd::expect_matrices;
using autograd::expect_square;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Matrix {
  int64_t rows, columns;  // the dims, from the front
};
Matrix dims_of(const char* op, const Tensor& x, IntArrayRef dim) {
  expect_matrices(op, x);
  if (dim.size() != 2) fail("{}: expected 2 dims, got {}", op, dim);
  const Matrix m{wrap_dim(dim[0], x.dim(), op), wrap_dim(dim[1], x.dim(), op)};
  if (m.rows == m.columns) fail("{}: expected 2 different dims, got {}", op, dim);
  return m;
}

// The singular values of those matrices, in one dim, at the end.
Tensor values_of(const Tensor& x, const Matrix& m) {
  return linalg_svdvals(x.movedim({m.rows, m.columns}, {-2, -1}));
}
// What was reduced, with its two dims as 1 again.
Tensor kept(const Tensor& y, const Matrix& m, bool keepdim) {
  if (!keepdim) return y;
  return y.unsqueeze(std::min(m.rows, m.columns)).unsqueeze(std::max(m.rows, m.columns));
}

Tensor norm_by_order(const char* op, const Tensor& x, double ord, IntArrayRef dim, bool keepdim) {
  const Matrix m = dims_of(op, x, dim);
  const bool largest = ord > 0;
  if (std::abs(ord) == 2) {
    const Tensor s = values_of(x, m);
    return kept(largest ? s.amax(IntArrayRef{-1}) : s.amin(IntArrayRef{-1}), m, keepdim);
  }
  if (std::abs(ord) != 1 && !std::isinf(ord))
    fail("{}: expected order 1, 2, inf, their negatives, fro or nuc, got {}", op, ord);
  const bool along_rows = std::isinf(ord);
  const Tensor sums = x.abs().sum(IntArrayRef{along_rows ? m.columns : m.rows}, /*keepdim=*/true);
  const IntArrayRef rest = along_rows ? IntArrayRef(m.rows) : IntArrayRef(m.columns);
  const Tensor y = largest ? sums.amax(rest, true) : sums.amin(rest, true);
  if (keepdim) return y;
  return y.squeeze(std::max(m.rows, m.columns)).squeeze(std::min(m.rows, m.columns));
}

Tensor norm_by_name(const char* op, const Tensor& x, std::string_view ord, IntArrayRef dim,
                    bool keepdim) {
  const Matrix m = dims_of(op, x, dim);
  if (ord == "fro") return linalg_vector_norm(x, 2, dim, keepdim);
  if (ord == "nuc") return kept(values_of(x, m).sum(IntArrayRef{-1}), m, keepdim);
  fail("{}: expected order fro or nuc, got {}", op, ord);
}

Tensor converted(const Tensor& x, OptionalDtype dtype) { return dtype ? x.to(*dtype) : x; }

// |A| |A^-1|, infinite where A is singular.
template <class Order>
Tensor condition(const Tensor& a, const Order& p) {
  const char* const op = "linalg_cond";
  expect_square(op, a);
  if (a.numel() == 0) return zeros(autograd::batch_of(a), a.options());
  const auto [inverse, info] = linalg_inv_ex(a);
  const Tensor singular = info.ne(0);
  const Tensor y =
      linalg_matrix_norm(a, p) *
      linalg_matrix_norm(inverse.masked_fill(singular.unsqueeze(-1).unsqueeze(-1), 1), p);
  return y.masked_fill(singular, infinite);
}

}  // namespace

Tensor linalg_matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim, bool keepdim,
                          OptionalDtype dtype) {
  return norm_by_order("linalg_matrix_norm", converted(self, dtype), ord.toDouble(), dim, keepdim);
}
Tensor detail::named_matrix_norm(const char* op, const Tensor& x, std::string_view ord,
                                 OptionalIntArrayRef dim, bool keepdim,
                                 std::optional<ScalarType> dtype) {
  if (!dim && x.dim() != 2) fail("{}: expected 2 dims for order {}, got {}", op, ord, x.sizes());
  return norm_by_name(op, converted(x, dtype), ord, dim ? *dim : IntArrayRef({-2, -1}), keepdim);
}

Tensor linalg_norm(const Tensor& self, const std::optional<Scalar>& ord, OptionalIntArrayRef dim,
                   bool keepdim, OptionalDtype dtype) {
  const char* const op = "linalg_norm";
  if (dim && (dim->size() < 1 || dim->size() > 2) && ord)
    fail("{}: expected 1 dim or 2, got {}", op, *dim);
  if (!ord) {
    const Tensor y = linalg_vector_norm(self, 2, dim, keepdim, dtype);
    return y;
  }
  if (!dim && self.dim() != 1 && self.dim() != 2)
    fail("{}: expected 1 dim or 2 where `dim` is not given, got {}", op, self.sizes());
  const Tensor x = converted(self, dtype);
  if (dim ? dim->size() == 2 : self.dim() == 2)
    return norm_by_order(op, x, ord->toDouble(), dim ? *dim : IntArrayRef({-2, -1}), keepdim);
  return linalg_vector_norm(x, *ord, dim, keepdim);
}
Tensor linalg_cond(const Tensor& self, const std::optional<Scalar>& p) {
  const double order = p ? p->toDouble() : 2;
  if (std::abs(order) != 2) return condition(self, Scalar(order));
  expect_matrices("linalg_cond", self);
  if (self.numel() == 0) return zeros(autograd::batch_of(self), self.options());
  const Tensor s = linalg_svdvals(self);
  const Tensor largest = s.select(-1, 0), smallest = s.select(-1, -1);
  return order > 0 ? largest / smallest : smallest / largest;
}
Tensor detail::named_cond(const Tensor& self, std::string_view p) {
  if (p == "nuc" || p == "fro") return condition(self, p);
  fail("linalg_cond: expected order fro or nuc, got {}", p);
}

Tensor frobenius_norm(const Tensor& self, IntArrayRef dim, bool keepdim) {
  if (dim.size() > 2) fail("frobenius_norm: expected at most 2 dims, got {}", dim);
  return linalg_vector_norm(self, 2, dim, keepdim);
}
Tensor nuclear_norm(const Tensor& self, bool keepdim) {
  if (self.dim() != 2) fail("nuclear_norm: expected 2 dims, got {}", self.sizes());
  return norm_by_name("nuclear_norm", self, "nuc", {-2, -1}, keepdim);
}
Tensor nuclear_norm(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return norm_by_name("nuclear_norm", self, "nuc", dim, keepdim);
}

}  // namespace gradus
