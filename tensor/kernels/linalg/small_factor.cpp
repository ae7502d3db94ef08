// LU, Cholesky and triangular systems of small matrices.
#include "tensor/kernels/linalg/lanes.h"

namespace gradus::kernels::GRADUS_ISA {

namespace small {

namespace {

// The number of the lane's first step at which `here` holds, counted from 1.
template <class T>
batch<T> first_step(const batch<T>& so_far, const mask<T>& here, int64_t step) {
  return xsimd::select(here & (so_far == batch<T>(T(0))), batch<T>(T(step + 1)), so_far);
}
template <class T>
void store_info(const batch<T>& info, int64_t lanes, int32_t* to) {
  T values[width<T>];
  info.store_unaligned(values);
  for (int64_t lane = 0; lane < lanes; ++lane) to[lane] = static_cast<int32_t>(values[lane]);
}

// Rows k and `pivot` of each lane change places.
template <class T>
void swap_rows(const Block<T>& a, int64_t m, int64_t n, int64_t k, const batch<T>& pivot) {
  for (int64_t i = k + 1; i < m; ++i) {
    const mask<T> here = pivot == batch<T>(T(i));
    if (xsimd::none(here)) continue;
    for (int64_t j = 0; j < n; ++j) {
      const batch<T> upper = a(k, j), lower = a(i, j);
      a.set(k, j, xsimd::select(here, lower, upper));
      a.set(i, j, xsimd::select(here, upper, lower));
    }
  }
}

// Rows [i, i + K) of a, less the multiples of row k that make column k zero there, which are kept.
template <int K, class T>
void eliminate_rows(const Block<T>& a, int64_t n, int64_t k, int64_t i, const batch<T>& divisor) {
  batch<T> factor[K];
  for (int q = 0; q < K; ++q) {
    factor[q] = a(i + q, k) / divisor;
    a.set(i + q, k, factor[q]);
  }
  for (int64_t j = k + 1; j < n; ++j) {
    const batch<T> head = a(k, j);
    for (int q = 0; q < K; ++q) a.set(i + q, j, minus_product(a(i + q, j), factor[q], head));
  }
}

// P A = L U in place; at_row(k, rows) sees which row each lane takes for row k, before the rows
// change places. Returns the first steps, counted from 1, whose pivots are 0.
template <class T, class AtRow>
batch<T> factor_lu(const Block<T>& a, int64_t m, int64_t n, AtRow at_row) {
  using V = batch<T>;
  V zero_at(T(0));
  for (int64_t k = 0; k < (m < n ? m : n); ++k) {
    V most = xsimd::abs(a(k, k)), pivot(static_cast<T>(k));
    for (int64_t i = k + 1; i < m; ++i) {
      const V size = xsimd::abs(a(i, k));
      const mask<T> larger = size > most;
      most = xsimd::select(larger, size, most);
      pivot = xsimd::select(larger, V(static_cast<T>(i)), pivot);
    }
    at_row(k, pivot);
    swap_rows(a, m, n, k, pivot);
    const V head = a(k, k);
    const mask<T> none = head == V(T(0));
    zero_at = first_step(zero_at, none, k);
    const V divisor = xsimd::select(none, V(T(1)), head);
    int64_t i = k + 1;
    for (; i + 4 <= m; i += 4) eliminate_rows<4>(a, n, k, i, divisor);
    for (; i < m; ++i) eliminate_rows<1>(a, n, k, i, divisor);
  }
  return zero_at;
}
// What keeps pivots [first + lane, k] of so many steps.
template <class T>
void store_pivots(const batch<T>& pivot, int64_t lanes, int64_t steps, int32_t* to) {
  T rows[width<T>];
  pivot.store_unaligned(rows);
  for (int64_t lane = 0; lane < lanes; ++lane)
    to[lane * steps] = static_cast<int32_t>(rows[lane]) + 1;
}

template <class T>
void lu(const Matrices<const T>& from, const Matrices<T>& to, int32_t* pivots, int32_t* info,
        const SmallShape& s, void* work) {
  const int64_t m = s.rows, n = s.columns, steps = m < n ? m : n;
  const Block<T> a = Room<T>(work).block(m, n);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, m, n, a);
    const batch<T> zero_at = factor_lu(a, m, n, [&](int64_t k, const batch<T>& pivot) {
      store_pivots(pivot, lanes, steps, pivots + first * steps + k);
    });
    store_info(zero_at, lanes, info + first);
    unpack(a, first, lanes, m, n, to);
  });
}

