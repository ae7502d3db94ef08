#include <cmath>

#include "tensor/linalg/factor.h"
#include "tensor/linalg/matrices.h"

namespace gradus::raw {

namespace {

// f(diagonal of U, sign of the permutation, number of the matrix)
template <class T, class F>
void for_diagonals(const LU& f, F with) {
  const int64_t n = f.lu.size(-1);
  const T* lu = f.lu.data_ptr<T>();
  const int32_t* pivots = f.pivots.data_ptr<int32_t>();
  for (int64_t b = 0; b < f.info.numel(); ++b, lu += n * n, pivots += n) {
    T sign = 1;
    for (int64_t i = 0; i < n; ++i)
      if (pivots[i] != i + 1) sign = -sign;
    with(lu, sign, b);
  }
}

Tensor determinant_of(const LU& f) {
  const Tensor y = empty(f.info.sizes(), f.lu.dtype());
  const int64_t n = f.lu.size(-1);
  visit_floating(y.dtype(), "linalg_det", [&](auto zero) {
    using T = decltype(zero);
    T* const to = y.data_ptr<T>();
    for_diagonals<T>(f, [&](const T* lu, T sign, int64_t b) {
      T product = sign;
      for (int64_t i = 0; i < n; ++i) product *= lu[i * n + i];
      to[b] = product;
    });
  });
  return y;
}

}  // namespace

Tensor determinant(const char* op, const Tensor& a, LU* factors) {
  const int64_t n = a.size(-1), count = matrix_count(a);
  if (!small(n, n) || a.numel() == 0) {
    const LU f = lu_factor(op, a);
    if (factors) *factors = f;
    return determinant_of(f);
  }
  const Dims batch = batch_sizes(a);
  const Tensor y = empty(batch, a.dtype()), info = empty(batch, kInt), x = evenly_spaced(a);
  if (factors) *factors = {empty(a.sizes(), a.dtype()), empty(with_sizes(batch, {n}), kInt), info};
  int32_t* const pivots = factors ? factors->pivots.data_ptr<int32_t>() : nullptr;
  visit_floating(a.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const auto lu = factors ? matrices<T>(factors->lu) : kernels::Matrices<T>{};
    for_small(count, n * n * n / 3, [&](int64_t first, int64_t some, void* work) {
      kernels::table().lu->of<T>().factor(
          from(source<T>(x), first), from(lu, first), pivots ? pivots + first * n : nullptr,
          info.data_ptr<int32_t>() + first, y.data_ptr<T>() + first, {some, n, n}, work);
    });
  });
  return y;
}

LogDeterminant log_determinant(const LU& f) {
  const LogDeterminant d{empty(f.info.sizes(), f.lu.dtype()), empty(f.info.sizes(), f.lu.dtype())};
  const int64_t n = f.lu.size(-1);
  visit_floating(d.log.dtype(), "linalg_slogdet", [&](auto zero) {
    using T = decltype(zero);
    T *const to_sign = d.sign.data_ptr<T>(), *const to_log = d.log.data_ptr<T>();
    for_diagonals<T>(f, [&](const T* lu, T sign, int64_t b) {
      T log = 0;
      for (int64_t i = 0; i < n; ++i) {
        const T u = lu[i * n + i];
        sign *= std::isnan(u) ? u : T((u > 0) - (u < 0));
        log += std::log(std::abs(u));
      }
      to_sign[b] = sign;
      to_log[b] = log;
    });
  });
  return d;
}

Failure first_failure(const Tensor& info) {
  const Tensor dense = contiguous(info);
  const int32_t* const p = dense.data_ptr<int32_t>();
  for (int64_t i = 0; i < dense.numel(); ++i)
    if (p[i] != 0) return {i, p[i]};
  return {0, 0};
}
bool any_singular(const LU& f) { return first_failure(f.info).number != 0; }

}  // namespace gradus::raw
