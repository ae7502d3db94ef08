#include "tensor/linalg/factor.h"

#include <cmath>
#include <utility>

#include "tensor/base/fail.h"
#include "tensor/linalg/matmul.h"
#include "tensor/linalg/matrices.h"

namespace gradus::raw {

namespace {

constexpr int64_t block = kernels::small_matrix;

Tensor piece(const Tensor& a, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  return part(part(a, 0, row, rows), 1, column, columns);
}
// c -= a b
void subtract_product(const Tensor& c, const Tensor& a, const Tensor& b) {
  if (c.numel() > 0 && a.size(1) > 0) matmul_into("matmul", c, a, b, -1, 1);
}

template <class T>
const auto& factor_kernels() {
  return kernels::table().factor->of<T>();
}
template <class T>
const auto& lu_kernels() {
  return kernels::table().lu->of<T>();
}

// LU of one larger matrix, row by row: of the left half of its columns, then of the right one.
template <class T>
class RecursiveLU {
 public:
  RecursiveLU(const Tensor& a, int32_t* pivots)
      : a_(a), at_(a.data_ptr<T>()), rows_(a.size(0)), stride_(a.stride(0)), pivots_(pivots) {}

  int32_t run() {
    const int64_t n = a_.size(1), k = std::min(rows_, n);
    columns(0, k);
    if (n > k) to_the_right(0, k, n);
    return info_;
  }

 private:
  void columns(int64_t begin, int64_t end) {
    if (end - begin <= 8) return leaf(begin, end);
    const int64_t middle = (begin + end) / 2;
    columns(begin, middle);
    to_the_right(begin, middle, end);
    columns(middle, end);
    swap(middle, end, begin, middle);
  }
  // What the steps [begin, middle) do to the columns [middle, end).
  void to_the_right(int64_t begin, int64_t middle, int64_t end) {
    swap(begin, middle, middle, end);
    const int64_t k = middle - begin, below = rows_ - middle;
    const Tensor upper = piece(a_, begin, k, middle, end - middle);
    triangular_solve_into(piece(a_, begin, k, begin, k), upper, /*upper=*/false, /*unit=*/true);
    if (below > 0)
      subtract_product(piece(a_, middle, below, middle, end - middle),
                       piece(a_, middle, below, begin, k), upper);
  }
  void swap(int64_t first, int64_t last, int64_t begin, int64_t end) {
    for (int64_t k = first; k < last; ++k) {
      T *const x = at_ + k * stride_, *const y = at_ + (pivots_[k] - 1) * stride_;
      if (x != y) std::swap_ranges(x + begin, x + end, y + begin);
    }
  }
  void leaf(int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      int64_t pivot = k;
      T most = std::abs(at_[k * stride_ + k]);
      for (int64_t i = k + 1; i < rows_; ++i)
        if (const T size = std::abs(at_[i * stride_ + k]); size > most) {
          most = size;
          pivot = i;
        }
      pivots_[k] = int32_t(pivot + 1);
      swap(k, k + 1, begin, end);
      const T* const head = at_ + k * stride_;
      if (head[k] == 0 && info_ == 0) info_ = int32_t(k + 1);
      for (int64_t i = k + 1; i < rows_; ++i) {
        T* const row = at_ + i * stride_;
        if (head[k] != 0) row[k] /= head[k];
        for (int64_t j = k + 1; j < end; ++j) row[j] -= row[k] * head[j];
      }
    }
  }

  const Tensor& a_;
  T* at_;
  int64_t rows_, stride_;
  int32_t* pivots_;
  int32_t info_ = 0;
};

template <class T>
LU lu_of(const Tensor& a) {
  const Dims batch = batch_sizes(a);
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n), count = matrix_count(a);
  const LU out{empty(a.sizes(), a.dtype()), empty(with_sizes(batch, {k}), kInt),
               zeros(batch, kInt)};
  if (a.numel() == 0) return out;
  int32_t* const pivots = out.pivots.data_ptr<int32_t>();
  int32_t* const info = out.info.data_ptr<int32_t>();
  if (small(m, n)) {
    const Tensor x = evenly_spaced(a);
    for_small(count, m * n * k / 3, [&](int64_t first, int64_t some, void* work) {
      lu_kernels<T>().factor(from(source<T>(x), first), from(matrices<T>(out.lu), first),
                             pivots + first * k, info + first, nullptr, {some, m, n}, work);
    });
    return out;
  }
  copy(out.lu, a);
  const Tensor flat = flat_batch(out.lu);
  for (int64_t i = 0; i < count; ++i)
    info[i] = RecursiveLU<T>(matrix_at(flat, i), pivots + i * k).run();
  return out;
}

