// Eigenvalues of small symmetric matrices: Householder's reduction to three diagonals, then the QL
// algorithm with implicit shifts (Bowdler, Martin, Reinsch and Wilkinson, Numer. Math. 11, 1968).
// Singular values by rotations of pairs of columns (Hestenes, J. SIAM 6, 1958).
#include "tensor/kernels/linalg/columns.h"
#include "tensor/kernels/linalg/reflections.h"

namespace gradus::kernels::GRADUS_ISA {

namespace small {

namespace {

// The largest size of an element of each lane, 1 where all are 0; divides by it.
template <class T>
batch<T> scale_down(const Block<T>& a, int64_t rows, int64_t columns) {
  using V = batch<T>;
  V most(T(0));
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) most = simd::max(most, xsimd::abs(a(i, j)));
  most = xsimd::select(most == V(T(0)), V(T(1)), most);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) a.set(i, j, a(i, j) / most);
  return most;
}

// Which of values[0..n) of each lane comes first, second ...: in ascending order of them, or of
// their negatives.
template <class T>
void sorted_order(const Block<T>& values, int64_t n, bool descending,
                  int32_t (*order)[small_matrix]) {
  for (int64_t lane = 0; lane < width<T>; ++lane) {
    const auto key = [&](int32_t i) {
      const T v = values.at(i, 0)[lane];
      return descending ? -v : v;
    };
    for (int64_t i = 0; i < n; ++i) {
      int64_t at = i;
      for (; at > 0 && key(order[lane][at - 1]) > key(static_cast<int32_t>(i)); --at)
        order[lane][at] = order[lane][at - 1];
      order[lane][at] = static_cast<int32_t>(i);
    }
  }
}
template <class T>
void store_in_order(const Block<T>& values, int64_t n, int64_t first, int64_t lanes,
                    const int32_t (*order)[small_matrix], T* to) {
  for (int64_t lane = 0; lane < lanes; ++lane)
    for (int64_t i = 0; i < n; ++i) to[(first + lane) * n + i] = values.at(order[lane][i], 0)[lane];
}
// Columns in that order, as the columns of matrices.
template <class T>
[[gnu::noinline]] void unpack_in_order(const View<T>& x, int64_t first, int64_t lanes, int64_t rows,
                                       int64_t columns, const int32_t (*order)[small_matrix],
                                       const Matrices<T>& to) {
  for (int64_t j = 0; j < columns; ++j)
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const T* column = x.at(0, order[lane][j]) + lane;
      T* out = to.data + (first + lane) * to.next + j * to.column;
      for (int64_t i = 0; i < rows; ++i, column += x.row, out += to.row) *out = *column;
    }
}
template <class T>
void store_flags(const mask<T>& m, int64_t lanes, int32_t* to) {
  T values[width<T>];
  xsimd::select(m, batch<T>(T(1)), batch<T>(T(0))).store_unaligned(values);
  for (int64_t lane = 0; lane < lanes; ++lane) to[lane] = static_cast<int32_t>(values[lane]);
}

// Rotations of neighbouring columns: c and s of columns i and i + 1 in row i.
template <class T>
struct Rotations {
  Block<T> c, s;
};
// Rows [r, r + K) of z, turned by the rotations of columns [first, last) from the last to the
// first: (z_i, z_i+1) = (c z_i - s z_i+1, s z_i + c z_i+1).
template <int K, class T>
void rotate_rows(const Block<T>& z, int64_t r, int64_t first, int64_t last,
                 const Rotations<T>& turn) {
  using V = batch<T>;
  const int64_t row = z.stride * width<T>;
  T* at = z.at(r, last);
  V x[K];
  for (int q = 0; q < K; ++q) x[q] = V::load_aligned(at + q * row);
  for (int64_t i = last - 1; i >= first; --i, at -= width<T>) {
    const V c = turn.c(i, 0), s = turn.s(i, 0);
    for (int q = 0; q < K; ++q) {
      const V y = V::load_aligned(at + q * row - width<T>);
      xsimd::fma(s, y, c * x[q]).store_aligned(at + q * row);
      x[q] = minus_product(c * y, s, x[q]);
    }
  }
  for (int q = 0; q < K; ++q) x[q].store_aligned(at + q * row);
}
template <class T>
void rotate(const Block<T>& z, int64_t n, int64_t first, int64_t last, const Rotations<T>& turn) {
  int64_t r = 0;
  for (; r + 4 <= n; r += 4) rotate_rows<4>(z, r, first, last, turn);
  for (; r < n; ++r) rotate_rows<1>(z, r, first, last, turn);
}

