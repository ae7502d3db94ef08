// LU of small matrices, and what is solved with it.
#include "tensor/kernels/linalg/tiles.h"

namespace gradus::kernels::GRADUS_ISA {

namespace small {

namespace {

// Rows k and `pivot` of each lane change places; false where none does.
template <class T>
bool swap_rows(const Block<T>& a, int64_t m, int64_t n, int64_t k, const batch<T>& pivot) {
  if (xsimd::all(pivot == batch<T>(static_cast<T>(k)))) return false;
  for (int64_t i = k + 1; i < m; ++i) {
    const mask<T> here = pivot == batch<T>(static_cast<T>(i));
    if (xsimd::none(here)) continue;
    for (int64_t j = 0; j < n; ++j) {
      const batch<T> upper = a(k, j), lower = a(i, j);
      a.set(k, j, xsimd::select(here, lower, upper));
      a.set(i, j, xsimd::select(here, upper, lower));
    }
  }
  return true;
}

// Rows [i, i + K) of a, less their multiples of row k.
template <int K, class T>
void eliminate_rows(const Block<T>& a, int64_t n, int64_t k, int64_t i) {
  batch<T> factor[K];
  for (int q = 0; q < K; ++q) factor[q] = a(i + q, k);
  for (int64_t j = k + 1; j < n; ++j) {
    const batch<T> head = a(k, j);
    for (int q = 0; q < K; ++q) a.set(i + q, j, minus_product(a(i + q, j), factor[q], head));
  }
}
template <class T>
[[gnu::noinline]] void eliminate_below(const Block<T>& a, int64_t m, int64_t n, int64_t k) {
  int64_t i = k + 1;
  for (; i + 4 <= m; i += 4) eliminate_rows<4>(a, n, k, i);
  for (; i < m; ++i) eliminate_rows<1>(a, n, k, i);
}
// P A = L U in place; pivots[k] becomes the row that each lane takes for row k. Returns the first
// steps, counted from 1, whose pivots are 0. Each step of a few rows is taken from all below at
// once; of more, a column of L and a row of U get all steps before them at once (Crout), in the
// same order, with fewer loads and stores.
template <class T>
[[gnu::noinline]] batch<T> factor_lu(Block<T> a, int64_t m, int64_t n, Block<T> pivots) {
  using V = batch<T>;
  const bool few = m <= 8;
  const View<T> whole(a), turned = whole.turned();
  const V one(T(1));
  V zero_at(T(0));
  for (int64_t k = 0; k < (m < n ? m : n); ++k) {
    if (!few) eliminate_row<T>(turned, turned, k, k, m, 0, k);
    V most = xsimd::abs(a(k, k)), pivot(static_cast<T>(k));
    for (int64_t i = k + 1; i < m; ++i) {
      const V size = xsimd::abs(a(i, k));
      pivot = xsimd::select(size > most, V(static_cast<T>(i)), pivot);
      most = simd::max(most, size);
    }
    pivots.set(k, 0, pivot);
    swap_rows(a, m, n, k, pivot);
    const V head = a(k, k);
    const mask<T> none = head == V(T(0));
    zero_at = first_step(zero_at, none, k);
    const Divisor<T> divisor(xsimd::select(none, one, head));
    divisor.divide(turned.at(k, k + 1), m - k - 1, turned.column);
    if (few)
      eliminate_below(a, m, n, k);
    else
      eliminate_row<T>(whole, whole, k, k + 1, n, 0, k);
  }
  return zero_at;
}
// The pivots of `steps` steps as LAPACK counts them.
template <class T>
void store_pivots(const Block<T>& pivots, int64_t lanes, int64_t steps, int32_t* to) {
  for (int64_t k = 0; k < steps; ++k) {
    int32_t rows[width<T>];
    for (int64_t lane = 0; lane < width<T>; ++lane)
      rows[lane] = static_cast<int32_t>(pivots.at(k, 0)[lane]) + 1;
    for (int64_t lane = 0; lane < lanes; ++lane) to[lane * steps + k] = rows[lane];
  }
}

template <class T>
void factor(const Matrices<const T>& from, const Matrices<T>& to, int32_t* pivots, int32_t* info,
            T* determinants, const SmallShape& s, void* work) {
  using V = batch<T>;
  const int64_t m = s.rows, n = s.columns, steps = m < n ? m : n;
  Room<T> room(work);
  const Block<T> a = room.block(m, n), taken = room.block(steps, 1), product = room.block(1, 1);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, m, n, a);
    store_info(factor_lu(a, m, n, taken), lanes, info + first);
    if (pivots) store_pivots(taken, lanes, steps, pivots + first * steps);
    if (to.data) unpack(a, first, lanes, m, n, to);
    if (!determinants) return;
    V y(T(1));
    for (int64_t i = 0; i < n; ++i) y = xsimd::select(taken(i, 0) == V(static_cast<T>(i)), y, -y);
    for (int64_t i = 0; i < n; ++i) y = y * a(i, i);
    product.set(0, 0, y);
    for (int64_t lane = 0; lane < lanes; ++lane) determinants[first + lane] = product.data[lane];
  });
}

