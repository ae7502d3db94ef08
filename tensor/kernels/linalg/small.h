// Factorisations of many small matrices at once: each lane of a vector holds an element of another
// matrix, so that no step waits for the one before it.
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

// The most rows and columns that these kernels take.
inline constexpr int64_t small_matrix = 32;
// What each needs at `work`, aligned to 64 bytes.
inline constexpr int64_t small_work_bytes = 6 * small_matrix * (small_matrix + 1) * 64;

// Matrices of one shape: element [i, j] of matrix m at data[m * next + i * row + j * column].
template <class T>
struct Matrices {
  T* data;
  int64_t next, row, column;
};

struct SmallShape {
  int64_t count, rows, columns;
};

// Output matrices overlap no inputs.
template <class T>
struct LuKernels {
  // P A = L U with partial pivoting: L (its diagonal of ones left out) and U in one matrix, min(m,
  // n) pivots for each matrix as LAPACK counts them, info: 0, or the number of the first pivot
  // that is 0, and the determinants of square A. All but info are left out where they are null.
  void (*factor)(const Matrices<const T>& a, const Matrices<T>& lu, int32_t* pivots, int32_t* info,
                 T* determinants, const SmallShape& shape, void* work);
  // X of A X = B, or of A^T X = B, from what factor() gave; B is n x k.
  void (*solve)(const Matrices<const T>& lu, const int32_t* pivots, const Matrices<const T>& b,
                const Matrices<T>& x, bool transposed, const SmallShape& n_and_k, void* work);
  // factor() and solve() at once; lu and pivots are left out where they are null, and B is the
  // identity where its data is.
  void (*factor_solve)(const Matrices<const T>& a, const Matrices<const T>& b, const Matrices<T>& x,
                       const Matrices<T>& lu, int32_t* pivots, int32_t* info,
                       const SmallShape& n_and_k, void* work);
  // A^-T times a number for each matrix, from what factor() gave.
  void (*inverse_transposed)(const Matrices<const T>& lu, const int32_t* pivots, const T* weights,
                             const Matrices<T>& x, const SmallShape& shape, void* work);
  // The gradients of X of A X = B, n x k, k <= 32: dB = A^-T dX, and dA = -dB X^T, which are left
  // out where they are null.
  void (*solve_back)(const Matrices<const T>& lu, const int32_t* pivots, const Matrices<const T>& x,
                     const Matrices<const T>& dx, const Matrices<T>& db, const Matrices<T>& da,
                     const SmallShape& n_and_k, void* work);
};

template <class T>
struct FactorKernels {
  // The lower L of A = L L^T, from the lower triangle of A, with zeros above it; info: 0, or the
  // order of the first leading minor that is not positive.
  void (*cholesky)(const Matrices<const T>& a, const Matrices<T>& l, int32_t* info,
                   const SmallShape& shape, void* work);
  // X of A X = B for triangular A, of which the other half is not read, nor the diagonal if `unit`.
  void (*triangular)(const Matrices<const T>& a, const Matrices<const T>& b, const Matrices<T>& x,
                     bool upper, bool unit, const SmallShape& n_and_k, void* work);
  // L^-T S L^-1, S symmetric with half of the lower half of L^T dL: the gradient by A of
  // cholesky().
  void (*cholesky_back)(const Matrices<const T>& l, const Matrices<const T>& dl,
                        const Matrices<T>& da, const SmallShape& shape, void* work);
  // alpha A B for A m x k and B k x n.
  void (*multiply)(const Matrices<const T>& a, const Matrices<const T>& b, const Matrices<T>& c,
                   T alpha, int64_t k, const SmallShape& m_and_n, void* work);
  // -Y^T dY Y^T: the gradient by A of Y = A^-1.
  void (*inverse_back)(const Matrices<const T>& y, const Matrices<const T>& dy,
                       const Matrices<T>& da, const SmallShape& shape, void* work);
};

template <class T>
struct OrthogonalKernels {
  // Householder's reflections as LAPACK's geqrf gives them: R in the upper triangle of qr, below it
  // what makes the reflections with the min(m, n) factors of `tau`.
  void (*qr)(const Matrices<const T>& a, const Matrices<T>& qr, T* tau, const SmallShape& shape,
             void* work);
  // The first `columns` columns of the product of the reflections H_1 ... H_k, k of `tau` for each
  // matrix; qr is m x k.
  void (*form_q)(const Matrices<const T>& qr, const T* tau, int64_t k, const Matrices<T>& q,
                 const SmallShape& shape, void* work);
  // A = Q R: the first `rows` rows of R, and as many columns of Q, if its data is not null.
  void (*decompose)(const Matrices<const T>& a, const Matrices<T>& q, const Matrices<T>& r,
                    int64_t rows, const SmallShape& shape, void* work);
};

template <class T>
struct SpectralKernels {
  // The eigenvalues of symmetric matrices in ascending order, from the lower triangle, and the
  // eigenvectors as columns of v, if its data is not null; info: 1 where they were not found.
  void (*eigh)(const Matrices<const T>& a, T* values, const Matrices<T>& v, int32_t* info,
               const SmallShape& shape, void* work);
  // The n singular values of m x n matrices, m >= n, in descending order, and where their data is
  // not null the left singular vectors as columns of u, m x u_columns, and the right ones as
  // columns of v, n x n.
  void (*svd)(const Matrices<const T>& a, T* values, const Matrices<T>& u, int64_t u_columns,
              const Matrices<T>& v, int32_t* info, const SmallShape& shape, void* work);
};

namespace GRADUS_ISA {
extern const ByFloating<LuKernels> lu_table;
extern const ByFloating<FactorKernels> factor_table;
extern const ByFloating<OrthogonalKernels> orthogonal_table;
extern const ByFloating<SpectralKernels> spectral_table;
}  // namespace GRADUS_ISA

}  // namespace gradus::kernels