// a, of which both triangles are set, becomes Q T Q^T: d and e get the diagonals of T, and a's
// columns the reflections of Q, which begin a row below the diagonal.
template <class T>
void tridiagonalise(const Block<T>& a, int64_t n, const Block<T>& d, const Block<T>& e,
                    const Block<T>& tau, const Block<T>& w) {
  using V = batch<T>;
  for (int64_t k = 0; k + 2 < n; ++k) {
    const V factor = make_reflection(a, n, k + 1, k);
    tau.set(k, 0, factor);
    e.set(k, 0, a(k + 1, k));
    a.set(k + 1, k, V(T(1)));  // v as a whole, for a while
    V dot(T(0));
    const auto times_v = [&](int64_t i, auto together) {
      constexpr int K = together;
      V sum[K];
      for (V& x : sum) x = V(T(0));
      for (int64_t j = k + 1; j < n; ++j) {
        const V v = a(j, k);
        for (int q = 0; q < K; ++q) sum[q] = xsimd::fma(a(j, i + q), v, sum[q]);
      }
      for (int q = 0; q < K; ++q) {
        w.set(i + q, 0, sum[q] * factor);
        dot = xsimd::fma(w(i + q, 0), a(i + q, k), dot);
      }
    };
    int64_t row = k + 1;
    for (; row + 4 <= n; row += 4) times_v(row, std::integral_constant<int, 4>());
    for (; row < n; ++row) times_v(row, std::integral_constant<int, 1>());
    const V half = V(T(0.5)) * factor * dot;
    for (int64_t i = k + 1; i < n; ++i) w.set(i, 0, minus_product(w(i, 0), half, a(i, k)));
    for (int64_t i = k + 1; i < n; ++i) {
      const V v = a(i, k), u = w(i, 0);
      for (int64_t j = k + 1; j <= i; ++j) {
        const V x = minus_product(minus_product(a(i, j), v, w(j, 0)), u, a(j, k));
        a.set(i, j, x);
        a.set(j, i, x);
      }
    }
    a.set(k + 1, k, e(k, 0));
  }
  if (n > 1) e.set(n - 2, 0, a(n - 1, n - 2));
  for (int64_t i = 0; i < n; ++i) d.set(i, 0, a(i, i));
}