// x[i, j..j+K) = (x[i, j..j+K) - sum over p of [begin, end) of a(i, p) x[p, j..j+K)) / divisor
template <int K, class T, class Coefficient>
void eliminate(const Block<T>& x, int64_t i, int64_t j, int64_t begin, int64_t end,
               Coefficient coefficient, const batch<T>* divisor) {
  batch<T> sum[K];
  for (int q = 0; q < K; ++q) sum[q] = x(i, j + q);
  for (int64_t p = begin; p < end; ++p) {
    const batch<T> factor = coefficient(p);
    for (int q = 0; q < K; ++q) sum[q] = minus_product(sum[q], factor, x(p, j + q));
  }
  for (int q = 0; q < K; ++q) x.set(i, j + q, divisor ? sum[q] / *divisor : sum[q]);
}

// A X = X in place; `element(i, p)` gives A's.
template <class T, class Element>
void substitute(Element element, const Block<T>& x, int64_t n, int64_t k, bool upper, bool unit) {
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = upper ? n - 1 - step : step;
    const int64_t begin = upper ? i + 1 : 0, end = upper ? n : i;
    const auto coefficient = [&](int64_t p) { return element(i, p); };
    batch<T> diagonal;
    if (!unit) diagonal = element(i, i);
    const batch<T>* const divisor = unit ? nullptr : &diagonal;
    int64_t j = 0;
    for (; j + 4 <= k; j += 4) eliminate<4>(x, i, j, begin, end, coefficient, divisor);
    for (; j < k; ++j) eliminate<1>(x, i, j, begin, end, coefficient, divisor);
  }
}

// rows[i]: which row of the matrix stands in row i once the swaps of `pivots` are done.
void permutation(const int32_t* pivots, int64_t n, int32_t* rows) {
  for (int64_t i = 0; i < n; ++i) rows[i] = static_cast<int32_t>(i);
  for (int64_t i = 0; i < n; ++i) {
    const int32_t other = pivots[i] - 1, row = rows[i];
    rows[i] = rows[other];
    rows[other] = row;
  }
}

// Rows of matrix m of b in this order, or as they are; columns [begin, begin + k), into one lane.
// Of the identity where b has no data.
template <class T>
void pack_rows(const Matrices<const T>& b, int64_t m, const int32_t* rows, int64_t n, int64_t k,
               int64_t begin, const Block<T>& y, int64_t lane) {
  for (int64_t i = 0; i < n; ++i) {
    const int64_t row = rows ? rows[i] : i;
    for (int64_t j = 0; j < k; ++j)
      y.at(i, j)[lane] =
          b.data ? b.data[m * b.next + row * b.row + (begin + j) * b.column] : T(row == begin + j);
  }
}

