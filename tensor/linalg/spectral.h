// Eigenvalues of symmetric matrices and singular values, of batches [..., m, n], float or double.
// Symmetric matrices larger than 32, and others with more rows and columns than that, need LAPACK.
// What belongs to a matrix with elements that are not finite is nan. Throws LinAlgError, beginning
// with `op`, where the algorithm does not converge.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Of the half of A that `upper` names: the eigenvalues [..., n] in ascending order, and with
// `vectors` the eigenvectors as columns, [..., n, n].
struct Eigh {
  Tensor values, vectors;
};
Eigh eigh(const char* op, const Tensor& a, bool upper, bool vectors);

// A = U diag(S) V^T, the k = min(m, n) of S in descending order; with `vectors` U [..., m, k] and
// V^T [..., k, n], or square with `full`; then elements that are not finite throw.
struct Svd {
  Tensor u, s, vh;
};
Svd svd(const char* op, const Tensor& a, bool full, bool vectors);

}  // namespace gradus::raw
