#include "tensor/linalg/spectral.h"

#include <cmath>
#include <utility>
#include <vector>

#include "tensor/linalg/fail.h"
#include "tensor/linalg/lapack.h"
#include "tensor/linalg/matmul.h"
#include "tensor/linalg/matrices.h"
#include "tensor/linalg/qr.h"

namespace gradus::raw {

namespace {

// Matrices with elements that are not finite, of whose results nothing can be found: the copy of
// the batch that goes on has zeros there, and nans are what it gives.
template <class T>
class NotFinite {
 public:
  // Looks at `a` [b, m, n], or at its lower triangle alone.
  NotFinite(const Tensor& a, bool lower_only) : clean_(a) {
    const kernels::Matrices<const T> x = source<T>(a);
    const int64_t count = a.size(0), m = a.size(1), n = a.size(2);
    for (int64_t b = 0; b < count; ++b) {
      T sum = 0;
      for (int64_t i = 0; i < m; ++i) {
        const T* const row = x.data + b * x.next + i * x.row;
        for (int64_t j = 0; j < (lower_only ? i + 1 : n); ++j) sum += row[j * x.column] * T(0);
      }
      if (sum == 0) continue;
      if (found_.empty()) clean_ = clone(a);
      fill(matrix_at(clean_, b), 0);
      found_.push_back(b);
    }
  }
  bool any() const { return !found_.empty(); }
  int64_t first() const { return found_.front(); }
  const Tensor& clean() const { return clean_; }
  // Of a result with one entry for each matrix.
  void spread(const Tensor& result) const {
    if (!result.defined() || found_.empty()) return;
    const int64_t each = result.numel() / clean_.size(0);
    const Tensor flat =
        window(result, Dims{clean_.size(0), each}, Dims{each, 1}, result.storage_offset());
    for (const int64_t b : found_) fill(part(flat, 0, b, -1), std::nan(""));
  }

 private:
  Tensor clean_;
  std::vector<int64_t> found_;
};

void check_found(const char* op, const int32_t* info, int64_t count) {
  for (int64_t b = 0; b < count; ++b)
    if (info[b] != 0)
      fail_linalg("{}: did not converge for matrix {} of {}, error {}", op, b, count, info[b]);
}

// The matrices column by column, for LAPACK to overwrite.
Tensor by_columns(const Tensor& a) {
  const Tensor t = empty(with_sizes(batch_sizes(a), {a.size(-1), a.size(-2)}), a.dtype());
  copy(t, transposed(a));
  return t;
}

template <class T>
void eigh_lapack(const char* op, const Tensor& a, T* values, bool vectors, int32_t* info) {
  const Lapack<T>& f = lapack<T>(op);
  const int64_t n = a.size(-1), count = matrix_count(a);
  const int32_t size = lapack_size(op, n);
  lapack_size(op, 1 + 6 * n + 2 * n * n);
  T* const data = a.data_ptr<T>();
  const char* const job = vectors ? "V" : "N";
  T best_work = 0;
  int32_t best_integers = 0, query = -1, status = 0;
  f.syevd(job, "L", &size, data, &size, values, &best_work, &query, &best_integers, &query, &status,
          1, 1);
  const int64_t least = vectors ? 1 + 6 * n + 2 * n * n : 2 * n + 1;
  const int32_t room = lapack_size(op, std::max(least, int64_t(best_work)));
  const int32_t integers = std::max(best_integers, 3 + 5 * size);
  parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    const Scratch<T> work(room);
    const Scratch<int32_t> more(integers);
    for (int64_t b = begin; b < end; ++b)
      f.syevd(job, "L", &size, data + b * n * n, &size, values + b * n, work.get(), &room,
              more.get(), &integers, info + b, 1, 1);
  });
}

