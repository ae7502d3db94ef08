// The forms of these operations that write to given tensors, as autograd/ops/out.h has them for
// others: f_out(out, ...) writes what f(...) gives to `out`, or to as many tensors as f gives.
#pragma once

#include "autograd/ops/linalg/linalg_namespace.h"
#include "autograd/ops/out.h"

namespace gradus {

namespace detail {
// Writes ys to the outs; where one cannot be written, none is.
void write_outs(const char* op, std::initializer_list<Tensor*> outs,
                std::initializer_list<const Tensor*> ys);
}  // namespace detail

// clang-format off
#define GRADUS_OUT(name)                                                                          \
  template <class... Args>                                                                        \
  Tensor& name##_out(Tensor& out, const Args&... args) {                                          \
    return detail::write_out(#name, out, name(args...));                                          \
  }
#define GRADUS_OUT_2(name)                                                                        \
  template <class... Args>                                                                        \
  std::tuple<Tensor&, Tensor&> name##_out(Tensor& a, Tensor& b, const Args&... args) {            \
    const auto y = name(args...);                                                                 \
    detail::write_outs(#name, {&a, &b}, {&std::get<0>(y), &std::get<1>(y)});                      \
    return {a, b};                                                                                \
  }
#define GRADUS_OUT_3(name)                                                                        \
  template <class... Args>                                                                        \
  std::tuple<Tensor&, Tensor&, Tensor&> name##_out(Tensor& a, Tensor& b, Tensor& c,               \
                                                   const Args&... args) {                         \
    const auto y = name(args...);                                                                 \
    detail::write_outs(#name, {&a, &b, &c},                                                       \
                       {&std::get<0>(y), &std::get<1>(y), &std::get<2>(y)});                      \
    return {a, b, c};                                                                             \
  }
// clang-format on

GRADUS_OUT(linalg_det)               ///< linalg_det(A) into `out`.
GRADUS_OUT(linalg_inv)               ///< linalg_inv(A) into `out`.
GRADUS_OUT(inverse)                  ///< inverse(x) into `out`.
GRADUS_OUT(linalg_solve)             ///< linalg_solve(A, B, left) into `out`.
GRADUS_OUT(linalg_solve_triangular)  ///< linalg_solve_triangular(A, B, upper, left, unitriangular)
                                     ///< into `out`.
GRADUS_OUT(linalg_tensorsolve)       ///< linalg_tensorsolve(A, B, dims) into `out`.
GRADUS_OUT(linalg_tensorinv)         ///< linalg_tensorinv(A, ind) into `out`.
GRADUS_OUT(linalg_lu_solve)          ///< linalg_lu_solve(LU, pivots, B, left, adjoint) into `out`.
GRADUS_OUT(lu_solve)                 ///< lu_solve(B, LU, pivots) into `out`.
GRADUS_OUT(linalg_cholesky)          ///< linalg_cholesky(A, upper) into `out`.
GRADUS_OUT(cholesky)                 ///< cholesky(A, upper) into `out`.
GRADUS_OUT(cholesky_inverse)         ///< cholesky_inverse(L, upper) into `out`.
GRADUS_OUT(cholesky_solve)           ///< cholesky_solve(B, L, upper) into `out`.
GRADUS_OUT(linalg_householder_product)  ///< linalg_householder_product(input, tau) into `out`.
GRADUS_OUT(orgqr)                       ///< orgqr(input, tau) into `out`.
GRADUS_OUT(ormqr)                       ///< ormqr(input, tau, other, left, transpose) into `out`.
GRADUS_OUT(linalg_eigvalsh)             ///< linalg_eigvalsh(A, UPLO) into `out`.
GRADUS_OUT(linalg_eigvals)              ///< linalg_eigvals(A) into `out`.
GRADUS_OUT(linalg_svdvals)              ///< linalg_svdvals(A, driver) into `out`.
GRADUS_OUT(linalg_pinv)                 ///< linalg_pinv(A, ...) into `out`.
GRADUS_OUT(linalg_matrix_rank)          ///< linalg_matrix_rank(A, ...) into `out`.
GRADUS_OUT(linalg_ldl_solve)            ///< linalg_ldl_solve(LD, pivots, B, hermitian) into `out`.
GRADUS_OUT(linalg_matrix_exp)           ///< linalg_matrix_exp(A) into `out`.
GRADUS_OUT(linalg_matrix_norm)   ///< linalg_matrix_norm(A, ord, dim, keepdim, dtype) into `out`.
GRADUS_OUT(linalg_norm)          ///< linalg_norm(A, ord, dim, keepdim, dtype) into `out`.
GRADUS_OUT(linalg_vector_norm)   ///< linalg_vector_norm(x, ord, dim, keepdim, dtype) into `out`.
GRADUS_OUT(linalg_cond)          ///< linalg_cond(A, p) into `out`.
GRADUS_OUT(linalg_cross)         ///< linalg_cross(a, b, dim) into `out`.
GRADUS_OUT(linalg_vecdot)        ///< linalg_vecdot(a, b, dim) into `out`.
GRADUS_OUT(linalg_matmul)        ///< linalg_matmul(a, b) into `out`.
GRADUS_OUT(linalg_matrix_power)  ///< linalg_matrix_power(A, n) into `out`.
GRADUS_OUT(frobenius_norm)       ///< frobenius_norm(A, dim, keepdim) into `out`.
GRADUS_OUT(nuclear_norm)         ///< nuclear_norm(A, dim, keepdim) into `out`.