// The identity as often as a has matrices.
Tensor identities(const Tensor& a) {
  const int64_t n = a.size(-1);
  const Tensor x = zeros({n, n}, a.dtype());
  fill(window(x, Dims{n}, Dims{n + 1}, 0), 1);
  return expand(x, a.sizes());
}

void check_pivots(const char* op, const Tensor& pivots, int64_t n) {
  if (pivots.dtype() != kInt) fail("{}: expected int32 pivots, got {}", op, pivots.dtype());
  const Tensor dense = contiguous(pivots);
  const int32_t* const p = dense.data_ptr<int32_t>();
  for (int64_t i = 0; i < dense.numel(); ++i)
    if (p[i] < 1 || p[i] > n) fail("{}: expected pivots in [1, {}], got {}", op, n, p[i]);
}

// Row i of x, of `columns` each, changes places with row pivots[i] - 1: from the first to the last
// step, or back.
template <class T>
void swap_rows(T* x, int64_t columns, const int32_t* pivots, int64_t n, bool back) {
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = back ? n - 1 - step : step, other = pivots[i] - 1;
    if (i != other) std::swap_ranges(x + i * columns, x + (i + 1) * columns, x + other * columns);
  }
}

template <class T>
Tensor lu_solve_of(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool transposed) {
  const int64_t n = lu.size(-1), count = matrix_count(lu), k = b.size(-1);
  const Tensor swaps = contiguous(pivots);
  const int32_t* const p = swaps.data_ptr<int32_t>();
  const Tensor x = empty(with_sizes(batch_sizes(lu), {n, k}), lu.dtype());
  if (x.numel() == 0) return x;
  if (small(n, n)) {
    const Tensor a = evenly_spaced(lu), right = evenly_spaced(b);
    for_small(count, n * n * k, [&](int64_t first, int64_t some, void* work) {
      lu_kernels<T>().solve(from(source<T>(a), first), p + first * n, from(source<T>(right), first),
                            from(matrices<T>(x), first), transposed, {some, n, k}, work);
    });
    return x;
  }
  copy(x, b);
  const Tensor factors = flat_batch(evenly_spaced(lu)), flat = flat_batch(x);
  for (int64_t i = 0; i < count; ++i) {
    const Tensor f = matrix_at(factors, i), y = matrix_at(flat, i);
    T* const rows = y.data_ptr<T>();
    if (!transposed) swap_rows(rows, k, p + i * n, n, /*back=*/false);
    const Tensor turned = transposed ? raw::transposed(f) : f;
    triangular_solve_into(turned, y, /*upper=*/false, /*unit=*/!transposed);
    triangular_solve_into(turned, y, /*upper=*/true, /*unit=*/transposed);
    if (transposed) swap_rows(rows, k, p + i * n, n, /*back=*/true);
  }
  return x;
}

template <class T>
Tensor inverse_transposed_of(const LU& f, const Tensor& given) {
  const int64_t n = f.lu.size(-1), count = matrix_count(f.lu);
  const Tensor weights = contiguous(given), x = empty(f.lu.sizes(), f.lu.dtype());
  if (x.numel() == 0) return x;
  const T* const weight = weights.data_ptr<T>();
  if (small(n, n)) {
    const int32_t* const pivots = f.pivots.data_ptr<int32_t>();
    for_small(count, n * n * n, [&](int64_t first, int64_t some, void* work) {
      lu_kernels<T>().inverse_transposed(from(source<T>(f.lu), first), pivots + first * n,
                                         weight + first, from(matrices<T>(x), first), {some, n, n},
                                         work);
    });
    return x;
  }
  fill(x, 0);
  for (int64_t i = 0; i < count * n; ++i) x.data_ptr<T>()[i * n + i % n] = weight[i / n];
  return lu_solve_of<T>(f.lu, f.pivots, x, /*transposed=*/true);
}