// One step of the QL algorithm on the rows l..m of each lane where `active`; `turn` gets what it
// does to the vectors.
template <class T>
[[gnu::noinline]] void ql_step(const Block<T>& d, const Block<T>& e, int64_t l, int64_t last,
                               const batch<T>& m, const mask<T>& active, const Rotations<T>& turn) {
  using V = batch<T>;
  const V zero(T(0)), one(T(1)), two(T(2));
  V d_m = zero;
  for (int64_t i = l; i <= last; ++i) d_m = xsimd::select(m == V(static_cast<T>(i)), d(i, 0), d_m);
  const V e_l = xsimd::select(active, e(l, 0), one);
  const V half = (d(l + 1, 0) - d(l, 0)) / (two * e_l);
  const V root = xsimd::sqrt(xsimd::fma(half, half, one));
  V g = d_m - d(l, 0) + e_l / (half + simd::copysign(root, half));
  V s = one, c = one, p = zero;
  mask<T> going = active;
  for (int64_t i = last - 1; i >= l; --i) {
    const mask<T> on = going & (V(static_cast<T>(i)) < m);
    const V f = s * e(i, 0), b = c * e(i, 0), low = d(i + 1, 0) - p;
    const V r = xsimd::sqrt(xsimd::fma(f, f, g * g));
    // Of a lane that is not `on`, or stuck, these may be nan.
    const V s_new = f / r, c_new = g / r;
    const V t = xsimd::fma(d(i, 0) - low, s_new, c_new * (b + b));
    const V p_new = s_new * t, g_new = xsimd::fma(c_new, t, -b);
    mask<T> turning = on;
    e.set(i + 1, 0, xsimd::select(on, r, e(i + 1, 0)));
    const mask<T> stuck = on & (r == zero);
    if (xsimd::any(stuck)) [[unlikely]] {
      d.set(i + 1, 0, xsimd::select(stuck, low, d(i + 1, 0)));
      going = going & !stuck;
      turning = on & !stuck;
    }
    d.set(i + 1, 0, xsimd::select(turning, low + p_new, d(i + 1, 0)));
    g = xsimd::select(turning, g_new, g);
    p = xsimd::select(turning, p_new, p);
    s = xsimd::select(turning, s_new, s);
    c = xsimd::select(turning, c_new, c);
    turn.c.set(i, 0, xsimd::select(turning, c_new, one));
    turn.s.set(i, 0, xsimd::select(turning, s_new, zero));
  }
  const mask<T> whole = active & going;
  d.set(l, 0, xsimd::select(whole, d(l, 0) - p, d(l, 0)));
  e.set(l, 0, xsimd::select(whole, g, e(l, 0)));
  for (int64_t i = l; i <= last; ++i)
    e.set(i, 0, xsimd::select(active & (m == V(static_cast<T>(i))), zero, e(i, 0)));
}

// The eigenvalues of the diagonals d and e, of elements up to about 1, into d; z's columns become
// eigenvectors. Returns where they were not found.
template <class T>
mask<T> ql(const Block<T>& d, const Block<T>& e, const Block<T>* z, int64_t n,
           const Rotations<T>& turn) {
  using V = batch<T>;
  constexpr int most_steps = 50;
  mask<T> failed = V(T(1)) < V(T(0));
  e.set(n - 1, 0, V(T(0)));
  for (int64_t l = 0; l < n; ++l)
    for (int step = 0;; ++step) {
      // Where e is as good as zero, first in each lane, and the last of all lanes.
      mask<T> open = V(T(0)) < V(T(1));
      V m(static_cast<T>(l));
      int64_t last = l;
      for (; last + 1 < n; ++last) {
        // The third term: without it rounding errors of rounding errors underflow when squared.
        const V size = xsimd::abs(d(last, 0)) + xsimd::abs(d(last + 1, 0)) + V(eps<T>);
        open = open & !(xsimd::abs(e(last, 0)) <= V(eps<T>) * size);
        if (xsimd::none(open)) break;
        m = xsimd::select(open, V(static_cast<T>(last + 1)), m);
      }
      const mask<T> active = m > V(static_cast<T>(l));
      if (last == l) break;
      if (step == most_steps) {
        failed = failed | active;
        break;
      }
      ql_step(d, e, l, last, m, active, turn);
      if (z) rotate(*z, n, l, last, turn);
    }
  return failed;
}

template <class T>
void eigh(const Matrices<const T>& from, T* values, const Matrices<T>& vectors, int32_t* info,
          const SmallShape& s, void* work) {
  const int64_t n = s.rows;
  Room<T> room(work);
  const Block<T> a = room.block(n, n), z = room.block(n, n), d = room.block(n, 1),
                 e = room.block(n, 1), tau = room.block(n, 1), w = room.block(n, 1);
  const Rotations<T> turn{room.block(n, 1), room.block(n, 1)};
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) a.set(j, i, a(i, j));
    const batch<T> scale = scale_down(a, n, n);
    tridiagonalise(a, n, d, e, tau, w);
    const bool wanted = vectors.data != nullptr;
    if (wanted) form_q(a, tau, n > 2 ? n - 2 : 0, n, n, z, 1);
    store_flags(ql(d, e, wanted ? &z : nullptr, n, turn), lanes, info + first);
    for (int64_t i = 0; i < n; ++i) d.set(i, 0, d(i, 0) * scale);
    int32_t order[width<T>][small_matrix];
    sorted_order(d, n, /*descending=*/false, order);
    store_in_order(d, n, first, lanes, order, values);
    if (wanted) unpack_in_order<T>(z, first, lanes, n, n, order, vectors);
  });
}

