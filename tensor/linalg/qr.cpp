#include "tensor/linalg/qr.h"

#include <cmath>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/linalg/matmul.h"
#include "tensor/linalg/matrices.h"

namespace gradus::raw {

namespace {

constexpr int64_t panel_width = 32;

// The reflection of column `at` of a, rows of `stride`, from row `at` on; returns tau.
template <class T>
T make_reflection(T* a, int64_t stride, int64_t m, int64_t row, int64_t column) {
  T most = 0;
  for (int64_t i = row + 1; i < m; ++i) most = std::max(most, std::abs(a[i * stride + column]));
  T& head = a[row * stride + column];
  const T scale = std::max(most, std::abs(head));
  if (scale == 0) return 0;
  // Quotients of numbers with fewer digits would be no reflection.
  constexpr T least = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
  if (scale < least) {
    for (int64_t i = row; i < m; ++i) a[i * stride + column] *= 1 / least;
    const T tau = make_reflection(a, stride, m, row, column);
    head *= least;
    return tau;
  }
  double sum = 0;
  for (int64_t i = row + 1; i < m; ++i) {
    const double x = double(a[i * stride + column] / scale);
    sum += x * x;
  }
  if (sum == 0) return 0;
  const double first = double(head / scale);
  const T beta = -std::copysign(T(double(scale) * std::sqrt(first * first + sum)), head);
  const T divisor = head - beta, tau = (beta - head) / beta;
  for (int64_t i = row + 1; i < m; ++i) a[i * stride + column] /= divisor;
  head = beta;
  return tau;
}

// Columns [begin, end) of a, from row `begin` on.
template <class T>
void factor_panel(T* a, int64_t stride, int64_t m, int64_t begin, int64_t end, T* tau) {
  T sum[panel_width];
  for (int64_t k = begin; k < end; ++k) {
    tau[k] = make_reflection(a, stride, m, k, k);
    const int64_t from = k + 1, columns = end - from;
    for (int64_t j = 0; j < columns; ++j) sum[j] = a[k * stride + from + j];
    for (int64_t i = k + 1; i < m; ++i) {
      const T v = a[i * stride + k];
      for (int64_t j = 0; j < columns; ++j) sum[j] += v * a[i * stride + from + j];
    }
    for (int64_t j = 0; j < columns; ++j) {
      sum[j] *= tau[k];
      a[k * stride + from + j] -= sum[j];
    }
    for (int64_t i = k + 1; i < m; ++i) {
      const T v = a[i * stride + k];
      for (int64_t j = 0; j < columns; ++j) a[i * stride + from + j] -= v * sum[j];
    }
  }
}

// The reflections of columns [begin, end) as I - V S V^T: V without the rows above `begin`, and S
// upper triangular (Schreiber and van Loan, SIAM J. Sci. Stat. Comput. 10, 1989).
struct BlockReflection {
  Tensor v, s;
};
template <class T>
BlockReflection block_reflection(const Tensor& qr, const T* tau, int64_t begin, int64_t end) {
  const int64_t m = qr.size(0) - begin, k = end - begin;
  const BlockReflection r{empty({m, k}, qr.dtype()), zeros({k, k}, qr.dtype())};
  const T* const a = qr.data_ptr<T>();
  T *const v = r.v.data_ptr<T>(), *const s = r.s.data_ptr<T>();
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < k; ++j)
      v[i * k + j] = i < j    ? T(0)
                     : i == j ? T(1)
                              : a[(begin + i) * qr.stride(0) + (begin + j) * qr.stride(1)];
  const Tensor products = matmul("matmul", transposed(r.v), r.v);
  const T* const p = products.data_ptr<T>();
  for (int64_t j = 0; j < k; ++j) {
    s[j * k + j] = tau[begin + j];
    for (int64_t i = 0; i < j; ++i) {
      T sum = 0;
      for (int64_t q = i; q < j; ++q) sum += s[i * k + q] * p[q * k + j];
      s[i * k + j] = -tau[begin + j] * sum;
    }
  }
  return r;
}
// c = (I - V S V^T) c, or with the transpose of S.
void reflect(const BlockReflection& r, const Tensor& c, bool transpose) {
  const Tensor inner = matmul("matmul", transposed(r.v), c);
  const Tensor turned = matmul("matmul", transpose ? transposed(r.s) : r.s, inner);
  matmul_into("matmul", c, r.v, turned, -1, 1);
}

template <class T>
void factor_large(const Tensor& a, T* tau) {
  const int64_t m = a.size(0), n = a.size(1), k = std::min(m, n);
  for (int64_t begin = 0; begin < k; begin += panel_width) {
    const int64_t end = std::min(k, begin + panel_width);
    factor_panel(a.data_ptr<T>(), n, m, begin, end, tau);
    if (end < n)
      reflect(block_reflection(a, tau, begin, end),
              part(part(a, 0, begin, m - begin), 1, end, n - end), /*transpose=*/true);
  }
}

template <class T>
Reflections qr_of(const Tensor& a) {
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n), count = matrix_count(a);
  const Reflections out{empty(a.sizes(), a.dtype()),
                        empty(with_sizes(batch_sizes(a), {k}), a.dtype())};
  if (a.numel() == 0) return out;
  T* const tau = out.tau.data_ptr<T>();
  if (small(m, n)) {
    const Tensor x = evenly_spaced(a);
    for_small(count, 2 * m * n * k, [&](int64_t first, int64_t some, void* work) {
      kernels::table().orthogonal->of<T>().qr(from(source<T>(x), first),
                                              from(matrices<T>(out.qr), first), tau + first * k,
                                              {some, m, n}, work);
    });
    return out;
  }
  copy(out.qr, a);
  const Tensor flat = flat_batch(out.qr);
  for (int64_t i = 0; i < count; ++i) factor_large<T>(matrix_at(flat, i), tau + i * k);
  return out;
}

