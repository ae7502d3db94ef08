// Eigenvalues of small symmetric matrices: Householder's reduction to three diagonals, then the QL
// algorithm with implicit shifts (Bowdler, Martin, Reinsch and Wilkinson, Numer. Math. 11, 1968).
// Singular values by rotations of pairs of columns (Hestenes, J. SIAM 6, 1958).
#include <limits>

#include "tensor/kernels/linalg/reflections.h"

namespace gradus::kernels::GRADUS_ISA {

namespace small {

namespace {

template <class T>
inline constexpr T eps = std::numeric_limits<T>::epsilon();

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
void unpack_in_order(const Block<T>& x, int64_t first, int64_t lanes, int64_t rows, int64_t columns,
                     const int32_t (*order)[small_matrix], const Matrices<T>& to) {
  for (int64_t lane = 0; lane < lanes; ++lane)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        to.data[(first + lane) * to.next + i * to.row + j * to.column] =
            x.at(i, order[lane][j])[lane];
}
template <class T>
void store_flags(const mask<T>& m, int64_t lanes, int32_t* to) {
  T values[width<T>];
  xsimd::select(m, batch<T>(T(1)), batch<T>(T(0))).store_unaligned(values);
  for (int64_t lane = 0; lane < lanes; ++lane) to[lane] = static_cast<int32_t>(values[lane]);
}

// Columns i and k of z, turned: (z_i, z_k) = (c z_i - s z_k, s z_i + c z_k).
template <class T>
void rotate(const Block<T>& z, int64_t rows, int64_t i, int64_t k, const batch<T>& c,
            const batch<T>& s) {
  for (int64_t r = 0; r < rows; ++r) {
    const batch<T> x = z(r, i), y = z(r, k);
    z.set(r, i, minus_product(c * x, s, y));
    z.set(r, k, xsimd::fma(s, x, c * y));
  }
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
    for (int64_t i = k + 1; i < n; ++i) {
      V sum(T(0));
      for (int64_t j = k + 1; j < n; ++j) sum = xsimd::fma(a(i, j), a(j, k), sum);
      sum = sum * factor;
      w.set(i, 0, sum);
      dot = xsimd::fma(sum, a(i, k), dot);
    }
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

// One step of the QL algorithm on the rows l..m of each lane where `active`.
template <class T>
void ql_step(const Block<T>& d, const Block<T>& e, const Block<T>* z, int64_t n, int64_t l,
             const batch<T>& m, const mask<T>& active) {
  using V = batch<T>;
  const V zero(T(0)), one(T(1)), two(T(2));
  V d_m = zero;
  for (int64_t i = l; i < n; ++i) d_m = xsimd::select(m == V(static_cast<T>(i)), d(i, 0), d_m);
  const V e_l = xsimd::select(active, e(l, 0), one);
  const V half = (d(l + 1, 0) - d(l, 0)) / (two * e_l);
  const V root = xsimd::sqrt(xsimd::fma(half, half, one));
  V g = d_m - d(l, 0) + e_l / (half + simd::copysign(root, half));
  V s = one, c = one, p = zero;
  mask<T> going = active;
  for (int64_t i = n - 2; i >= l; --i) {
    const mask<T> on = going & (V(static_cast<T>(i)) < m);
    if (xsimd::none(on)) continue;
    const V f = s * e(i, 0), b = c * e(i, 0);
    const V r = xsimd::sqrt(xsimd::fma(f, f, g * g));
    e.set(i + 1, 0, xsimd::select(on, r, e(i + 1, 0)));
    const mask<T> stuck = on & (r == zero);
    d.set(i + 1, 0, xsimd::select(stuck, d(i + 1, 0) - p, d(i + 1, 0)));
    going = going & !stuck;
    const mask<T> turning = on & !stuck;
    const V divisor = xsimd::select(turning, r, one);
    const V s_new = f / divisor, c_new = g / divisor;
    const V low = d(i + 1, 0) - p;
    const V t = xsimd::fma(d(i, 0) - low, s_new, two * c_new * b);
    const V p_new = s_new * t;
    d.set(i + 1, 0, xsimd::select(turning, low + p_new, d(i + 1, 0)));
    g = xsimd::select(turning, xsimd::fma(c_new, t, -b), g);
    p = xsimd::select(turning, p_new, p);
    s = xsimd::select(turning, s_new, s);
    c = xsimd::select(turning, c_new, c);
    if (z)
      rotate(*z, n, i, i + 1, xsimd::select(turning, c_new, one),
             xsimd::select(turning, s_new, zero));
  }
  const mask<T> whole = active & going;
  d.set(l, 0, xsimd::select(whole, d(l, 0) - p, d(l, 0)));
  e.set(l, 0, xsimd::select(whole, g, e(l, 0)));
  for (int64_t i = l; i < n; ++i)
    e.set(i, 0, xsimd::select(active & (m == V(static_cast<T>(i))), zero, e(i, 0)));
}

// The eigenvalues of the diagonals d and e, of elements up to about 1, into d; z's columns become
// eigenvectors. Returns where they were not found.
template <class T>
mask<T> ql(const Block<T>& d, const Block<T>& e, const Block<T>* z, int64_t n) {
  using V = batch<T>;
  constexpr int most_steps = 50;
  mask<T> failed = V(T(1)) < V(T(0));
  e.set(n - 1, 0, V(T(0)));
  for (int64_t l = 0; l < n; ++l)
    for (int step = 0;; ++step) {
      V m(static_cast<T>(n - 1));
      for (int64_t i = n - 2; i >= l; --i) {
        // The second term: without it rounding errors of rounding errors underflow when squared.
        const V size = xsimd::abs(d(i, 0)) + xsimd::abs(d(i + 1, 0)) + V(eps<T>);
        m = xsimd::select(xsimd::abs(e(i, 0)) <= V(eps<T>) * size, V(static_cast<T>(i)), m);
      }
      const mask<T> active = m > V(static_cast<T>(l));
      if (xsimd::none(active)) break;
      if (step == most_steps) {
        failed = failed | active;
        break;
      }
      ql_step(d, e, z, n, l, m, active);
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
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, n, n, a);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) a.set(j, i, a(i, j));
    const batch<T> scale = scale_down(a, n, n);
    tridiagonalise(a, n, d, e, tau, w);
    const bool wanted = vectors.data != nullptr;
    if (wanted) form_q(a, tau, n > 2 ? n - 2 : 0, n, n, z, 1);
    store_flags(ql(d, e, wanted ? &z : nullptr, n), lanes, info + first);
    for (int64_t i = 0; i < n; ++i) d.set(i, 0, d(i, 0) * scale);
    int32_t order[width<T>][small_matrix];
    sorted_order(d, n, /*descending=*/false, order);
    store_in_order(d, n, first, lanes, order, values);
    if (wanted) unpack_in_order(z, first, lanes, n, n, order, vectors);
  });
}

// Of elements up to 1, the length of columns that are nothing but rounding errors of what
// cancelled: their squares come near underflow.
template <class T>
inline constexpr T no_length = sizeof(T) == 4 ? T(1e-16) : T(1e-140);

// Turns the columns of a until any two that have a length are orthogonal, and those of v with them.
// Returns where they are not.
template <class T>
mask<T> orthogonalise(const Block<T>& a, const Block<T>* v, int64_t m, int64_t n,
                      const Block<T>& squares) {
  using V = batch<T>;
  constexpr int most_sweeps = 40;
  const V zero(T(0)), one(T(1)), limit(eps<T> * T(4)), least(no_length<T> * no_length<T>),
      large(T(1) / eps<T>);
  for (int sweep = 0;; ++sweep) {
    for (int64_t j = 0; j < n; ++j) {
      V sum = zero;
      for (int64_t i = 0; i < m; ++i) sum = xsimd::fma(a(i, j), a(i, j), sum);
      squares.set(j, 0, sum);
    }
    mask<T> turned = one < zero;
    for (int64_t p = 0; p + 1 < n; ++p)
      for (int64_t q = p + 1; q < n; ++q) {
        V dot = zero;
        for (int64_t i = 0; i < m; ++i) dot = xsimd::fma(a(i, p), a(i, q), dot);
        const V x = squares(p, 0), y = squares(q, 0);
        const mask<T> on =
            (xsimd::abs(dot) > limit * xsimd::sqrt(x) * xsimd::sqrt(y)) & (x > least) & (y > least);
        if (xsimd::none(on)) continue;
        turned = turned | on;
        const V zeta = (y - x) / xsimd::select(on, dot + dot, one);
        // Beyond `large` the root is |zeta|, whose square may have no number.
        const V size = xsimd::abs(zeta), held = simd::min(size, large);
        const V root = simd::max(xsimd::sqrt(xsimd::fma(held, held, one)), size);
        const V t = xsimd::select(on, simd::copysign(one / (size + root), zeta), zero);
        const V c = one / xsimd::sqrt(xsimd::fma(t, t, one)), s = c * t;
        rotate(a, m, p, q, c, s);
        if (v) rotate(*v, n, p, q, c, s);
        squares.set(p, 0, xsimd::select(on, simd::max(minus_product(x, t, dot), zero), x));
        squares.set(q, 0, xsimd::select(on, xsimd::fma(t, dot, y), y));
      }
    if (xsimd::none(turned)) return turned;
    if (sweep == most_sweeps) return turned;
  }
}

// The columns of u over their lengths, in order, m x columns. Those without length, and those
// beyond the n of u, complete them to an orthonormal set.
template <class T>
void complete_columns(const Block<T>& u, int64_t m, int64_t n, const Block<T>& lengths,
                      const int32_t (*order)[small_matrix], const Block<T>& sorted,
                      const Block<T>& tau, int64_t columns, const Block<T>& q) {
  using V = batch<T>;
  bool all_long = true;
  for (int64_t lane = 0; lane < width<T>; ++lane)
    for (int64_t j = 0; j < n; ++j) {
      const int32_t from = order[lane][j];
      const T length = lengths.at(from, 0)[lane];
      const bool has_length = length > no_length<T>;
      all_long = all_long && has_length;
      for (int64_t i = 0; i < m; ++i)
        sorted.at(i, j)[lane] = has_length ? u.at(i, from)[lane] / length : T(0);
    }
  if (all_long && columns == n) {
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) q.set(i, j, sorted(i, j));
    return;
  }
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
  const int64_t m = s.rows, n = s.columns;
  Room<T> room(work);
  const Block<T> a = room.block(m, n), right = room.block(n, n), sorted = room.block(m, n),
                 q(room.block(m, m).data, u_columns), lengths = room.block(n, 1),
                 tau = room.block(n, 1);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, m, n, a);
    const batch<T> scale = scale_down(a, m, n);
    set_identity(right, n, n);
    const bool with_right = v.data != nullptr;
    store_flags(orthogonalise(a, with_right ? &right : nullptr, m, n, lengths), lanes,
                info + first);
    for (int64_t j = 0; j < n; ++j) {
      batch<T> sum(T(0));
      for (int64_t i = 0; i < m; ++i) sum = xsimd::fma(a(i, j), a(i, j), sum);
      lengths.set(j, 0, xsimd::sqrt(sum));
    }
    int32_t order[width<T>][small_matrix];
    sorted_order(lengths, n, /*descending=*/true, order);
    if (u.data) {
      complete_columns(a, m, n, lengths, order, sorted, tau, u_columns, q);
      unpack(q, first, lanes, m, u_columns, u);
    }
    if (with_right) unpack_in_order(right, first, lanes, n, n, order, v);
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