// The columns of u, orthogonal and of length 1 or 0, in order, m x columns. Those without length,
// and those beyond the n of u, complete them to an orthonormal set.
template <class T>
void complete_columns(const Block<T>& u, int64_t m, int64_t n, const int32_t (*order)[small_matrix],
                      const Block<T>& sorted, const Block<T>& tau, int64_t columns,
                      const Block<T>& q) {
  using V = batch<T>;
  for (int64_t lane = 0; lane < width<T>; ++lane)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t i = 0; i < m; ++i) sorted.at(i, j)[lane] = u.at(order[lane][j], i)[lane];
  factor_qr(sorted, m, n, tau);
  form_q(sorted, tau, n, m, columns, q);
  for (int64_t j = 0; j < n; ++j) {
    const V sign = simd::copysign(V(T(1)), sorted(j, j));
    for (int64_t i = 0; i < m; ++i) q.set(i, j, q(i, j) * sign);
  }
}

template <class T>
void svd(const Matrices<const T>& from, T* values, const Matrices<T>& u, int64_t u_columns,
         const Matrices<T>& v, int32_t* info, const SmallShape& s, void* work) {
  using V = batch<T>;
  const int64_t m = s.rows, n = s.columns;
  const bool with_right = v.data != nullptr;
  Room<T> room(work);
  const Block<T> a = room.block(m, n), q(room.block(m, m).data, u_columns),
                 lengths = room.block(n, 1), tau = room.block(n, 1), scales = room.block(n, 1),
                 squares = room.block(n, 1);
  const int64_t rows = with_right ? m + n : m;
  const Columns<T> columns{room.block(n, rows), m, rows, scales, squares};
  const Block<T> x = columns.x;
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, m, n, a);
    const V scale = scale_down(a, m, n);
    for (int64_t j = 0; j < n; ++j) {
      scales.set(j, 0, V(T(1)));
      for (int64_t i = 0; i < m; ++i) x.set(j, i, a(i, j));
      for (int64_t i = m; i < rows; ++i) x.set(j, i, V(T(i - m == j)));
    }
    store_flags(orthogonalise(columns, n), lanes, info + first);
    bool all_long = true;
    for (int64_t j = 0; j < n; ++j) {
      const V length = xsimd::sqrt(squares(j, 0));
      lengths.set(j, 0, length);
      const mask<T> has_length = length > V(no_length<T>);
      all_long = all_long && xsimd::all(has_length);
      const V inverse = xsimd::select(has_length, V(T(1)) / length, V(T(0)));
      for (int64_t i = 0; u.data && i < m; ++i) x.set(j, i, x(j, i) * inverse);
    }
    int32_t order[width<T>][small_matrix];
    sorted_order(lengths, n, /*descending=*/true, order);
    if (u.data && all_long && u_columns == n) {
      unpack_in_order<T>(View<T>(x).turned(), first, lanes, m, n, order, u);
    } else if (u.data) {
      complete_columns(x, m, n, order, a, tau, u_columns, q);
      unpack(q, first, lanes, m, u_columns, u);
    }
    if (with_right)
      unpack_in_order<T>(View<T>(x.at(0, m), width<T>, x.stride * width<T>), first, lanes, n, n,
                         order, v);
    for (int64_t j = 0; j < n; ++j) lengths.set(j, 0, lengths(j, 0) * scale);
    store_in_order(lengths, n, first, lanes, order, values);
  });
}

template <class T>
constexpr SpectralKernels<T> kernels_of = {.eigh = &eigh<T>, .svd = &svd<T>};

}  // namespace

}  // namespace small

constinit const ByFloating<SpectralKernels> spectral_table = {small::kernels_of<float>,
                                                              small::kernels_of<double>};

}  // namespace gradus::kernels::GRADUS_ISA