template <class T>
Eigh eigh_of(const char* op, const Tensor& given, bool vectors) {
  const Dims batch = batch_sizes(given);
  const int64_t n = given.size(-1), count = matrix_count(given);
  Eigh out{empty(with_sizes(batch, {n}), given.dtype()), Tensor()};
  if (vectors) out.vectors = empty(given.sizes(), given.dtype());
  if (given.numel() == 0) return out;
  const NotFinite<T> strange(flat_batch(evenly_spaced(given)), /*lower_only=*/true);
  const Tensor& a = strange.clean();
  T* const values = out.values.data_ptr<T>();
  const Tensor found = zeros({count}, kInt);
  int32_t* const info = found.data_ptr<int32_t>();
  if (small(n, n)) {
    const auto v = vectors ? matrices<T>(flat_batch(out.vectors)) : kernels::Matrices<T>{};
    for_small(count, 10 * n * n * n, [&](int64_t first, int64_t some, void* work) {
      kernels::table().spectral->of<T>().eigh(from(source<T>(a), first), values + first * n,
                                              from(v, first), info + first, {some, n, n}, work);
    });
  } else {
    const Tensor columns = by_columns(a);
    eigh_lapack<T>(op, columns, values, vectors, info);
    if (vectors) copy(flat_batch(out.vectors), transposed(columns));
  }
  check_found(op, info, count);
  strange.spread(out.values);
  strange.spread(out.vectors);
  return out;
}

template <class T>
void svd_lapack(const char* op, const Tensor& a, T* s, T* u, int64_t u_columns, T* vh,
                int64_t vh_rows, int32_t* info) {
  const Lapack<T>& f = lapack<T>(op);
  const int64_t count = matrix_count(a), m = a.size(-1), n = a.size(-2), k = std::min(m, n);
  const int32_t rows = lapack_size(op, m), columns = lapack_size(op, n),
                ldv = lapack_size(op, std::max<int64_t>(1, vh_rows));
  const int64_t wide = std::max(m, n);
  const int64_t least = 4 * k * k + 6 * k + std::max(wide, 4 * k * k + 4 * k);
  lapack_size(op, least);
  T* const data = a.data_ptr<T>();
  const char* const job = !u ? "N" : u_columns == m && vh_rows == n ? "A" : "S";
  T best = 0;
  int32_t query = -1, status = 0;
  f.gesdd(job, &rows, &columns, data, &rows, s, u, &rows, vh, &ldv, &best, &query, nullptr, &status,
          1);
  const int32_t room = lapack_size(op, std::max(least, int64_t(best)));
  parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    const Scratch<T> work(room);
    const Scratch<int32_t> integers(8 * k);
    for (int64_t b = begin; b < end; ++b)
      f.gesdd(job, &rows, &columns, data + b * m * n, &rows, s + b * k,
              u ? u + b * m * u_columns : u, &rows, vh ? vh + b * n * vh_rows : vh, &ldv,
              work.get(), &room, integers.get(), info + b, 1);
  });
}

template <class T>
Svd tall_svd(const char* op, const Tensor& given, bool full, bool vectors);

// Of finite matrices with few columns, by way of their QR: what is left is small. U is Q times that
// of R, and with `full` the other columns of Q.
template <class T>
void svd_of_r(const char* op, const Tensor& a, const Svd& out) {
  const int64_t n = a.size(-1), count = a.size(0);
  const bool vectors = out.u.defined();
  const Reflections f = householder_qr(op, a);
  const Tensor r = zeros({count, n, n}, a.dtype());
  for (int64_t b = 0; b < count; ++b)
    for (int64_t i = 0; i < n; ++i) {
      const T* const from = f.qr.data_ptr<T>() + (b * a.size(1) + i) * n;
      std::copy(from + i, from + n, r.data_ptr<T>() + (b * n + i) * n + i);
    }
  const Svd inner = tall_svd<T>(op, r, /*full=*/false, vectors);
  std::copy_n(inner.s.data_ptr<T>(), count * n, out.s.data_ptr<T>());
  if (!vectors) return;
  const Tensor u = flat_batch(out.u), q = form_q(op, f.qr, f.tau, u.size(-1));
  copy(u, q);
  copy(part(u, 2, 0, n), matmul(op, part(q, 2, 0, n), inner.u));
  copy(flat_batch(out.vh), inner.vh);
}

