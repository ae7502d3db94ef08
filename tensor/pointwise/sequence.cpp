#include "tensor/pointwise/sequence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"

namespace gradus::raw {

namespace {

constexpr int64_t grain = 16384;

// f of each of `steps` numbers from start to end, the second half counted back from the end. A step
// is held in the element type, or in double when that is an integer type; a number is rounded once,
// or with its product apart.
enum class Rounding { once, apart };
template <Rounding rounding, class F>
Tensor spaced(const char* op, const Scalar& start, const Scalar& stop, int64_t steps, ScalarType t,
              F f) {
  if (steps < 0) fail("{}: the number of steps must not be negative, got {}", op, steps);
  if (t == kBool) fail("{}: does not make bool", op);
  Tensor y = empty({steps}, t);
  parallel_for(0, steps, grain, [&](int64_t begin, int64_t end) {
    visit_all(t, op, [&]<class T>(T) {
      using Step = std::conditional_t<std::is_same_v<T, float>, float, double>;
      const Step first = Step(start.to<T>()), last = Step(stop.to<T>());
      const Step step = steps > 1 ? (last - first) / Step(steps - 1) : Step(0);
      // from + by * i
      const auto place = [](Step from, Step by, int64_t i) {
        if constexpr (rounding == Rounding::apart)
          return Step(from + Step(by * Step(i)));
        else if constexpr (std::is_same_v<Step, float>)
          return float(double(by) * double(float(i)) + double(from));
        else
          return std::fma(by, double(i), from);
      };
      T* out = y.data_ptr<T>();
      const int64_t half = std::clamp(steps == 1 ? 1 : steps / 2, begin, end);
      for (int64_t i = begin; i < half; ++i) out[i] = f(place(first, step, i), T{});
      for (int64_t i = half; i < end; ++i) out[i] = f(place(last, -step, steps - 1 - i), T{});
    });
  });
  return y;
}

// A triangle of a rows by cols matrix: the places (r, c) with c <= r + offset.
struct Triangle {
  int64_t rows, cols, offset;
  int64_t some, all;  // the first row that has any place, and that has them all

  Triangle(const char* op, int64_t rows_, int64_t cols_, int64_t offset_)
      : rows(rows_), cols(cols_), offset(offset_) {
    int64_t area;
    if (rows < 0 || cols < 0) fail("{}: sizes must not be negative, got {} and {}", op, rows, cols);
    if (__builtin_mul_overflow(rows, cols, &area) || area > std::numeric_limits<int64_t>::max() / 4)
      fail("{}: {} by {} places are too many", op, rows, cols);
    if (area == 0) rows = cols = 0;
    offset = std::clamp(offset, -rows - 1, cols);  // beyond that it makes no difference
    some = std::clamp<int64_t>(-offset, 0, rows);
    all = std::clamp(cols - offset - 1, some, rows);
  }
  // In row r those before this column.
  int64_t end(int64_t r) const { return std::clamp<int64_t>(r + offset + 1, 0, cols); }
  int64_t count() const {
    return (all - some) * (some + all + 2 * offset + 1) / 2 + (rows - all) * cols;
  }
};

// n places row by row from a row on, whose columns lie in [first(r), last(r)).
template <class First, class Last>
Tensor places(const char* op, ScalarType t, int64_t n, int64_t row_begin, First first, Last last) {
  if (t != kLong && t != kInt) fail("{}: makes int64 and int32, not {}", op, t);
  Tensor y = empty({2, n}, t);
  visit_integral(t, op, [&]<class T>(T) {
    T *row = y.data_ptr<T>(), *col = row + n, *const row_end = col;
    for (int64_t r = row_begin; row < row_end; ++r)
      for (int64_t c = first(r); c < last(r); ++c) {
        *row++ = T(r);
        *col++ = T(c);
      }
  });
  return y;
}

// In how many ways r of n can be chosen: n (n - 1) .. (n - r + 1) / r!, and with replacement
// r of n + r - 1.
int64_t choices(int64_t n, int64_t r, bool with_replacement) {
  if (with_replacement && n > 0) n = checked_add("combinations", n, r - 1);
  if (r > n) return 0;
  Checked ways("combinations", 1);
  for (int64_t k = 1, fewer = std::min(r, n - r); k <= fewer; ++k)
    ways = ways * (n - fewer + k) / k;  // whole each time
  return ways;
}

}  // namespace

Tensor progression(const char* op, const Scalar& start, const Scalar& step, int64_t n,
                   ScalarType t) {
  if (t == kBool) fail("{}: does not make bool", op);
  Tensor y = empty({n}, t);
  parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    visit_all(t, op, [&]<class T>(T) {
      using Wide = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
      const Wide first = start.to<Wide>(), by = step.to<Wide>();
      T* out = y.data_ptr<T>();
      for (int64_t i = begin; i < end; ++i)
        if constexpr (std::is_floating_point_v<T>)
          out[i] = T(first + by * double(i));
        else
          out[i] = T(int64_t(uint64_t(first) + uint64_t(by) * uint64_t(i)));
    });
  });
  return y;
}

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, ScalarType t) {
  return spaced<Rounding::once>("linspace", start, end, steps, t,
                                [](auto x, auto zero) { return decltype(zero)(x); });
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base, ScalarType t) {
  // A negative base has powers at whole numbers only, which PyTorch's rounding meets or misses.
  return spaced<Rounding::apart>("logspace", start, end, steps, t, [base](auto x, auto zero) {
    const double y = std::pow(base, double(x));
    if constexpr (std::is_floating_point_v<decltype(zero)>)
      return decltype(zero)(y);
    else
      return decltype(zero)(int64_or_least(y));
  });
}

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, ScalarType t) {
  const Triangle below("tril_indices", row, col, offset);
  return places(
      "tril_indices", t, below.count(), below.some, [](int64_t) { return int64_t(0); },
      [&](int64_t r) { return below.end(r); });
}

