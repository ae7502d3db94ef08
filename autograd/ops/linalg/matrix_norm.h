// Norms of matrices, and of what is either a vector or a matrix.
#pragma once

#include <concepts>
#include <string_view>

#include "tensor/tensor.h"

namespace gradus {

namespace detail {
// What names an order, and never the number 0, which would fit a string_view too.
template <class T>
concept String = std::convertible_to<T, std::string_view>;

Tensor named_matrix_norm(const char* op, const Tensor& x, std::string_view ord,
                         OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype);
Tensor named_cond(const Tensor& self, std::string_view p);
}  // namespace detail

/// The norm of the matrices in the two dims `dim`, which are kept as 1 with keepdim: "fro" (the
/// default) the root of the sum of squares, "nuc" the sum of the singular values, inf and -inf the
/// largest and the smallest sum of |x| along a row, 1 and -1 along a column, 2 and -2 the largest
/// and the smallest singular value. Elements are converted to `dtype` first. Throws Error for other
/// orders.
Tensor linalg_matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
template <detail::String S>
Tensor linalg_matrix_norm(const Tensor& self, S ord, IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) {
  return detail::named_matrix_norm("linalg_matrix_norm", self, ord, dim, keepdim, dtype);
}
inline Tensor linalg_matrix_norm(const Tensor& self) { return linalg_matrix_norm(self, "fro"); }

/// linalg_vector_norm() over one dim, linalg_matrix_norm() over two; without `dim` of a tensor of 1
/// or 2 dims. Without `ord` the root of the sum of squares over `dim`, or over all elements.
Tensor linalg_norm(const Tensor& self, const std::optional<Scalar>& ord = std::nullopt,
                   OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                   std::optional<ScalarType> dtype = std::nullopt);
template <detail::String S>
Tensor linalg_norm(const Tensor& self, S ord, OptionalIntArrayRef dim = std::nullopt,
                   bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) {
  return detail::named_matrix_norm("linalg_norm", self, ord, dim, keepdim, dtype);
}

/// The condition number: the quotient of the largest and the smallest singular value (of these the
/// inverse for p -2), or |A| |A^-1| in another norm, infinite for singular A.
Tensor linalg_cond(const Tensor& self, const std::optional<Scalar>& p = std::nullopt);
template <detail::String S>
Tensor linalg_cond(const Tensor& self, S p) {
  return detail::named_cond(self, p);
}

/// The root of the sum of squares over `dim`.
Tensor frobenius_norm(const Tensor& self, IntArrayRef dim, bool keepdim = false);
/// The sum of the singular values of a matrix, or of those in the two dims `dim`.
Tensor nuclear_norm(const Tensor& self, bool keepdim = false);
Tensor nuclear_norm(const Tensor& self, IntArrayRef dim, bool keepdim = false);

}  // namespace gradus
