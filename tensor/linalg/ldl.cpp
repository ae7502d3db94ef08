#include "tensor/linalg/ldl.h"

#include <cmath>
#include <cstdlib>

#include "tensor/base/fail.h"
#include "tensor/linalg/lapack.h"
#include "tensor/linalg/matrices.h"

namespace gradus::raw {

namespace {

// The matrices column by column.
Tensor by_columns(const Tensor& a) { return clone(contiguous(transposed(a))); }

template <class T>
Ldl factor(const char* op, const Tensor& a) {
  const int64_t n = a.size(-1), count = matrix_count(a);
  const Dims batch = batch_sizes(a);
  const Ldl out{empty(a.sizes(), a.dtype()), empty(with_sizes(batch, {n}), kInt),
                zeros(batch, kInt)};
  if (a.numel() == 0) return out;
  const Lapack<T>& f = lapack<T>(op);
  const int32_t size = lapack_size(op, n), room = lapack_size(op, 64 * n);
  const Tensor columns = by_columns(a);
  const Scratch<T> work(room);
  int32_t* const pivots = out.pivots.data_ptr<int32_t>();
  int32_t* const info = out.info.data_ptr<int32_t>();
  for (int64_t b = 0; b < count; ++b)
    f.sytrf("L", &size, columns.data_ptr<T>() + b * n * n, &size, pivots + b * n, work.get(), &room,
            info + b, 1);
  // What stands above the diagonal is not of the factors.
  T* const data = columns.data_ptr<T>();
  for (int64_t b = 0; b < count; ++b)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t i = 0; i < j; ++i) data[(b * n + j) * n + i] = 0;
  copy(out.ld, transposed(columns));
  return out;
}

// LAPACK follows the pivots without a look: they must be numbers of rows, and negative ones stand
// in pairs.
void check_pivots(const char* op, const int32_t* p, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const int64_t row = std::abs(int64_t(p[i]));
    const bool paired = p[i] > 0 || (i + 1 < n && p[i + 1] < 0);
    if (row < 1 || row > n || !paired)
      fail("{}: expected pivots of linalg_ldl_factor, got {} in place {} of {}", op, p[i], i, n);
    if (p[i] < 0) {
      ++i;
      if (-int64_t(p[i]) > n)
        fail("{}: expected pivots of linalg_ldl_factor, got {} in place {} of {}", op, p[i], i, n);
    }
  }
}

template <class T>
Tensor solve(const char* op, const Tensor& ld, const Tensor& given, const Tensor& b) {
  const int64_t n = ld.size(-1), k = b.size(-1), count = matrix_count(ld);
  const Tensor pivots = contiguous(given);
  const int32_t* const p = pivots.data_ptr<int32_t>();
  for (int64_t i = 0; i < count; ++i) check_pivots(op, p + i * n, n);
  const Tensor x = empty(b.sizes(), b.dtype());
  if (b.numel() == 0) return x;
  const Lapack<T>& f = lapack<T>(op);
  const int32_t size = lapack_size(op, n), columns = lapack_size(op, k);
  const Tensor factors = by_columns(ld), right = by_columns(b);
  for (int64_t i = 0; i < count; ++i) {
    int32_t info = 0;
    f.sytrs("L", &size, &columns, factors.data_ptr<T>() + i * n * n, &size, p + i * n,
            right.data_ptr<T>() + i * n * k, &size, &info, 1);
  }
  copy(x, transposed(right));
  return x;
}

}  // namespace

Ldl ldl_factor(const char* op, const Tensor& a) {
  return visit_floating(a.dtype(), op, [&](auto zero) { return factor<decltype(zero)>(op, a); });
}
Tensor ldl_solve(const char* op, const Tensor& ld, const Tensor& pivots, const Tensor& b) {
  if (pivots.dtype() != kInt) fail("{}: expected int32 pivots, got {}", op, pivots.dtype());
  return visit_floating(ld.dtype(), op,
                        [&](auto zero) { return solve<decltype(zero)>(op, ld, pivots, b); });
}

}  // namespace gradus::raw