Tensor triu_indices(int64_t row, int64_t col, int64_t offset, ScalarType t) {
  // What is not strictly below.
  const Triangle below("triu_indices", row, col,
                       offset == std::numeric_limits<int64_t>::min() ? offset : offset - 1);
  return places(
      "triu_indices", t, row * col - below.count(), 0, [&](int64_t r) { return below.end(r); },
      [&](int64_t) { return col; });
}

Tensor combinations(int64_t n, int64_t r, bool with_replacement) {
  const int64_t step = with_replacement ? 0 : 1, rows = choices(n, r, with_replacement);
  checked_mul("combinations", rows, r);
  Tensor y = empty({rows, r}, kLong);
  if (rows == 0) return y;
  // Counts up: each place is larger than the one before by `step` or more.
  int64_t* to = y.data_ptr<int64_t>();
  Dims chosen;
  for (int64_t k = 0; k < r; ++k) chosen.push_back(k * step);
  while (chosen.back() < n) {
    to = std::copy(chosen.begin(), chosen.end(), to);
    int64_t k = r - 1;
    while (k > 0 && chosen[size_t(k)] + 1 + (r - 1 - k) * step >= n) --k;
    ++chosen[size_t(k)];
    for (int64_t j = k + 1; j < r; ++j) chosen[size_t(j)] = chosen[size_t(j - 1)] + step;
  }
  return y;
}

int64_t total_count(const char* op, const Tensor& counts) {
  const Tensor dense = contiguous(counts);
  const int64_t* count = dense.data_ptr<int64_t>();
  int64_t total = 0;
  for (int64_t i = 0; i < dense.numel(); ++i) {
    if (count[i] < 0) fail("{}: repeats must not be negative, got {}", op, count[i]);
    total = checked_add(op, total, count[i]);
  }
  return total;
}

Tensor repeated_indices(const Tensor& counts, int64_t total) {
  const Tensor dense = contiguous(counts), y = empty(total, kLong);
  const int64_t* count = dense.data_ptr<int64_t>();
  int64_t* to = y.data_ptr<int64_t>();
  for (int64_t i = 0; i < dense.numel(); ++i) to = std::fill_n(to, count[i], i);
  return y;
}

}  // namespace gradus::raw
