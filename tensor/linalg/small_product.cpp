// Products of batches of small matrices, many at a time, and what is made of them.
#include "tensor/linalg/factor.h"
#include "tensor/linalg/matrices.h"

namespace gradus::raw {

bool small_batch(const Tensor& a, const Tensor& b) {
  return is_floating(a.dtype()) && a.dtype() == b.dtype() && a.dim() > 2 && a.dim() == b.dim() &&
         batch_sizes(a).ref() == batch_sizes(b).ref() && small(a.size(-2), a.size(-1)) &&
         small(b.size(-2), b.size(-1)) && a.numel() > 0 && b.numel() > 0 && matrix_count(a) > 1;
}

Tensor small_product(const Tensor& a, const Tensor& b, double alpha) {
  const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  const Tensor y = empty(with_sizes(batch_sizes(a), {m, n}), a.dtype());
  const Tensor left = evenly_spaced(a), right = evenly_spaced(b);
  visit_floating(a.dtype(), "matmul", [&](auto zero) {
    using T = decltype(zero);
    for_small(matrix_count(a), m * n * k, [&](int64_t first, int64_t some, void* work) {
      kernels::table().factor->of<T>().multiply(
          from(source<T>(left), first), from(source<T>(right), first), from(matrices<T>(y), first),
          T(alpha), k, {some, m, n}, work);
    });
  });
  return y;
}

Tensor inverse_back(const Tensor& y, const Tensor& dy) {
  const int64_t n = y.size(-1);
  const Tensor da = empty(y.sizes(), y.dtype());
  const Tensor left = evenly_spaced(y), right = evenly_spaced(dy);
  visit_floating(y.dtype(), "linalg_inv", [&](auto zero) {
    using T = decltype(zero);
    for_small(matrix_count(y), 2 * n * n * n, [&](int64_t first, int64_t some, void* work) {
      kernels::table().factor->of<T>().inverse_back(
          from(source<T>(left), first), from(source<T>(right), first), from(matrices<T>(da), first),
          {some, n, n}, work);
    });
  });
  return da;
}

SolveGrads solve_back(const Tensor& lu, const Tensor& pivots, const Tensor& x, const Tensor& dx,
                      bool with_da) {
  const int64_t n = x.size(-2), k = x.size(-1);
  SolveGrads out{empty(x.sizes(), x.dtype()), {}};
  if (with_da) out.da = empty(with_sizes(batch_sizes(x), {n, n}), x.dtype());
  const Tensor factors = evenly_spaced(lu), swaps = contiguous(pivots);
  const Tensor y = evenly_spaced(x), dy = evenly_spaced(dx);
  visit_floating(x.dtype(), "linalg_solve", [&](auto zero) {
    using T = decltype(zero);
    const auto da = with_da ? matrices<T>(out.da) : kernels::Matrices<T>{};
    for_small(matrix_count(x), n * n * k * 2, [&](int64_t first, int64_t some, void* work) {
      kernels::table().lu->of<T>().solve_back(
          from(source<T>(factors), first), swaps.data_ptr<int32_t>() + first * n,
          from(source<T>(y), first), from(source<T>(dy), first), from(matrices<T>(out.db), first),
          from(da, first), {some, n, k}, work);
    });
  });
  return out;
}

Tensor cholesky_back(const Tensor& l, const Tensor& dl) {
  const int64_t n = l.size(-1);
  const Tensor y = empty(l.sizes(), l.dtype());
  const Tensor left = evenly_spaced(l), right = evenly_spaced(dl);
  visit_floating(l.dtype(), "linalg_cholesky", [&](auto zero) {
    using T = decltype(zero);
    for_small(matrix_count(l), 2 * n * n * n, [&](int64_t first, int64_t some, void* work) {
      kernels::table().factor->of<T>().cholesky_back(
          from(source<T>(left), first), from(source<T>(right), first), from(matrices<T>(y), first),
          {some, n, n}, work);
    });
  });
  return y;
}

}  // namespace gradus::raw