template <class T>
Solution solve_of(const Tensor& a, const Tensor& b, LU* factors) {
  const int64_t n = a.size(-1), count = matrix_count(a), k = b.defined() ? b.size(-1) : n;
  if (!small(n, n) || count * n * k == 0) {
    const LU f = lu_of<T>(a);
    if (factors) *factors = f;
    const Tensor right = b.defined() ? b : identities(a);
    return {lu_solve_of<T>(f.lu, f.pivots, right, /*transposed=*/false), f.info};
  }
  const Dims batch = batch_sizes(a);
  const Solution out{empty(with_sizes(batch, {n, k}), a.dtype()), empty(batch, kInt)};
  if (factors)
    *factors = {empty(with_sizes(batch, {n, n}), a.dtype()), empty(with_sizes(batch, {n}), kInt),
                out.info};
  const Tensor left = evenly_spaced(a), right = b.defined() ? evenly_spaced(b) : b;
  const auto given = b.defined() ? source<T>(right) : kernels::Matrices<const T>{};
  const auto lu = factors ? matrices<T>(factors->lu) : kernels::Matrices<T>{};
  int32_t* const pivots = factors ? factors->pivots.template data_ptr<int32_t>() : nullptr;
  int32_t* const info = out.info.data_ptr<int32_t>();
  for_small(count, n * n * (k + n / 3), [&](int64_t first, int64_t some, void* work) {
    lu_kernels<T>().factor_solve(
        from(source<T>(left), first), from(given, first), from(matrices<T>(out.x), first),
        from(lu, first), pivots ? pivots + first * n : nullptr, info + first, {some, n, k}, work);
  });
  return out;
}

// The kernel on one matrix of at most a block: the columns of b are shared out to the lanes.
template <class T>
void solve_block(const Tensor& a, const Tensor& b, bool upper, bool unit) {
  constexpr int64_t lanes = 16;
  const int64_t n = a.size(0), k = b.size(1), each = k < 2 * lanes ? k : k / lanes;
  const kernels::Matrices<const T> one{a.data_ptr<T>(), 0, a.stride(0), a.stride(1)};
  const auto solve = [&](int64_t begin, int64_t count, int64_t columns) {
    const kernels::Matrices<T> x{b.data_ptr<T>() + begin * b.stride(1), columns * b.stride(1),
                                 b.stride(0), b.stride(1)};
    for_small(count, n * n * columns, [&](int64_t first, int64_t some, void* work) {
      const kernels::Matrices<T> mine = from(x, first);
      factor_kernels<T>().triangular(one, {mine.data, mine.next, mine.row, mine.column}, mine,
                                     upper, unit, {some, n, columns}, work);
    });
  };
  if (k == 0 || n == 0) return;
  solve(0, k / each, each);
  if (k % each > 0) solve(k - k % each, 1, k % each);
}

template <class T>
void triangular_into(const Tensor& a, const Tensor& b, bool upper, bool unit) {
  const int64_t n = a.size(0), k = b.size(1), blocks = (n + block - 1) / block;
  for (int64_t step = 0; step < blocks; ++step) {
    const int64_t begin = (upper ? blocks - 1 - step : step) * block;
    const int64_t rows = std::min(block, n - begin), end = begin + rows;
    const Tensor x = part(b, 0, begin, rows);
    if (upper && end < n)
      subtract_product(x, piece(a, begin, rows, end, n - end), piece(b, end, n - end, 0, k));
    if (!upper && begin > 0)
      subtract_product(x, piece(a, begin, rows, 0, begin), piece(b, 0, begin, 0, k));
    solve_block<T>(piece(a, begin, rows, begin, rows), x, upper, unit);
  }
}

// The lower factor of one larger matrix, in place.
template <class T>
int32_t cholesky_into(const Tensor& a) {
  const int64_t n = a.size(0);
  const Scratch<char> work(kernels::small_work_bytes);
  int32_t first = 0;
  for (int64_t begin = 0; begin < n; begin += block) {
    const int64_t size = std::min(block, n - begin), end = begin + size, below = n - end;
    const Tensor head = piece(a, begin, size, begin, size);
    int32_t info = 0;
    const kernels::Matrices<T> x{head.data_ptr<T>(), 0, head.stride(0), head.stride(1)};
    factor_kernels<T>().cholesky({x.data, x.next, x.row, x.column}, x, &info, {1, size, size},
                                 work.get());
    if (info > 0 && first == 0) first = int32_t(begin) + info;
    if (below == 0) break;
    const Tensor panel = piece(a, end, below, begin, size);
    triangular_into<T>(head, transposed(panel), /*upper=*/false, /*unit=*/false);
    for (int64_t j = end; j < n; j += block) {
      const int64_t columns = std::min(block, n - j);
      subtract_product(piece(a, j, n - j, j, columns), piece(a, j, n - j, begin, size),
                       transposed(piece(a, j, columns, begin, size)));
    }
  }
  T* row = a.data_ptr<T>();
  for (int64_t i = 0; i < n; ++i, row += n) std::fill(row + i + 1, row + n, T(0));
  return first;
}