// rows[lane][i]: which row of the matrix stands in row i once the swaps of its pivots are done.
// Lanes without a matrix get the rows of the first one.
struct Rows {
  int32_t of[64 / sizeof(float)][small_matrix];

  Rows(const int32_t* pivots, int64_t n, int64_t lanes, int64_t all) {
    for (int64_t lane = 0; lane < all; ++lane) {
      int32_t* const rows = of[lane];
      const int32_t* const swaps = pivots + (lane < lanes ? lane : 0) * n;
      for (int64_t i = 0; i < n; ++i) rows[i] = static_cast<int32_t>(i);
      for (int64_t i = 0; i < n; ++i) {
        const int32_t other = swaps[i] - 1, row = rows[i];
        rows[i] = rows[other];
        rows[other] = row;
      }
    }
  }
};

// Row i of y gets row rows[lane][i] of the matrices, and back.
template <class T>
void pack_rows(const Matrices<const T>& from, int64_t first, int64_t lanes, const Rows& rows,
               int64_t n, int64_t k, const Block<T>& y) {
  for (int64_t i = 0; i < n; ++i) {
    const T* row[width<T>];
    for (int64_t lane = 0; lane < width<T>; ++lane)
      row[lane] =
          from.data + (first + (lane < lanes ? lane : 0)) * from.next + rows.of[lane][i] * from.row;
    gather_row<T>(row, from.column, k, y.at(i, 0));
  }
}
template <class T>
void unpack_rows(const Block<T>& y, int64_t first, int64_t lanes, const Rows& rows, int64_t n,
                 int64_t k, const Matrices<T>& to) {
  for (int64_t i = 0; i < n; ++i) {
    T* row[width<T>] = {};
    for (int64_t lane = 0; lane < lanes; ++lane)
      row[lane] = to.data + (first + lane) * to.next + rows.of[lane][i] * to.row;
    scatter_row<T>(y.at(i, 0), lanes, row, to.column, k);
  }
}

// A^T X = B in place, but for the order of the rows of X, from the factors; `lower`: B is lower
// triangular.
template <class T>
void substitute_transposed(const Block<T>& lu, const Block<T>& x, int64_t n, int64_t k,
                           bool lower = false) {
  const View<T> turned = View<T>(lu).turned();
  substitute<T>(turned, x, n, k, /*upper=*/false, /*unit=*/false, lower);
  substitute<T>(turned, x, n, k, /*upper=*/true, /*unit=*/true);
}
template <class T>
void substitute_both(const Block<T>& lu, const Block<T>& x, int64_t n, int64_t k,
                     bool lower = false) {
  substitute<T>(lu, x, n, k, /*upper=*/false, /*unit=*/true, lower);
  substitute<T>(lu, x, n, k, /*upper=*/true, /*unit=*/false);
}

template <class T>
void solve(const Matrices<const T>& lu, const int32_t* pivots, const Matrices<const T>& b,
           const Matrices<T>& to, bool transposed, const SmallShape& s, void* work) {
  const int64_t n = s.rows, chunk = s.columns < small_matrix ? s.columns : small_matrix;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), x = room.block(n, chunk);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(lu, first, lanes, n, n, a);
    const Rows rows(pivots + first * n, n, lanes, width<T>);
    for (int64_t begin = 0; begin < s.columns; begin += chunk) {
      const int64_t k = s.columns - begin < chunk ? s.columns - begin : chunk;
      const Block<T> y(x.data, k);
      const Matrices<const T> right = columns_from(b, begin);
      const Matrices<T> out = columns_from(to, begin);
      if (transposed) {
        pack(right, first, lanes, n, k, y);
        substitute_transposed(a, y, n, k);
        unpack_rows(y, first, lanes, rows, n, k, out);
      } else {
        pack_rows(right, first, lanes, rows, n, k, y);
        substitute_both(a, y, n, k);
        unpack(y, first, lanes, n, k, out);
      }
    }
  });
}

