#include "tensor/linalg/orthogonal.h"

#include <cmath>

#include "tensor/base/vector.h"

namespace gradus::raw {

namespace {

// By Householder's reflections; A is rows x cols, row by row, and becomes Q.
void orthonormalise(double* a, size_t rows, size_t cols) {
  Vector<double> v(rows * cols), sign(cols);
  const auto reflect = [&](double* m, size_t k, size_t from_col) {
    for (size_t j = from_col; j < cols; ++j) {
      double dot = 0;
      for (size_t i = k; i < rows; ++i) dot += v[i * cols + k] * m[i * cols + j];
      for (size_t i = k; i < rows; ++i) m[i * cols + j] -= 2 * dot * v[i * cols + k];
    }
  };
  for (size_t k = 0; k < cols; ++k) {
    double norm = 0;
    for (size_t i = k; i < rows; ++i) norm = std::hypot(norm, a[i * cols + k]);
    const double head = a[k * cols + k], diagonal = head > 0 ? -norm : norm;
    double length = 0;
    for (size_t i = k; i < rows; ++i) {
      v[i * cols + k] = a[i * cols + k] - (i == k ? diagonal : 0);
      length = std::hypot(length, v[i * cols + k]);
    }
    if (length > 0)
      for (size_t i = k; i < rows; ++i) v[i * cols + k] /= length;
    reflect(a, k, k);
    sign[k] = a[k * cols + k] < 0 ? -1 : 1;
  }
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < cols; ++j) a[i * cols + j] = i == j ? 1 : 0;
  for (size_t k = cols; k-- > 0;) reflect(a, k, 0);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < cols; ++j) a[i * cols + j] *= sign[j];
}

}  // namespace

Tensor orthonormalised(const Tensor& x) {
  const Tensor q = empty(x.sizes(), kDouble);
  copy(q, x);
  orthonormalise(q.data_ptr<double>(), size_t(x.size(0)), size_t(x.size(1)));
  return q;
}

}  // namespace gradus::raw
