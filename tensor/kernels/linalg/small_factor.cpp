// Cholesky's factors, triangular systems and products of small matrices.
#include "tensor/kernels/linalg/tiles.h"

namespace gradus::kernels::GRADUS_ISA {

namespace small {

namespace {

// Elements [i, i + K) of column j of the factor.
template <int K, class T>
void cholesky_rows(const Block<T>& a, int64_t i, int64_t j, const batch<T>& head) {
  batch<T> sum[K];
  for (int q = 0; q < K; ++q) sum[q] = a(i + q, j);
  for (int64_t k = 0; k < j; ++k) {
    const batch<T> other = a(j, k);
    for (int q = 0; q < K; ++q) sum[q] = minus_product(sum[q], a(i + q, k), other);
  }
  for (int q = 0; q < K; ++q) a.set(i + q, j, sum[q] / head);
}

template <class T>
void cholesky(const Matrices<const T>& from, const Matrices<T>& to, int32_t* info,
              const SmallShape& s, void* work) {
  using V = batch<T>;
  const int64_t n = s.rows;
  const Block<T> a = Room<T>(work).block(n, n);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    V failed(T(0));
    for (int64_t j = 0; j < n; ++j) {
      V head = a(j, j);
      for (int64_t k = 0; k < j; ++k) head = minus_product(head, a(j, k), a(j, k));
      failed = first_step(failed, !(head > V(T(0))), j);
      head = xsimd::sqrt(head);
      a.set(j, j, head);
      for (int64_t i = j + 1; i < n; ++i) a.set(j, i, V(T(0)));
      int64_t i = j + 1;
      for (; i + 4 <= n; i += 4) cholesky_rows<4>(a, i, j, head);
      for (; i < n; ++i) cholesky_rows<1>(a, i, j, head);
    }
    store_info(failed, lanes, info + first);
    unpack(a, first, lanes, n, n, to);
  });
}

template <class T>
void triangular(const Matrices<const T>& from, const Matrices<const T>& b, const Matrices<T>& to,
                bool upper, bool unit, const SmallShape& s, void* work) {
  const int64_t n = s.rows, chunk = s.columns < small_matrix ? s.columns : small_matrix;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), x = room.block(n, chunk);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    for (int64_t begin = 0; begin < s.columns; begin += chunk) {
      const int64_t k = s.columns - begin < chunk ? s.columns - begin : chunk;
      const Block<T> y(x.data, k);
      pack(columns_from(b, begin), first, lanes, n, k, y);
      substitute<T>(a, y, n, k, upper, unit);
      unpack(y, first, lanes, n, k, columns_from(to, begin));
    }
  });
}

template <class T>
void multiply(const Matrices<const T>& left, const Matrices<const T>& right, const Matrices<T>& to,
              T alpha, int64_t k, const SmallShape& s, void* work) {
  const int64_t m = s.rows, n = s.columns;
  Room<T> room(work);
  T *const left_room = room.largest(), *const right_room = room.largest();
  const Block<T> c = room.block(m, n);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    const View<T> a = pack_turnable(left, first, lanes, m, k, left_room);
    const View<T> b = pack_turnable(right, first, lanes, k, n, right_room);
    multiply_blocks<T>(a, b, c, alpha, m, k, n);
    unpack(c, first, lanes, m, n, to);
  });
}

template <class T>
void inverse_back(const Matrices<const T>& y, const Matrices<const T>& dy, const Matrices<T>& to,
                  const SmallShape& s, void* work) {
  const int64_t n = s.rows;
  Room<T> room(work);
  T *const y_room = room.largest(), *const dy_room = room.largest();
  const Block<T> product = room.block(n, n), da = room.block(n, n);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    const View<T> x = pack_turnable(y, first, lanes, n, n, y_room).turned();
    const View<T> dx = pack_turnable(dy, first, lanes, n, n, dy_room);
    multiply_blocks<T>(x, dx, product, T(1), n, n, n);
    multiply_blocks<T>(product, x, da, T(-1), n, n, n);
    unpack(da, first, lanes, n, n, to);
  });
}

template <class T>
void cholesky_back(const Matrices<const T>& from, const Matrices<const T>& dy,
                   const Matrices<T>& to, const SmallShape& s, void* work) {
  using V = batch<T>;
  const int64_t n = s.rows;
  Room<T> room(work);
  const Block<T> l = room.block(n, n), dl = room.block(n, n), x = room.block(n, n);
  const View<T> turned = View<T>(l).turned();
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, l);
    pack(dy, first, lanes, n, n, dl);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j <= i; ++j) {
        V sum(T(0));
        for (int64_t p = i; p < n; ++p) sum = xsimd::fma(l(p, i), dl(p, j), sum);
        sum = sum * V(T(0.5));
        x.set(i, j, sum);
        x.set(j, i, sum);
      }
    substitute<T>(turned, x, n, n, /*upper=*/true, /*unit=*/false);  // L^-T S
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) {
        const V upper = x(j, i);
        x.set(j, i, x(i, j));
        x.set(i, j, upper);
      }
    substitute<T>(turned, x, n, n, /*upper=*/true, /*unit=*/false);
    unpack(x, first, lanes, n, n, to);
  });
}

template <class T>
constexpr FactorKernels<T> kernels_of = {.cholesky = &cholesky<T>,
                                         .triangular = &triangular<T>,
                                         .cholesky_back = &cholesky_back<T>,
                                         .multiply = &multiply<T>,
                                         .inverse_back = &inverse_back<T>};

}  // namespace

}  // namespace small

constinit const ByFloating<FactorKernels> factor_table = {small::kernels_of<float>,
                                                          small::kernels_of<double>};

}  // namespace gradus::kernels::GRADUS_ISA
