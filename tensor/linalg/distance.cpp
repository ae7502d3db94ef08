#include "tensor/linalg/distance.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "tensor/base/dtype.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

constexpr int64_t grain = 16384;  // differences worth a thread

int64_t padded(int64_t columns) {
  constexpr int64_t lanes = kernels::distance_lanes;
  return (columns + lanes - 1) / lanes * lanes;
}

Dims batch_of(const Tensor& x) { return Dims(x.sizes().slice(0, size_t(x.dim() - 2))); }
Dims with(Dims batch, int64_t rows, int64_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

// [..., n, k] as dense doubles.
Tensor dense(const Tensor& x, const Dims& batch) {
  return contiguous(to_dtype(expand(x, with(batch, x.size(-2), x.size(-1))), kDouble));
}
// The same with rows of padded length, the rest 0.
Tensor dense_padded(const Tensor& x, const Dims& batch) {
  const int64_t n = x.size(-2), k = x.size(-1);
  if (k == padded(k)) return dense(x, batch);
  const Tensor y = zeros(with(batch, n, padded(k)), kDouble);
  copy(part(y, size_t(y.dim() - 1), 0, k), expand(x, with(batch, n, k)));
  return y;
}

// f(row, shape, batch) for rows of the batches one after the other, shape.rows at a time.
template <class F>
void for_each_rows(int64_t batches, const kernels::DistanceShape& all, F f) {
  const int64_t work = std::max<int64_t>(1, all.n * all.columns);
  parallel_for(0, batches * all.rows, std::max<int64_t>(1, grain / work),
               [&](int64_t row, int64_t end) {
                 while (row < end) {
                   const int64_t batch = row / all.rows;
                   const int64_t rows = std::min(end, (batch + 1) * all.rows) - row;
                   f(row, kernels::DistanceShape{rows, all.n, all.columns}, batch);
                   row += rows;
                 }
               });
}

// The p-norm of a - b, b's elements `step` apart: of the differences divided by the largest.
double far_distance(const double* a, const double* b, int64_t step, int64_t n, double p) {
  double most = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double d = std::abs(a[i] - b[i * step]);
    if (!(d <= most)) most = d;
    if (std::isnan(most)) return most;
  }
  if (most == 0 || std::isinf(most)) return most;
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += std::pow(std::abs(a[i] - b[i * step]) / most, p);
  return most * std::pow(sum, 1 / p);
}

}  // namespace

Tensor distances(const Tensor& x1, const Tensor& x2, double p) {
  const Dims batch = broadcast_shapes(batch_of(x1), batch_of(x2), "cdist");
  const Tensor a = dense(x1, batch), b = dense_padded(transposed(x2), batch);
  const int64_t n = x1.size(-2), k = x1.size(-1), m = x2.size(-2), columns = padded(m);
  const Tensor y = empty(with(batch, n, columns), kDouble);
  const double *pa = a.data_ptr<double>(), *pb = b.data_ptr<double>();
  double* to = y.data_ptr<double>();
  if (y.numel() > 0)
    for_each_rows(y.numel() / (n * columns), {n, k, columns},
                  [&](int64_t row, const kernels::DistanceShape& s, int64_t at) {
                    kernels::table().distance->distance(pa + row * k, pb + at * k * columns,
                                                        to + row * columns, p, s);
                  });
  if (p != 0 && p != 1 && !std::isinf(p) && y.numel() > 0) {
    // Where the sum of the powers may have left the range of double.
    const double least = std::exp2(-900 / p), most = std::exp2(1000 / p);
    for_each_rows(y.numel() / (n * columns), {n, k, columns},
                  [&](int64_t row, const kernels::DistanceShape& s, int64_t at) {
                    for (int64_t i = row; i < row + s.rows; ++i)
                      for (int64_t j = 0; j < m; ++j) {
                        double& d = to[i * columns + j];
                        if (!(d > least && d < most))
                          d = far_distance(pa + i * k, pb + at * k * columns + j, columns, k, p);
                      }
                  });
  }
  const Tensor out = empty(with(batch, n, m), x1.dtype());
  copy(out, part(y, size_t(y.dim() - 1), 0, m));
  return out;
}

void refine_distances(const Tensor& y, const Tensor& s1, const Tensor& s2, const Tensor& x1,
                      const Tensor& x2) {
  const Dims batch = batch_of(y);
  const int64_t n = y.size(-2), m = y.size(-1), k = x1.size(-1);
  const auto whole = [&](const Tensor& x) {
    return contiguous(expand(x, with(batch, x.size(-2), x.size(-1))));
  };
  const Tensor wide1 = whole(s1), wide2 = whole(s2), a = whole(x1), b = whole(x2);
  visit_floating(y.dtype(), "cdist", [&](auto zero) {
    using T = decltype(zero);
    const T *p1 = wide1.data_ptr<T>(), *p2 = wide2.data_ptr<T>();
    const T *pa = a.data_ptr<T>(), *pb = b.data_ptr<T>();
    T* to = y.data_ptr<T>();
    constexpr T few = T(1) / 64;
    for_each_rows(y.numel() / (n * m), {n, 1, m},
                  [&](int64_t row, const kernels::DistanceShape& s, int64_t at) {
                    for (int64_t i = row; i < row + s.rows; ++i)
                      for (int64_t j = 0; j < m; ++j) {
                        T& d = to[i * m + j];
                        if (d > few * (p1[i] + p2[at * m + j])) continue;
                        const T *u = pa + i * k, *v = pb + (at * m + j) * k;
                        double sum = 0;
                        for (int64_t c = 0; c < k; ++c) {
                          const double e = double(u[c]) - double(v[c]);
                          sum += e * e;
                        }
                        d = T(sum);
                      }
                  });
  });
}

Tensor distances_backward(const Tensor& w, const Tensor& y, const Tensor& x1, const Tensor& x2,
                          double p) {
  const Dims batch = batch_of(w);
  const Tensor a = dense(x1, batch), b = dense_padded(transposed(x2), batch);
  const Tensor weight = dense_padded(w, batch);
  Tensor longest = weight;
  if (p != 1 && p != 2) longest = clone(dense_padded(y, batch));
  if (p != 1 && p != 2 && !std::isinf(p))
    for (double& v : std::span(longest.data_ptr<double>(), size_t(longest.numel()))) v = 1 / v;
  // A distance that was rounded to float is half a unit from the difference at most.
  if (std::isinf(p) && y.dtype() == kFloat)
    for (double& v : std::span(longest.data_ptr<double>(), size_t(longest.numel())))
      if (std::isfinite(v)) v -= std::abs(v) * 0x1p-24;
  const int64_t n = x1.size(-2), k = x1.size(-1), columns = padded(x2.size(-2));
  const Tensor dx = empty(with(batch, n, k), kDouble);
  const double *pa = a.data_ptr<double>(), *pb = b.data_ptr<double>();
  const double *pw = weight.data_ptr<double>(), *py = longest.data_ptr<double>();
  double* to = dx.data_ptr<double>();
  if (dx.numel() > 0)
    for_each_rows(dx.numel() / (n * k), {n, k, columns},
                  [&](int64_t row, const kernels::DistanceShape& s, int64_t at) {
                    kernels::table().distance->distance_slope(
                        pa + row * k, pb + at * k * columns, pw + row * columns, py + row * columns,
                        to + row * k, p, s);
                  });
  return to_dtype(dx, x1.dtype());
}

}  // namespace gradus::raw