template <class T>
Cholesky cholesky_of(const Tensor& a) {
  const int64_t n = a.size(-1), count = matrix_count(a);
  const Cholesky out{empty(a.sizes(), a.dtype()), zeros(batch_sizes(a), kInt)};
  if (a.numel() == 0) return out;
  int32_t* const info = out.info.data_ptr<int32_t>();
  if (small(n, n)) {
    const Tensor x = evenly_spaced(a);
    for_small(count, n * n * n / 6, [&](int64_t first, int64_t some, void* work) {
      factor_kernels<T>().cholesky(from(source<T>(x), first), from(matrices<T>(out.factor), first),
                                   info + first, {some, n, n}, work);
    });
    return out;
  }
  copy(out.factor, a);
  const Tensor flat = flat_batch(out.factor);
  for (int64_t i = 0; i < count; ++i) info[i] = cholesky_into<T>(matrix_at(flat, i));
  return out;
}

template <class T>
Tensor triangular_of(const Tensor& a, const Tensor& b, bool upper, bool unit) {
  const int64_t n = a.size(-1), k = b.size(-1), count = matrix_count(b);
  const Tensor x = empty(b.sizes(), b.dtype());
  if (x.numel() == 0) return x;
  if (small(n, n) && (count > 1 || k < 64)) {
    const Tensor left = evenly_spaced(a), right = evenly_spaced(b);
    for_small(count, n * n * k / 2, [&](int64_t first, int64_t some, void* work) {
      factor_kernels<T>().triangular(from(source<T>(left), first), from(source<T>(right), first),
                                     from(matrices<T>(x), first), upper, unit, {some, n, k}, work);
    });
    return x;
  }
  copy(x, b);
  const Tensor left = flat_batch(evenly_spaced(a)), flat = flat_batch(x);
  for (int64_t i = 0; i < count; ++i)
    triangular_into<T>(matrix_at(left, i), matrix_at(flat, i), upper, unit);
  return x;
}

template <class F>
auto by_type(const char* op, const Tensor& a, F f) {
  if (!is_floating(a.dtype())) fail("{}: expected a floating point tensor, got {}", op, a.dtype());
  return visit_floating(a.dtype(), op, f);
}

}  // namespace

LU lu_factor(const char* op, const Tensor& a) {
  return by_type(op, a, [&](auto zero) { return lu_of<decltype(zero)>(a); });
}
Tensor lu_solve(const char* op, const Tensor& lu, const Tensor& pivots, const Tensor& b,
                bool transposed) {
  check_pivots(op, pivots, lu.size(-1));
  return by_type(op, lu,
                 [&](auto zero) { return lu_solve_of<decltype(zero)>(lu, pivots, b, transposed); });
}
Tensor inverse_transposed(const LU& f, const Tensor& weights) {
  return by_type("linalg_inv", f.lu,
                 [&](auto zero) { return inverse_transposed_of<decltype(zero)>(f, weights); });
}
Solution solve(const char* op, const Tensor& a, const Tensor& b, LU* factors) {
  return by_type(op, a, [&](auto zero) { return solve_of<decltype(zero)>(a, b, factors); });
}
Tensor pivoted_rows(const char* op, const Tensor& pivots, int64_t m) {
  check_pivots(op, pivots, m);
  const Tensor dense = contiguous(pivots);
  const int64_t k = dense.size(-1);
  Dims sizes(dense.sizes());
  sizes.back() = m;
  const Tensor rows = empty(sizes, kLong);
  const int32_t* p = dense.data_ptr<int32_t>();
  int64_t *to = rows.data_ptr<int64_t>(), *const end = to + rows.numel();
  for (; to < end; to += m, p += k) {
    for (int64_t i = 0; i < m; ++i) to[i] = i;
    for (int64_t i = 0; i < k; ++i) std::swap(to[i], to[p[i] - 1]);
  }
  return rows;
}
Cholesky cholesky(const char* op, const Tensor& a, bool upper) {
  Cholesky c = by_type(
      op, a, [&](auto zero) { return cholesky_of<decltype(zero)>(upper ? transposed(a) : a); });
  if (upper) c.factor = contiguous(transposed(c.factor));
  return c;
}
Tensor triangular_solve(const char* op, const Tensor& a, const Tensor& b, bool upper, bool unit) {
  return by_type(op, a,
                 [&](auto zero) { return triangular_of<decltype(zero)>(a, b, upper, unit); });
}
void triangular_solve_into(const Tensor& a, const Tensor& b, bool upper, bool unit) {
  by_type("triangular_solve", a,
          [&](auto zero) { triangular_into<decltype(zero)>(a, b, upper, unit); });
}

}  // namespace gradus::raw