GRADUS_OUT_2(linalg_slogdet)      ///< linalg_slogdet(A) into two tensors.
GRADUS_OUT_2(slogdet)             ///< slogdet(A) into two tensors.
GRADUS_OUT_2(linalg_inv_ex)       ///< linalg_inv_ex(A, check_errors) into two tensors.
GRADUS_OUT_2(linalg_solve_ex)     ///< linalg_solve_ex(A, B, left, check_errors) into two tensors.
GRADUS_OUT_2(linalg_cholesky_ex)  ///< linalg_cholesky_ex(A, upper, check_errors) into two tensors.
GRADUS_OUT_2(linalg_lu_factor)    ///< linalg_lu_factor(A, pivot) into two tensors.
GRADUS_OUT_2(linalg_qr)           ///< linalg_qr(A, mode) into two tensors.
GRADUS_OUT_2(qr)                  ///< qr(A, some) into two tensors.
GRADUS_OUT_2(geqrf)               ///< geqrf(A) into two tensors.
GRADUS_OUT_2(linalg_eigh)         ///< linalg_eigh(A, UPLO) into two tensors.
GRADUS_OUT_2(linalg_eig)          ///< linalg_eig(A) into two tensors.
GRADUS_OUT_2(linalg_ldl_factor)   ///< linalg_ldl_factor(A, hermitian) into two tensors.
GRADUS_OUT_2(triangular_solve)    ///< triangular_solve(B, A, upper, transpose, unitriangular) into
                                  ///< two tensors.

GRADUS_OUT_3(linalg_lu)  ///< linalg_lu(A, pivot) into three tensors.
GRADUS_OUT_3(
    linalg_lu_factor_ex)  ///< linalg_lu_factor_ex(A, pivot, check_errors) into three tensors.
GRADUS_OUT_3(lu_unpack)   ///< lu_unpack(LU, pivots, unpack_data, unpack_pivots) into three tensors.
GRADUS_OUT_3(linalg_svd)  ///< linalg_svd(A, full_matrices, driver) into three tensors.
GRADUS_OUT_3(svd)         ///< svd(A, some, compute_uv) into three tensors.
GRADUS_OUT_3(
    linalg_ldl_factor_ex)  ///< linalg_ldl_factor_ex(A, hermitian, check_errors) into three tensors.

#undef GRADUS_OUT
#undef GRADUS_OUT_2
#undef GRADUS_OUT_3

/// linalg_multi_dot(tensors) into `out`.
Tensor& linalg_multi_dot_out(Tensor& out, TensorList tensors);
/// chain_matmul(matrices) into `out`.
Tensor& chain_matmul_out(Tensor& out, TensorList matrices);
/// linalg_lstsq(A, B, rcond, driver) into four tensors.
std::tuple<Tensor&, Tensor&, Tensor&, Tensor&> linalg_lstsq_out(
    Tensor& solution, Tensor& residuals, Tensor& rank, Tensor& singular_values, const Tensor& self,
    const Tensor& b, std::optional<double> rcond = std::nullopt,
    std::optional<std::string_view> driver = std::nullopt);

}  // namespace gradus
