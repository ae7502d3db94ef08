// The names of torch::linalg: each is the function linalg_NAME, which says what it does.
#pragma once

#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrix_norm.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/ops/reduce/reduce.h"

namespace gradus::linalg {

/// The same as linalg_det().
inline Tensor det(const Tensor& A) { return linalg_det(A); }
/// The same as linalg_slogdet().
inline std::tuple<Tensor, Tensor> slogdet(const Tensor& A) { return linalg_slogdet(A); }
/// The same as linalg_inv().
inline Tensor inv(const Tensor& A) { return linalg_inv(A); }
/// The same as linalg_inv_ex().
inline std::tuple<Tensor, Tensor> inv_ex(const Tensor& A, bool check_errors = false) {
  return linalg_inv_ex(A, check_errors);
}
/// The same as linalg_solve().
inline Tensor solve(const Tensor& A, const Tensor& B, bool left = true) {
  return linalg_solve(A, B, left);
}
/// The same as linalg_solve_ex().
inline std::tuple<Tensor, Tensor> solve_ex(const Tensor& A, const Tensor& B, bool left = true,
                                           bool check_errors = false) {
  return linalg_solve_ex(A, B, left, check_errors);
}
/// The same as linalg_solve_triangular().
inline Tensor solve_triangular(const Tensor& A, const Tensor& B, bool upper, bool left = true,
                               bool unitriangular = false) {
  return linalg_solve_triangular(A, B, upper, left, unitriangular);
}
/// The same as linalg_tensorsolve().
inline Tensor tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims = {}) {
  return linalg_tensorsolve(self, other, dims);
}
/// The same as linalg_tensorinv().
inline Tensor tensorinv(const Tensor& self, int64_t ind = 2) { return linalg_tensorinv(self, ind); }
/// The same as linalg_lu().
inline std::tuple<Tensor, Tensor, Tensor> lu(const Tensor& A, bool pivot = true) {
  return linalg_lu(A, pivot);
}
/// The same as linalg_lu_factor().
inline std::tuple<Tensor, Tensor> lu_factor(const Tensor& A, bool pivot = true) {
  return linalg_lu_factor(A, pivot);
}
/// The same as linalg_lu_factor_ex().
inline std::tuple<Tensor, Tensor, Tensor> lu_factor_ex(const Tensor& A, bool pivot = true,
                                                       bool check_errors = false) {
  return linalg_lu_factor_ex(A, pivot, check_errors);
}
/// The same as linalg_lu_solve().
inline Tensor lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left = true,
                       bool adjoint = false) {
  return linalg_lu_solve(LU, pivots, B, left, adjoint);
}
/// The same as linalg_cholesky().
inline Tensor cholesky(const Tensor& self, bool upper = false) {
  return linalg_cholesky(self, upper);
}
/// The same as linalg_cholesky_ex().
inline std::tuple<Tensor, Tensor> cholesky_ex(const Tensor& self, bool upper = false,
                                              bool check_errors = false) {
  return linalg_cholesky_ex(self, upper, check_errors);
}
/// The same as linalg_qr().
inline std::tuple<Tensor, Tensor> qr(const Tensor& A, std::string_view mode = "reduced") {
  return linalg_qr(A, mode);
}
/// The same as linalg_householder_product().
inline Tensor householder_product(const Tensor& input, const Tensor& tau) {
  return linalg_householder_product(input, tau);
}
/// The same as linalg_eigh().
inline std::tuple<Tensor, Tensor> eigh(const Tensor& self, std::string_view UPLO = "L") {
  return linalg_eigh(self, UPLO);
}
/// The same as linalg_eigvalsh().
inline Tensor eigvalsh(const Tensor& self, std::string_view UPLO = "L") {
  return linalg_eigvalsh(self, UPLO);
}
/// The same as linalg_eig().
inline std::tuple<Tensor, Tensor> eig(const Tensor& self) { return linalg_eig(self); }
/// The same as linalg_eigvals().
inline Tensor eigvals(const Tensor& self) { return linalg_eigvals(self); }
/// The same as linalg_svd().
inline std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& A, bool full_matrices = true,
                                              std::optional<std::string_view> driver = {}) {
  return linalg_svd(A, full_matrices, driver);
}
/// The same as linalg_svdvals().
inline Tensor svdvals(const Tensor& A, std::optional<std::string_view> driver = {}) {
  return linalg_svdvals(A, driver);
}
/// The same as linalg_pinv().
inline Tensor pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian = false) {
  return linalg_pinv(self, atol, rtol, hermitian);
}
inline Tensor pinv(const Tensor& self, const std::optional<Tensor>& atol = {},
                   const std::optional<Tensor>& rtol = {}, bool hermitian = false) {
  return linalg_pinv(self, atol, rtol, hermitian);
}
inline Tensor pinv(const Tensor& self, double rcond, bool hermitian = false) {
  return linalg_pinv(self, rcond, hermitian);
}
inline Tensor pinv(const Tensor& self, const Tensor& rcond, bool hermitian = false) {
  return linalg_pinv(self, rcond, hermitian);
}
/// The same as linalg_matrix_rank().
inline Tensor matrix_rank(const Tensor& self, std::optional<double> atol,
                          std::optional<double> rtol, bool hermitian = false) {
  return linalg_matrix_rank(self, atol, rtol, hermitian);
}
inline Tensor matrix_rank(const Tensor& self, const std::optional<Tensor>& atol = {},
                          const std::optional<Tensor>& rtol = {}, bool hermitian = false) {
  return linalg_matrix_rank(self, atol, rtol, hermitian);
}
inline Tensor matrix_rank(const Tensor& self, double tol, bool hermitian = false) {
  return linalg_matrix_rank(self, tol, hermitian);
}
inline Tensor matrix_rank(const Tensor& self, const Tensor& tol, bool hermitian = false) {
  return linalg_matrix_rank(self, tol, hermitian);
}
/// The same as linalg_lstsq().
inline std::tuple<Tensor, Tensor, Tensor, Tensor> lstsq(
    const Tensor& self, const Tensor& b, std::optional<double> rcond = {},
    std::optional<std::string_view> driver = {}) {
  return linalg_lstsq(self, b, rcond, driver);
}
/// The same as linalg_ldl_factor().
inline std::tuple<Tensor, Tensor> ldl_factor(const Tensor& self, bool hermitian = false) {
  return linalg_ldl_factor(self, hermitian);
}
/// The same as linalg_ldl_factor_ex().
inline std::tuple<Tensor, Tensor, Tensor> ldl_factor_ex(const Tensor& self, bool hermitian = false,
                                                        bool check_errors = false) {
  return linalg_ldl_factor_ex(self, hermitian, check_errors);
}
/// The same as linalg_ldl_solve().
inline Tensor ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B,
                        bool hermitian = false) {
  return linalg_ldl_solve(LD, pivots, B, hermitian);
}
/// The same as linalg_matrix_exp().
inline Tensor matrix_exp(const Tensor& self) { return linalg_matrix_exp(self); }
/// The same as linalg_vander().
inline Tensor vander(const Tensor& x, std::optional<int64_t> N = {}) { return linalg_vander(x, N); }
/// The same as linalg_norm().
inline Tensor norm(const Tensor& self, const std::optional<Scalar>& ord = {},
                   OptionalIntArrayRef dim = {}, bool keepdim = false,
                   std::optional<ScalarType> dtype = {}) {
  return linalg_norm(self, ord, dim, keepdim, dtype);
}
template <detail::String S>
Tensor norm(const Tensor& self, S ord, OptionalIntArrayRef dim = {}, bool keepdim = false,
            std::optional<ScalarType> dtype = {}) {
  return linalg_norm(self, ord, dim, keepdim, dtype);
}
/// The same as linalg_vector_norm().
inline Tensor vector_norm(const Tensor& self, const Scalar& ord = 2, OptionalIntArrayRef dim = {},
                          bool keepdim = false, std::optional<ScalarType> dtype = {}) {
  return linalg_vector_norm(self, ord, dim, keepdim, dtype);
}
/// The same as linalg_matrix_norm().
inline Tensor matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = {}) {
  return linalg_matrix_norm(self, ord, dim, keepdim, dtype);
}
template <detail::String S>
Tensor matrix_norm(const Tensor& self, S ord, IntArrayRef dim = {-2, -1}, bool keepdim = false,
                   std::optional<ScalarType> dtype = {}) {
  return linalg_matrix_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor matrix_norm(const Tensor& self) { return linalg_matrix_norm(self); }
/// The same as linalg_cond().
inline Tensor cond(const Tensor& self, const std::optional<Scalar>& p = {}) {
  return linalg_cond(self, p);
}
template <detail::String S>
Tensor cond(const Tensor& self, S p) {
  return linalg_cond(self, p);
}
/// The same as linalg_cross().
inline Tensor cross(const Tensor& self, const Tensor& other, int64_t dim = -1) {
  return linalg_cross(self, other, dim);
}
/// The same as linalg_vecdot().
inline Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1) {
  return linalg_vecdot(x, y, dim);
}
/// The same as linalg_diagonal().
inline Tensor diagonal(const Tensor& A, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) {
  return linalg_diagonal(A, offset, dim1, dim2);
}
/// The same as linalg_matmul().
inline Tensor matmul(const Tensor& self, const Tensor& other) { return linalg_matmul(self, other); }

}  // namespace gradus::linalg
