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

}  // namespace gradus::raw
