// LU, Cholesky and triangular systems of batches of matrices [..., m, n], float or double. Other
// types throw Error with `op`.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// P A = L U with partial pivoting: L below the diagonal and U above it in `lu`, row i changed
// places with row pivots[i] - 1, and info, 0 or the number of the first pivot that is 0. Pivots and
// info are int32.
struct LU {
  Tensor lu, pivots, info;
};
LU lu_factor(const char* op, const Tensor& a);
bool any_singular(const LU& f);
// The first number of info that is not 0, and its place; a number of 0 where there is none.
struct Failure {
  int64_t matrix;
  int32_t number;
};
Failure first_failure(const Tensor& info);

// Of the determinants of square A: their values, where `factors`, if not null, gets the LU as well;
// their signs and the logarithms of their sizes.
Tensor determinant(const char* op, const Tensor& a, LU* factors);
struct LogDeterminant {
  Tensor sign, log;
};
LogDeterminant log_determinant(const LU& f);

// X of A X = B, or of A^T X = B, from the factors of square A. Batches are the same. Throws unless
// pivots are int32 in [1, n].
Tensor lu_solve(const char* op, const Tensor& lu, const Tensor& pivots, const Tensor& b,
                bool transposed);
// A^-T times a number for each matrix, from what lu_factor() gave.
Tensor inverse_transposed(const LU& f, const Tensor& weights);

// lu_factor() and lu_solve() at once, with the info of the first, and the inverse for an undefined
// B; `factors`, where not null, gets the LU as well.
struct Solution {
  Tensor x, info;
};
Solution solve(const char* op, const Tensor& a, const Tensor& b, LU* factors);

// The rows of the identity in the order that the pivots make of them, as numbers of rows, int64
// [..., m]: (P^T A)[i] = A[rows[i]].
Tensor pivoted_rows(const char* op, const Tensor& pivots, int64_t m);

// L of A = L L^T, lower or (then its transpose) upper, from that half of A; info: 0, or the order
// of the first leading minor that is not positive.
struct Cholesky {
  Tensor factor, info;
};
Cholesky cholesky(const char* op, const Tensor& a, bool upper);
// The gradient by A from that by the lower L, where small_batch(l, dl) holds.
Tensor cholesky_back(const Tensor& l, const Tensor& dl);

// Whether a and b are matrices of the same batch, of more than one, and none is large; alpha a b
// for such.
bool small_batch(const Tensor& a, const Tensor& b);
Tensor small_product(const Tensor& a, const Tensor& b, double alpha = 1);
// Where small_batch(y, dy) holds: the gradient by A of Y = A^-1, -Y^T dY Y^T.
Tensor inverse_back(const Tensor& y, const Tensor& dy);
// Where small_batch(x, dx) holds and A is no larger: the gradients by B and, if wanted, by A of X
// of A X = B, dB = A^-T dX and dA = -dB X^T.
struct SolveGrads {
  Tensor db, da;
};
SolveGrads solve_back(const Tensor& lu, const Tensor& pivots, const Tensor& x, const Tensor& dx,
                      bool with_da);

// X of A X = B for triangular A; the other half, and of a `unit` triangle the diagonal, are not
// read. Batches are the same.
Tensor triangular_solve(const char* op, const Tensor& a, const Tensor& b, bool upper, bool unit);

// B, a matrix of row-major or column-major strides, becomes that X.
void triangular_solve_into(const Tensor& a, const Tensor& b, bool upper, bool unit);

}  // namespace gradus::raw