template <class T>
void inverse_transposed(const Matrices<const T>& lu, const int32_t* pivots, const T* weights,
                        const Matrices<T>& to, const SmallShape& s, void* work) {
  const int64_t n = s.rows;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), x = room.block(n, n), weight = room.block(1, 1);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(lu, first, lanes, n, n, a);
    pack(Matrices<const T>{weights, 1, 1, 1}, first, lanes, 1, 1, weight);
    set_identity(x, n, n);
    for (int64_t i = 0; i < n; ++i) x.set(i, i, weight(0, 0));
    substitute_transposed(a, x, n, n, /*lower=*/true);
    unpack_rows(x, first, lanes, Rows(pivots + first * n, n, lanes, lanes), n, n, to);
  });
}

template <class T>
void solve_back(const Matrices<const T>& lu, const int32_t* pivots, const Matrices<const T>& x,
                const Matrices<const T>& dx, const Matrices<T>& db, const Matrices<T>& da,
                const SmallShape& s, void* work) {
  const int64_t n = s.rows, k = s.columns;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), y = room.block(n, k), product = room.block(n, n);
  T* const x_room = room.largest();
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(lu, first, lanes, n, n, a);
    pack(dx, first, lanes, n, k, y);
    substitute_transposed(a, y, n, k);
    const Rows rows(pivots + first * n, n, lanes, lanes);
    if (db.data) unpack_rows(y, first, lanes, rows, n, k, db);
    if (da.data) {
      const View<T> turned = pack_turnable(x, first, lanes, n, k, x_room).turned();
      multiply_blocks<T>(y, turned, product, T(-1), n, k, n);
      unpack_rows(product, first, lanes, rows, n, n, da);
    }
  });
}

template <class T>
void factor_solve(const Matrices<const T>& from, const Matrices<const T>& b, const Matrices<T>& to,
                  const Matrices<T>& lu, int32_t* pivots, int32_t* info, const SmallShape& s,
                  void* work) {
  using V = batch<T>;
  const int64_t n = s.rows, chunk = s.columns < small_matrix ? s.columns : small_matrix;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), x = room.block(n, chunk), rows = room.block(n, 1),
                 taken = room.block(n, 1);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    store_info(factor_lu(a, n, n, taken), lanes, info + first);
    if (pivots) store_pivots(taken, lanes, n, pivots + first * n);
    bool any_swap = false;
    for (int64_t i = 0; i < n; ++i) rows.set(i, 0, V(static_cast<T>(i)));
    for (int64_t i = 0; i < n; ++i) any_swap = swap_rows(rows, n, 1, i, taken(i, 0)) || any_swap;
    if (lu.data) unpack(a, first, lanes, n, n, lu);
    for (int64_t begin = 0; begin < s.columns; begin += chunk) {
      const int64_t k = s.columns - begin < chunk ? s.columns - begin : chunk;
      const Block<T> y(x.data, k);
      if (b.data) {
        pack(columns_from(b, begin), first, lanes, n, k, y);
        for (int64_t i = 0; any_swap && i < n; ++i) swap_rows(y, n, k, i, taken(i, 0));
      } else {
        for (int64_t i = 0; i < n; ++i)
          for (int64_t j = 0; j < k; ++j)
            y.set(i, j, xsimd::select(rows(i, 0) == V(static_cast<T>(j)), V(T(1)), V(T(0))));
      }
      substitute_both(a, y, n, k, /*lower=*/!b.data && !any_swap);
      unpack(y, first, lanes, n, k, columns_from(to, begin));
    }
  });
}

template <class T>
constexpr LuKernels<T> kernels_of = {.factor = &factor<T>,
                                     .solve = &solve<T>,
                                     .factor_solve = &factor_solve<T>,
                                     .inverse_transposed = &inverse_transposed<T>,
                                     .solve_back = &solve_back<T>};

}  // namespace

}  // namespace small

constinit const ByFloating<LuKernels> lu_table = {small::kernels_of<float>,
                                                  small::kernels_of<double>};

}  // namespace gradus::kernels::GRADUS_ISA
