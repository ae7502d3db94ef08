// Orthogonal and spectral decompositions, and what is made of them. All are of matrices in the last
// two dims and take batches of them; float or double. Eigenvalues of matrices larger than 32 x 32,
// and singular values of those with more rows and more columns than 32, need LAPACK: Debian's
// package libopenblas0 or liblapack3, or the library that the environment variable GRADUS_LAPACK
// names, opened at its first use; without it these throw Error.
#pragma once

#include <string_view>
#include <tuple>

#include "tensor/base/linalg_error.h"
#include "tensor/tensor.h"

namespace gradus {

// --- QR: A = Q R, Q with orthonormal columns, R upper triangular ----

/// Q and R of A [..., m, n], k = min(m, n): Q [..., m, k] and R [..., k, n] in mode "reduced",
/// [..., m, m] and [..., m, n] in mode "complete", and in mode "r" R of the first and an empty Q.
/// There is no gradient in mode "r", and in mode "complete" where m > n.
std::tuple<Tensor, Tensor> linalg_qr(const Tensor& A, std::string_view mode = "reduced");
/// linalg_qr(), reduced or (some=false) complete.
std::tuple<Tensor, Tensor> qr(const Tensor& self, bool some = true);
/// R and, below it, the reflections that make Q, with their factors tau [..., k]. No derivative.
std::tuple<Tensor, Tensor> geqrf(const Tensor& self);
/// The first n columns of the product of the reflections of geqrf(), for input [..., m, n], m >= n,
/// and tau [..., k], k <= n.
Tensor linalg_householder_product(const Tensor& input, const Tensor& tau);
/// The same as linalg_householder_product().
Tensor orgqr(const Tensor& self, const Tensor& input2);
/// The product of Q, square, from the reflections `self` [..., m, k] and `input2` (tau), with
/// `input3`: Q C, or C Q without `left`, Q^T for Q with `transpose`.
Tensor ormqr(const Tensor& self, const Tensor& input2, const Tensor& input3, bool left = true,
             bool transpose = false);

// --- Eigenvalues and singular values ----

/// The eigenvalues [..., n] of symmetric matrices in ascending order and eigenvectors as columns,
/// from the lower half or the upper one (UPLO "U"). Those of a matrix with elements that are not
/// finite are nan.
std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& self, std::string_view UPLO = "L");
/// The eigenvalues alone.
Tensor linalg_eigvalsh(const Tensor& self, std::string_view UPLO = "L");
/// Throws Error: the result would be complex.
std::tuple<Tensor, Tensor> linalg_eig(const Tensor& self);
/// Throws Error: the result would be complex.
Tensor linalg_eigvals(const Tensor& self);

/// U, S and V^T of A = U diag(S) V^T, A [..., m, n], k = min(m, n): S [..., k] in descending order,
/// U [..., m, m] and V^T [..., n, n], or [..., m, k] and [..., k, n] without full_matrices; columns
/// beyond the k have no gradient. `driver` makes no difference. Throws LinAlgError for elements
/// that are not finite.
std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& A, bool full_matrices = true,
                                              std::optional<std::string_view> driver = {});
/// S alone; nan for a matrix with elements that are not finite.
Tensor linalg_svdvals(const Tensor& A, std::optional<std::string_view> driver = {});
/// U, S and V (not transposed) of linalg_svd(), reduced with `some`; without compute_uv U and V are
/// zeros.
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some = true,
                                       bool compute_uv = true);

/// The pseudoinverse [..., n, m] of A [..., m, n]: singular values of at most max(atol, rtol times
/// the largest) count as 0, where atol is 0 and rtol max(m, n) eps unless given (rtol 0 beside an
/// atol). With `hermitian` A is symmetric, and its eigenvalues are taken.
Tensor linalg_pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian = false);
Tensor linalg_pinv(const Tensor& self, const std::optional<Tensor>& atol = {},
                   const std::optional<Tensor>& rtol = {}, bool hermitian = false);
Tensor linalg_pinv(const Tensor& self, double rcond, bool hermitian = false);
Tensor linalg_pinv(const Tensor& self, const Tensor& rcond, bool hermitian = false);
/// linalg_pinv() with rtol `rcond`.
Tensor pinverse(const Tensor& self, double rcond = 1e-15);
/// How many singular values (of a symmetric A eigenvalues) are above the limit of linalg_pinv():
/// int64 [...].
Tensor linalg_matrix_rank(const Tensor& self, std::optional<double> atol,
                          std::optional<double> rtol, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& input, const std::optional<Tensor>& atol = {},
                          const std::optional<Tensor>& rtol = {}, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& self, double tol, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& input, const Tensor& tol, bool hermitian = false);

/// X of the least |A X - B| for A [..., m, n] and B [..., m, k] or vectors [..., m]; of several the
/// shortest. Then the squares of what is left, [..., k] (where m > n, A has full rank and the
/// driver is not "gelsy"), the rank and the singular values. Drivers: "gelsy" (the default), "gels"
/// (full rank, no rank), "gelsd" and "gelss" (with singular values); singular values of at most
/// rcond times the largest count as 0, by default max(m, n) eps.
std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(
    const Tensor& self, const Tensor& b, std::optional<double> rcond = std::nullopt,
    std::optional<std::string_view> driver = std::nullopt);

// --- LDL: A = L D L^T with blocks of one or two rows in D, for symmetric A; by LAPACK ----

/// L and D in one matrix, and LAPACK's pivots, int32 [..., n]. No derivative.
std::tuple<Tensor, Tensor> linalg_ldl_factor(const Tensor& self, bool hermitian = false);
/// The same, and for each matrix an int32: 0, or the number of the first 0 in D.
std::tuple<Tensor, Tensor, Tensor> linalg_ldl_factor_ex(const Tensor& self, bool hermitian = false,
                                                        bool check_errors = false);
/// X of A X = B from these factors. No derivative.
Tensor linalg_ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B,
                        bool hermitian = false);

// --- Functions of matrices ----

/// The exponential of square matrices.
Tensor linalg_matrix_exp(const Tensor& self);
/// The same as linalg_matrix_exp().
Tensor matrix_exp(const Tensor& self);
/// The powers 0, 1 ... N - 1 (by default as many as elements) of each element of x [..., n]:
/// [..., n, N].
Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N = std::nullopt);

}  // namespace gradus