template <class T>
Tensor form_q_of(const Tensor& qr, const Tensor& taus, int64_t columns) {
  const int64_t m = qr.size(-2), k = taus.size(-1), count = matrix_count(qr);
  const Tensor q = empty(with_sizes(batch_sizes(qr), {m, columns}), qr.dtype());
  if (q.numel() == 0) return q;
  const Tensor dense = contiguous(taus);
  const T* const tau = dense.data_ptr<T>();
  if (small(m, columns)) {
    const Tensor x = evenly_spaced(qr);
    for_small(count, 2 * m * columns * k, [&](int64_t first, int64_t some, void* work) {
      kernels::table().orthogonal->of<T>().form_q(from(source<T>(x), first), tau + first * k, k,
                                                  from(matrices<T>(q), first), {some, m, columns},
                                                  work);
    });
    return q;
  }
  fill(q, 0);
  const Tensor flat = flat_batch(q), factors = flat_batch(evenly_spaced(qr));
  for (int64_t i = 0; i < count; ++i) {
    const Tensor mine = matrix_at(flat, i), f = matrix_at(factors, i);
    for (int64_t j = 0; j < std::min(m, columns); ++j) mine.data_ptr<T>()[j * columns + j] = 1;
    for (int64_t end = k; end > 0;) {
      const int64_t begin = (end - 1) / panel_width * panel_width;
      const int64_t right = std::min(begin, columns);
      if (right < columns)
        reflect(block_reflection(f, tau + i * k, begin, end),
                part(part(mine, 0, begin, m - begin), 1, right, columns - right),
                /*transpose=*/false);
      end = begin;
    }
  }
  return q;
}

}  // namespace

Reflections householder_qr(const char* op, const Tensor& a) {
  if (!is_floating(a.dtype())) fail("{}: expected a floating point tensor, got {}", op, a.dtype());
  return visit_floating(a.dtype(), op, [&](auto zero) { return qr_of<decltype(zero)>(a); });
}
Tensor form_q(const char* op, const Tensor& qr, const Tensor& tau, int64_t columns) {
  return visit_floating(qr.dtype(), op,
                        [&](auto zero) { return form_q_of<decltype(zero)>(qr, tau, columns); });
}

QR small_qr(const char* op, const Tensor& a, int64_t rows, bool with_q) {
  const int64_t m = a.size(-2), n = a.size(-1);
  QR out;
  if (!small(m, n) || a.numel() == 0) return out;
  out.r = empty(with_sizes(batch_sizes(a), {rows, n}), a.dtype());
  if (with_q) out.q = empty(with_sizes(batch_sizes(a), {m, rows}), a.dtype());
  const Tensor x = evenly_spaced(a);
  visit_floating(a.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const auto q = with_q ? matrices<T>(out.q) : kernels::Matrices<T>{};
    for_small(matrix_count(a), 4 * m * n * rows, [&](int64_t first, int64_t some, void* work) {
      kernels::table().orthogonal->of<T>().decompose(from(source<T>(x), first), from(q, first),
                                                     from(matrices<T>(out.r), first), rows,
                                                     {some, m, n}, work);
    });
  });
  return out;
}

}  // namespace gradus::raw
