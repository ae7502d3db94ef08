// Systems of equations and what answers them: determinants, inverses, and the factors of LU and
// Cholesky. All are of matrices in the last two dims and take batches of them; float or double.
#pragma once

#include <tuple>

#include "tensor/tensor.h"

namespace gradus {

/// The determinants of square matrices [..., n, n]: [...]. Throws Error unless they are square.
Tensor linalg_det(const Tensor& A);
/// The same as linalg_det().
Tensor det(const Tensor& self);
/// The sign of the determinant (0 where it is 0) and the logarithm of its size, [...] each. The
/// slope of the sign is 0.
std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& A);
/// The same as linalg_slogdet().
std::tuple<Tensor, Tensor> slogdet(const Tensor& self);
/// The logarithm of the determinant: nan where that is negative, -inf where it is 0.
Tensor logdet(const Tensor& self);

/// The inverses of square matrices. Throws LinAlgError where one is singular.
Tensor linalg_inv(const Tensor& A);
/// The same as linalg_inv().
Tensor inverse(const Tensor& self);
/// The inverses, and for each matrix an int32: 0, or the number of the first pivot that is 0, whose
/// inverse has infinite elements or nans. With check_errors that throws LinAlgError.
std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& A, bool check_errors = false);

/// X of A X = B, or with left=false of X A = B, for square A [..., n, n] and B [..., n, k]; batches
/// broadcast. B is taken for vectors where it has one dim, or the shape of A without its last.
/// Throws LinAlgError where A is singular, Error where shapes or types differ.
Tensor linalg_solve(const Tensor& A, const Tensor& B, bool left = true);
/// The same with the numbers of linalg_inv_ex().
std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& A, const Tensor& B, bool left = true,
                                           bool check_errors = false);
/// X of A X = B (or X A = B) for triangular A, of which the other half is not read, nor its
/// diagonal with unitriangular, which stands for ones. Batches broadcast. Zeros on the diagonal
/// give infinite elements and nans.
Tensor linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left = true,
                               bool unitriangular = false);
/// X of A X = self, or of A^T X = self with `transpose`, for triangular A, and a copy of A.
std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A, bool upper = true,
                                            bool transpose = false, bool unitriangular = false);
/// X, of the shape of self's dims behind those of `other`, whose product with self over these dims
/// (moved to the end first where `dims` names them) is `other`.
Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims = {});
/// The inverse of self as a map from its dims from `ind` on to those before, which have as many
/// elements.
Tensor linalg_tensorinv(const Tensor& self, int64_t ind = 2);

// --- LU: A = P L U, P a permutation, L with ones on its diagonal, U upper triangular ----

/// P [..., m, m], L [..., m, k] and U [..., k, n] of A [..., m, n], k = min(m, n). Throws Error for
/// pivot=false.
std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& A, bool pivot = true);
/// L and U in one matrix, and pivots [..., k], int32: row i changed places with row pivots[i] - 1.
/// Throws LinAlgError where U has a 0 on its diagonal.
std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& A, bool pivot = true);
/// The same, and for each matrix an int32: 0, or the number of the first 0 on U's diagonal.
std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& A, bool pivot = true,
                                                       bool check_errors = false);
/// P, L and U from what linalg_lu_factor() gave; those that are not asked for are empty.
std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots,
                                             bool unpack_data = true, bool unpack_pivots = true);
/// X of A X = B (X A = B without `left`, A^T for A with `adjoint`) from the LU factors of A.
/// Batches broadcast. Throws Error for pivots that are not int32 or out of range.
Tensor linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left = true,
                       bool adjoint = false);
/// linalg_lu_solve() of self.
Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots);
/// linalg_lu_factor_ex() that checks by default; what torch.lu calls.
std::tuple<Tensor, Tensor, Tensor> _lu_with_info(const Tensor& self, bool pivot = true,
                                                 bool check_errors = true);

// --- Cholesky: A = L L^T for symmetric, positive definite A ----

/// The lower triangular L of matrices [..., n, n], of which only that half is read, or with `upper`
/// its transpose from the upper half. Throws LinAlgError where a matrix is not positive definite.
Tensor linalg_cholesky(const Tensor& self, bool upper = false);
/// The same as linalg_cholesky().
Tensor cholesky(const Tensor& self, bool upper = false);
/// L, and for each matrix an int32: 0, or the order of the first leading minor that is not
/// positive, where L has no meaning. With check_errors that throws LinAlgError.
std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper = false,
                                              bool check_errors = false);
/// X of L L^T X = self for the factor L, lower or upper.
Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper = false);
/// The inverse of L L^T.
Tensor cholesky_inverse(const Tensor& self, bool upper = false);

}  // namespace gradus
