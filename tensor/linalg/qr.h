// Orthogonal factors of batches of matrices [..., m, n], float or double.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// R and, below it, the reflections whose product is Q, with their factors tau [..., min(m, n)], as
// LAPACK's geqrf gives them.
struct Reflections {
  Tensor qr, tau;
};
Reflections householder_qr(const char* op, const Tensor& a);

// The first `columns` columns of the product of the reflections, [..., m, columns], from qr
// [..., m, n] and tau [..., k], k <= n.
Tensor form_q(const char* op, const Tensor& qr, const Tensor& tau, int64_t columns);

// A = Q R of small A: the first `rows` rows of R, and as many columns of Q, if wanted. R is
// undefined where A is not small.
struct QR {
  Tensor q, r;
};
QR small_qr(const char* op, const Tensor& a, int64_t rows, bool with_q);

}  // namespace gradus::raw