template <class T>
void lu_solve(const Matrices<const T>& lu, const int32_t* pivots, const Matrices<const T>& b,
              const Matrices<T>& to, bool transposed, const SmallShape& s, void* work) {
  const int64_t n = s.rows, chunk = s.columns < small_matrix ? s.columns : small_matrix;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), x = room.block(n, chunk);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(lu, first, lanes, n, n, a);
    int32_t rows[width<T>][small_matrix];
    for (int64_t lane = 0; lane < lanes; ++lane)
      permutation(pivots + (first + lane) * n, n, rows[lane]);
    for (int64_t begin = 0; begin < s.columns; begin += chunk) {
      const int64_t k = s.columns - begin < chunk ? s.columns - begin : chunk;
      const Block<T> y(x.data, k);
      if (transposed && b.data) {
        Matrices<const T> part = b;
        part.data += begin * b.column;
        pack(part, first, lanes, n, k, y);
      } else {
        for (int64_t lane = 0; lane < width<T>; ++lane)
          pack_rows(b, first + (lane < lanes ? lane : 0),
                    transposed ? nullptr : rows[lane < lanes ? lane : 0], n, k, begin, y, lane);
      }
      const auto as_is = [&](int64_t i, int64_t p) { return a(i, p); };
      const auto turned = [&](int64_t i, int64_t p) { return a(p, i); };
      if (transposed) {
        substitute(turned, y, n, k, /*upper=*/false, /*unit=*/false);
        substitute(turned, y, n, k, /*upper=*/true, /*unit=*/true);
      } else {
        substitute(as_is, y, n, k, /*upper=*/false, /*unit=*/true);
        substitute(as_is, y, n, k, /*upper=*/true, /*unit=*/false);
      }
      if (!transposed) {
        Matrices<T> out = to;
        out.data += begin * to.column;
        unpack(y, first, lanes, n, k, out);
        continue;
      }
      for (int64_t lane = 0; lane < lanes; ++lane)
        for (int64_t i = 0; i < n; ++i)
          for (int64_t j = 0; j < k; ++j)
            to.data[(first + lane) * to.next + rows[lane][i] * to.row + (begin + j) * to.column] =
                y.at(i, j)[lane];
    }
  });
}

template <class T>
void solve(const Matrices<const T>& from, const Matrices<const T>& b, const Matrices<T>& to,
           const Matrices<T>& lu, int32_t* pivots, int32_t* info, const SmallShape& s, void* work) {
  using V = batch<T>;
  const int64_t n = s.rows, chunk = s.columns < small_matrix ? s.columns : small_matrix;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), x = room.block(n, chunk), rows = room.block(n, 1),
                 taken = room.block(n, 1);
  const auto element = [&](int64_t i, int64_t p) { return a(i, p); };
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    for (int64_t i = 0; i < n; ++i) rows.set(i, 0, V(static_cast<T>(i)));
    const V zero_at = factor_lu(a, n, n, [&](int64_t k, const V& pivot) {
      if (pivots) store_pivots(pivot, lanes, n, pivots + first * n + k);
      taken.set(k, 0, pivot);
      swap_rows(rows, n, 1, k, pivot);
    });
    store_info(zero_at, lanes, info + first);
    if (lu.data) unpack(a, first, lanes, n, n, lu);
    for (int64_t begin = 0; begin < s.columns; begin += chunk) {
      const int64_t k = s.columns - begin < chunk ? s.columns - begin : chunk;
      const Block<T> y(x.data, k);
      if (b.data) {
        Matrices<const T> part = b;
        part.data += begin * b.column;
        pack(part, first, lanes, n, k, y);
        for (int64_t i = 0; i < n; ++i) swap_rows(y, n, k, i, taken(i, 0));
      } else {
        for (int64_t i = 0; i < n; ++i)
          for (int64_t j = 0; j < k; ++j)
            y.set(i, j,
                  xsimd::select(rows(i, 0) == V(static_cast<T>(begin + j)), V(T(1)), V(T(0))));
      }
      substitute(element, y, n, k, /*upper=*/false, /*unit=*/true);
      substitute(element, y, n, k, /*upper=*/true, /*unit=*/false);
      Matrices<T> out = to;
      out.data += begin * to.column;
      unpack(y, first, lanes, n, k, out);
    }
  });
}

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
  const auto element = [&](int64_t i, int64_t p) { return a(i, p); };
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    for (int64_t begin = 0; begin < s.columns; begin += chunk) {
      const int64_t k = s.columns - begin < chunk ? s.columns - begin : chunk;
      const Block<T> y(x.data, k);
      Matrices<const T> part = b;
      part.data += begin * b.column;
      Matrices<T> out = to;
      out.data += begin * to.column;
      pack(part, first, lanes, n, k, y);
      substitute(element, y, n, k, upper, unit);
      unpack(y, first, lanes, n, k, out);
    }
  });
}