// Of matrices that are not wide.
template <class T>
Svd tall_svd(const char* op, const Tensor& given, bool full, bool vectors) {
  const Dims batch = batch_sizes(given);
  const int64_t m = given.size(-2), n = given.size(-1), count = matrix_count(given);
  const int64_t columns = full ? m : n;
  Svd out;
  out.s = empty(with_sizes(batch, {n}), given.dtype());
  if (vectors) {
    out.u = zeros(with_sizes(batch, {m, columns}), given.dtype());
    out.vh = empty(with_sizes(batch, {n, n}), given.dtype());
  }
  if (given.numel() == 0) {
    for (int64_t i = 0; vectors && out.u.numel() > 0 && i < count * columns; ++i)
      out.u.data_ptr<T>()[i * columns + i % columns] = 1;
    return out;
  }
  const NotFinite<T> strange(flat_batch(evenly_spaced(given)), /*lower_only=*/false);
  if (strange.any() && vectors)
    fail_linalg("{}: expected finite elements, matrix {} of {} has others", op, strange.first(),
                count);
  const Tensor& a = strange.clean();
  T* const s = out.s.data_ptr<T>();
  const Tensor found = zeros({count}, kInt);
  int32_t* const info = found.data_ptr<int32_t>();
  if (small(m, n)) {
    const auto u = vectors ? matrices<T>(flat_batch(out.u)) : kernels::Matrices<T>{};
    const auto v = vectors ? matrices<T>(transposed(flat_batch(out.vh))) : kernels::Matrices<T>{};
    for_small(count, 20 * m * n * n, [&](int64_t first, int64_t some, void* work) {
      kernels::table().spectral->of<T>().svd(from(source<T>(a), first), s + first * n,
                                             from(u, first), columns, from(v, first), info + first,
                                             {some, m, n}, work);
    });
  } else if (n <= kernels::small_matrix) {
    svd_of_r<T>(op, a, out);
  } else {
    const Tensor turned = by_columns(a);
    Tensor u, v;
    if (vectors) {
      u = empty({count, columns, m}, a.dtype());
      v = empty({count, n, n}, a.dtype());
    }
    svd_lapack<T>(op, turned, s, vectors ? u.data_ptr<T>() : nullptr, columns,
                  vectors ? v.data_ptr<T>() : nullptr, n, info);
    if (vectors) {
      copy(flat_batch(out.u), transposed(u));
      copy(flat_batch(out.vh), transposed(v));
    }
  }
  check_found(op, info, count);
  strange.spread(out.s);
  return out;
}

void check_floating(const char* op, const Tensor& a) {
  if (!is_floating(a.dtype())) fail("{}: expected a floating point tensor, got {}", op, a.dtype());
}

}  // namespace

Eigh eigh(const char* op, const Tensor& a, bool upper, bool vectors) {
  check_floating(op, a);
  return visit_floating(a.dtype(), op, [&](auto zero) {
    return eigh_of<decltype(zero)>(op, upper ? transposed(a) : a, vectors);
  });
}

Svd svd(const char* op, const Tensor& a, bool full, bool vectors) {
  check_floating(op, a);
  return visit_floating(a.dtype(), op, [&](auto zero) {
    const bool wide = a.size(-2) < a.size(-1);
    Svd out = tall_svd<decltype(zero)>(op, wide ? transposed(a) : a, full, vectors);
    if (wide && vectors) {
      const Tensor u = transposed(out.vh);
      out.vh = transposed(out.u);
      out.u = u;
    }
    return out;
  });
}

}  // namespace gradus::raw