// A matrix in each lane that may be stored as its transpose.
template <class T>
struct Turnable {
  T* data;
  int64_t row, column;

  batch<T> operator()(int64_t i, int64_t j) const {
    return batch<T>::load_aligned(data + (i * row + j * column) * width<T>);
  }
};
template <class T>
Turnable<T> pack_turnable(const Matrices<const T>& from, int64_t first, int64_t lanes, int64_t rows,
                          int64_t columns, T* room) {
  const bool turned = from.row == 1 && from.column != 1;
  const Block<T> x(room, turned ? rows : columns);
  if (!turned) {
    pack(from, first, lanes, rows, columns, x);
    return {room, x.stride, 1};
  }
  pack(Matrices<const T>{from.data, from.next, from.column, from.row}, first, lanes, columns, rows,
       x);
  return {room, 1, x.stride};
}

// Elements [j, j + K) of row i of alpha A B.
template <int K, class T>
void multiply_row(const Turnable<T>& a, const Turnable<T>& b, const Block<T>& c,
                  const batch<T>& alpha, int64_t k, int64_t i, int64_t j) {
  batch<T> sum[K];
  for (int q = 0; q < K; ++q) sum[q] = batch<T>(T(0));
  for (int64_t p = 0; p < k; ++p) {
    const batch<T> factor = a(i, p);
    for (int q = 0; q < K; ++q) sum[q] = xsimd::fma(factor, b(p, j + q), sum[q]);
  }
  for (int q = 0; q < K; ++q) c.set(i, j + q, alpha * sum[q]);
}

template <class T>
void multiply(const Matrices<const T>& left, const Matrices<const T>& right, const Matrices<T>& to,
              T alpha, int64_t k, const SmallShape& s, void* work) {
  const int64_t m = s.rows, n = s.columns;
  constexpr int64_t most = small_matrix * (small_matrix + 1) * width<T>;
  T* const room = static_cast<T*>(work);
  const Block<T> c(room + 2 * most, n);
  const batch<T> factor(alpha);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    const Turnable<T> a = pack_turnable(left, first, lanes, m, k, room);
    const Turnable<T> b = pack_turnable(right, first, lanes, k, n, room + most);
    for (int64_t i = 0; i < m; ++i) {
      int64_t j = 0;
      for (; j + 4 <= n; j += 4) multiply_row<4>(a, b, c, factor, k, i, j);
      for (; j < n; ++j) multiply_row<1>(a, b, c, factor, k, i, j);
    }
    unpack(c, first, lanes, m, n, to);
  });
}

template <class T>
void cholesky_back(const Matrices<const T>& from, const Matrices<const T>& dy,
                   const Matrices<T>& to, const SmallShape& s, void* work) {
  using V = batch<T>;
  const int64_t n = s.rows;
  Room<T> room(work);
  const Block<T> l = room.block(n, n), dl = room.block(n, n), x = room.block(n, n);
  const auto turned = [&](int64_t i, int64_t p) { return l(p, i); };
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
    substitute(turned, x, n, n, /*upper=*/true, /*unit=*/false);  // L^-T S
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) {
        const V upper = x(j, i);
        x.set(j, i, x(i, j));
        x.set(i, j, upper);
      }
    substitute(turned, x, n, n, /*upper=*/true, /*unit=*/false);
    unpack(x, first, lanes, n, n, to);
  });
}

template <class T>
constexpr FactorKernels<T> kernels_of = {.lu = &lu<T>,
                                         .lu_solve = &lu_solve<T>,
                                         .solve = &solve<T>,
                                         .cholesky = &cholesky<T>,
                                         .triangular = &triangular<T>,
                                         .cholesky_back = &cholesky_back<T>,
                                         .multiply = &multiply<T>};

}  // namespace

}  // namespace small

constinit const ByFloating<FactorKernels> factor_table = {small::kernels_of<float>,
                                                          small::kernels_of<double>};

}  // namespace gradus::kernels::GRADUS_ISA
