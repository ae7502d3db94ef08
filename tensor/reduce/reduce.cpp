#include "tensor/reduce/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/kernels/table.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/reduce/plan.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

using kernels::ReduceShape;

using kernels::table;

// Uninitialised, for the results of r in their order.
Tensor empty_results(const Tensor& x, const Reduction& r, DimSet dims, bool keepdim,
                     ScalarType dtype) {
  const bool keep = keepdim || !r.last;
  Dims strides(size_t(x.dim()), 1), out;
  int64_t step = 1;
  for (size_t i = r.kept.size(); i-- > 0;) {
    strides[size_t(r.kept[i])] = step;
    step *= x.sizes()[size_t(r.kept[i])];
  }
  for (size_t d = 0; d < strides.size(); ++d)
    if (keep || !contains(dims, d)) out.push_back(strides[d]);
  return empty_strided(reduced_sizes(x.sizes(), r.last ? dims : r.axis, keep), out, dtype);
}

// The plan of folding the pieces that p was cut into.
Plan plan_of_pieces(const Plan& p, int64_t item) {
  Plan next;
  const int64_t row = p.inner * item;
  next.n = piece_count(p.n);
  next.size = {p.outer()};
  next.step = {next.n * row};
  next.n_step = row;
  next.inner = p.inner;
  next.inner_step = item;
  return next;
}

// first(x, y, shape) folds elements of x to type `out`; next folds such results.
template <class First, class Next>
Tensor reduce(const Tensor& x, DimSet dims, bool keepdim, ScalarType out, const First& first,
              const Next& next) {
  const int64_t item = int64_t(item_size(out));
  if (x.numel() == 0) {
    Tensor y = empty(reduced_sizes(x.sizes(), dims, keepdim), out);
    if (y.numel() > 0) first(x.impl()->data, y.impl()->data, ReduceShape{1, 0, y.numel(), 0, 0, 0});
    return y;
  }
  // All of a dense tensor in one piece needs no plan.
  if (x.is_contiguous() && piece_count(x.numel()) == 1 &&
      (~dims & all_dims(x.dim(), "reduce")) == 0) {
    Tensor y = keepdim ? empty(Dims(size_t(x.dim()), 1), out) : empty({}, out);
    first(x.impl()->data, y.impl()->data,
          ReduceShape{1, x.numel(), 1, 0, int64_t(x.itemsize()), 0});
    return y;
  }
  const Reduction r = plan_reduction(x, dims);
  // Columns that lie apart are brought together first.
  constexpr int64_t worthwhile = 4096;
  if (r.plan.inner > 1 && r.plan.inner_step > int64_t(x.itemsize()) && !x.is_contiguous() &&
      x.numel() >= worthwhile)
    return reduce(contiguous(x), dims, keepdim, out, first, next);
  Tensor y = empty_results(x, r, dims, keepdim, out);
  const int64_t pieces = piece_count(r.plan.n);
  Tensor part = pieces == 1 ? y : empty(r.plan.results() * pieces, out);
  run_plan(r.plan, x.impl()->data, int64_t(x.itemsize()),
           [&, to = part.impl()->data](const char* from, int64_t at, const ReduceShape& s) {
             first(from, to + at * item, s);
           });
  for (Plan p = r.plan; piece_count(p.n) > 1;) {
    p = plan_of_pieces(p, item);
    Tensor whole = piece_count(p.n) == 1 ? y : empty(p.results() * piece_count(p.n), out);
    run_plan(p, part.impl()->data, item,
             [&, to = whole.impl()->data](const char* from, int64_t at, const ReduceShape& s) {
               next(from, to + at * item, s);
             });
    part = std::move(whole);
  }
  return r.last ? y : reduce(y, dims, keepdim, out, next, next);
}

struct Simple {
  kernels::ReduceFn* fn;
  void operator()(const char* x, char* y, const ReduceShape& s) const { fn(x, y, s); }
};
Tensor reduce(const Tensor& x, DimSet dims, bool keepdim, ScalarType out,
              const kernels::ByType<kernels::ReduceFn>& fn) {
  return reduce(x, dims, keepdim, out, Simple{fn[x.dtype()]}, Simple{fn[out]});
}

void check_floating(const Tensor& x, const char* op) {
  if (!x.is_floating_point()) fail("{}: expected a floating point tensor, got {}", op, x.dtype());
}

void check_nonempty(const Tensor& x, DimSet dims, const char* op) {
  if (x.numel() > 0 || reduced_count(x.sizes(), dims) > 0) return;
  for (size_t d = 0; d < size_t(x.dim()); ++d)
    if (contains(dims, d) && x.sizes()[d] == 0)
      fail_index("{}: dim {} has size 0 and nothing stands for no element", op, d);
}

ScalarType sum_type(ScalarType t) { return is_floating(t) ? t : kLong; }

// f(value) for every element of a dense tensor, in place.
template <class F>
void map_dense(const Tensor& x, F f) {
  visit_floating(x.dtype(), "reduce", [&](auto zero) {
    using T = decltype(zero);
    T* p = x.data_ptr<T>();
    for (int64_t i = 0, n = x.numel(); i < n; ++i) p[i] = T(f(p[i]));
  });
}

}  // namespace

Tensor sum(const Tensor& x, DimSet dims, bool keepdim) {
  return reduce(x, dims, keepdim, sum_type(x.dtype()), table().sum->sum);
}
Tensor nansum(const Tensor& x, DimSet dims, bool keepdim) {
  if (!x.is_floating_point()) return sum(x, dims, keepdim);
  const auto& t = *table().sum;
  return reduce(x, dims, keepdim, x.dtype(), Simple{t.nansum[x.dtype()]}, Simple{t.sum[x.dtype()]});
}
Tensor prod(const Tensor& x, DimSet dims, bool keepdim) {
  return reduce(x, dims, keepdim, sum_type(x.dtype()), table().sum->prod);
}
Tensor mean(const Tensor& x, DimSet dims, bool keepdim) {
  check_floating(x, "mean");
  Tensor y = sum(x, dims, keepdim);
  const int64_t n = reduced_count(x.sizes(), dims);
  if (n != 1) map_dense(y, [n](auto v) { return v / decltype(v)(n); });
  return y;
}
Tensor amax(const Tensor& x, DimSet dims, bool keepdim, const char* op) {
  check_nonempty(x, dims, op);
  return reduce(x, dims, keepdim, x.dtype(), table().minmax->amax);
}
Tensor amin(const Tensor& x, DimSet dims, bool keepdim, const char* op) {
  check_nonempty(x, dims, op);
  return reduce(x, dims, keepdim, x.dtype(), table().minmax->amin);
}
Tensor any(const Tensor& x, DimSet dims, bool keepdim) {
  return reduce(x, dims, keepdim, kBool, table().logic->any);
}
Tensor all(const Tensor& x, DimSet dims, bool keepdim) {
  return reduce(x, dims, keepdim, kBool, table().logic->all);
}
Tensor count_nonzero(const Tensor& x, DimSet dims) { return sum(to_dtype(x, kBool), dims, false); }

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// The sum of |x|^p, for p = inf and -inf the largest and the least |x|; in double.
Tensor power_sum(const Tensor& x, double p, DimSet dims, bool keepdim) {
  const auto& t = table();
  const auto first = [f = t.power->power[x.dtype()], p](const char* from, char* y,
                                                        const ReduceShape& s) {
    f(from, reinterpret_cast<double*>(y), p, s);
  };
  const Simple next{(p == inf ? t.minmax->amax : p == -inf ? t.minmax->amin : t.sum->sum)[kDouble]};
  return reduce(x, dims, keepdim, kDouble, first, next);
}
void take_root(const Tensor& sum, double p) {
  if (p == 2)
    map_dense(sum, [](auto v) { return std::sqrt(v); });
  else
    map_dense(sum, [p](auto v) { return std::pow(v, 1 / p); });
}

// Among the powers a sum has most of its digits in this range.
bool in_range(const Tensor& sum) { return all_within(sum, 0x1p-900, 0x1p1000); }

// x without its dims of that set, whose sizes are 1.
Tensor without(const Tensor& x, DimSet dims) {
  Dims sizes, strides;
  for (size_t d = 0; d < size_t(x.dim()); ++d)
    if (!contains(dims, d)) sizes.push_back(x.sizes()[d]), strides.push_back(x.strides()[d]);
  return window(x, sizes, strides, x.storage_offset());
}

// x / unit, in double; and y *= unit.
Tensor divided(const Tensor& x, const Tensor& unit) {
  return elementwise("reduce", kernels::value_loop<kernels::base::div>(kDouble), kDouble,
                     {Arg(x, kDouble), Arg(unit)});
}
void multiply_by(const Tensor& y, const Tensor& unit) {
  elementwise_into("reduce", kernels::value_loop<kernels::base::mul>(kDouble), y,
                   {Arg(y), Arg(unit)});
}

// Where powers leave the range of double: of x divided by its extreme, with which the sum lies
// between 1 and the number of elements.
Tensor norm_of_shares(const Tensor& x, double p, DimSet dims, bool keepdim) {
  const Tensor most = power_sum(x, p > 0 ? inf : -inf, dims, true), unit = clone(most);
  map_dense(unit, [](double v) { return v > 0 && v < inf ? v : 1.; });
  const Tensor y = power_sum(divided(x, unit), p, dims, keepdim);
  take_root(y, p);
  multiply_by(y, keepdim ? unit : without(unit, dims));
  return y;
}

}  // namespace

bool all_within(const Tensor& x, double least, double most) {
  const Tensor dense = contiguous(x);
  return visit_floating(x.dtype(), "all_within", [&](auto zero) {
    const auto* p = dense.data_ptr<decltype(zero)>();
    bool within = true;
    for (int64_t i = 0, n = x.numel(); i < n; ++i) {
      const double size = std::abs(double(p[i]));
      within &= size >= least && size <= most;
    }
    return within;
  });
}

std::optional<double> first_outside(const char* op, const Tensor& x, double low, double high) {
  const Tensor dense = contiguous(x);
  return visit_floating(x.dtype(), op, [&](auto zero) -> std::optional<double> {
    const auto* p = dense.data_ptr<decltype(zero)>();
    for (int64_t i = 0, n = x.numel(); i < n; ++i)
      if (!(p[i] >= low && p[i] <= high)) return double(p[i]);
    return std::nullopt;
  });
}

Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim) {
  check_floating(x, "norm");
  if (std::isinf(p) || p < 0) check_nonempty(x, dims, "norm");
  Tensor y = power_sum(x, p, dims, keepdim);
  if (p != 0 && p != 1 && !std::isinf(p)) {
    const bool safe = p == 2 && x.dtype() == kFloat;  // the squares of floats are in range
    if (safe || x.numel() == 0 || in_range(y))
      take_root(y, p);
    else
      y = norm_of_shares(x, p, dims, keepdim);
  }
  return to_dtype(y, x.dtype());
}

Tensor logsumexp(const Tensor& x, DimSet dims, bool keepdim) {
  check_floating(x, "logsumexp");
  return visit_floating(x.dtype(), "logsumexp", [&](auto zero) {
    using T = decltype(zero);
    const auto step = [f = table().power->logsumexp[x.dtype()]](const char* from, char* to,
                                                                const ReduceShape& s) {
      T* y = reinterpret_cast<T*>(to);
      const int64_t count = s.outer * s.inner;
      if (s.n == 0) {
        std::fill(y, y + count, -std::numeric_limits<T>::infinity());
        return;
      }
      const Tensor sums = empty(count, scalar_type_of<T>);
      const T* sum = sums.data_ptr<T>();
      f(from, y, sums.data_ptr(), s);
      for (int64_t i = 0; i < count; ++i) y[i] += std::log(sum[i]);
    };
    return reduce(x, dims, keepdim, x.dtype(), step, step);
  });
}

namespace {

// Chan, Golub and LeVeque's update of (mean, m2) of n elements by those of another `more`.
void merge_moments(double& mean, double& m2, double n, double mean2, double m2_2, double more) {
  const double delta = mean2 - mean, total = n + more;
  mean += delta * (more / total);
  m2 += m2_2 + delta * delta * (n * more / total);
}

Moments moments_of(const Tensor& x, DimSet dims, bool keepdim) {
  const Reduction r = plan_reduction(x, dims);
  const Plan& p = r.plan;
  Moments y{empty_results(x, r, dims, keepdim, kDouble), {}, {}};
  y.m2 = empty_like(y.mean);
  const int64_t pieces = piece_count(p.n);
  const Tensor part_mean = pieces == 1 ? y.mean : empty(p.results() * pieces, kDouble);
  const Tensor part_m2 = pieces == 1 ? y.m2 : empty(p.results() * pieces, kDouble);
  double *mean = part_mean.data_ptr<double>(), *m2 = part_m2.data_ptr<double>();
  run_plan(
      p, x.impl()->data, int64_t(x.itemsize()),
      [&, f = table().power->moments[x.dtype()]](
          const char* from, int64_t at, const ReduceShape& s) { f(from, mean + at, m2 + at, s); });
  if (pieces > 1) {
    double *mean_out = y.mean.data_ptr<double>(), *m2_out = y.m2.data_ptr<double>();
    for (int64_t o = 0; o < p.outer(); ++o, mean_out += p.inner, m2_out += p.inner)
      for (int64_t k = 0; k < pieces; ++k, mean += p.inner, m2 += p.inner)
        for (int64_t i = 0; i < p.inner; ++i) {
          const int64_t done = k * kernels::reduce_chunk;
          if (k == 0)
            mean_out[i] = mean[i], m2_out[i] = m2[i];
          else
            merge_moments(mean_out[i], m2_out[i], double(done), mean[i], m2[i],
                          double(std::min(p.n - done, kernels::reduce_chunk)));
        }
  }
  if (r.last) return y;
  // Equally many elements stand behind each mean: their deviations count that many times.
  Moments of_means = moments_of(y.mean, dims, keepdim);
  of_means.m2 = [&, total = sum(y.m2, dims, keepdim)] {
    double* to = total.data_ptr<double>();
    const double* between = of_means.m2.data_ptr<double>();
    for (int64_t i = 0; i < total.numel(); ++i) to[i] += double(p.n) * between[i];
    return total;
  }();
  return of_means;
}

// Where squares leave the range of double: of x divided by a power of 2.
Moments moments_of_shares(const Tensor& x, DimSet dims, bool keepdim) {
  const Tensor unit = power_sum(x, inf, dims, true);
  map_dense(unit, [](double v) { return v > 0 && v < inf ? std::ldexp(1, std::ilogb(v)) : 1; });
  Moments y = moments_of(divided(x, unit), dims, keepdim);
  y.unit = keepdim ? unit : without(unit, dims);
  multiply_by(y.mean, y.unit);
  return y;
}

}  // namespace

Moments moments(const Tensor& x, DimSet dims, bool keepdim) {
  check_floating(x, "var");
  if (x.numel() > 0) {
    const Moments y = moments_of(x, dims, keepdim);
    return x.dtype() == kFloat || in_range(y.m2) ? y : moments_of_shares(x, dims, keepdim);
  }
  const Dims sizes = reduced_sizes(x.sizes(), dims, keepdim);
  return {full(sizes, std::nan(""), kDouble), zeros(sizes, kDouble), {}};
}

Tensor variance(const Moments& m, double count, double correction, bool root, ScalarType dtype) {
  const Tensor y = clone(m.m2);
  const double n = std::max(0., count - correction);
  map_dense(y, [=](double v) { return root ? std::sqrt(v / n) : v / n; });
  for (int times = m.unit.defined() ? (root ? 1 : 2) : 0; times > 0; --times)
    multiply_by(y, m.unit);
  return to_dtype(y, dtype);
}

namespace {

Extreme extreme(const Tensor& x, int64_t dim, bool keepdim, const char* op,
                const kernels::ByType<kernels::ReduceIndexFn>& fn) {
  dim = wrap_dim(dim, x.dim(), op);
  const DimSet dims = DimSet(1) << dim;
  check_nonempty(x, dims, op);
  if (x.numel() == 0) {
    const Dims sizes = reduced_sizes(x.sizes(), dims, keepdim);
    return {empty(sizes, x.dtype()), empty(sizes, kLong)};
  }
  const Reduction r = plan_reduction(x, dims);
  const int64_t item = int64_t(x.itemsize());
  Extreme y{empty_results(x, r, dims, keepdim, x.dtype()), {}};
  y.indices = empty_like(y.values, kLong);
  // Runs p from x, cut into pieces, and gives the extremes of the pieces.
  const auto run = [&](const Plan& p, const char* from, const Extreme& to) {
    run_plan(p, from, item,
             [&, f = fn[x.dtype()], values = to.values.impl()->data,
              indices = to.indices.data_ptr<int64_t>()](const char* part, int64_t at,
                                                        const ReduceShape& s) {
               f(part, values + at * item, indices + at, s);
             });
  };
  const auto empties = [&](int64_t n) { return Extreme{empty(n, x.dtype()), empty(n, kLong)}; };
  // Innermost call first: the extreme of the extremes of pieces, until one is left.
  const auto solve = [&](const auto& self, const Plan& p, const char* from,
                         const Extreme& to) -> void {
    const int64_t pieces = piece_count(p.n);
    if (pieces == 1) return run(p, from, to);
    const Extreme part = empties(p.results() * pieces);
    run(p, from, part);
    self(self, plan_of_pieces(p, item), part.values.impl()->data, to);
    const int64_t* places = part.indices.data_ptr<int64_t>();
    int64_t* index = to.indices.data_ptr<int64_t>();
    for (int64_t o = 0; o < p.outer(); ++o, places += pieces * p.inner)
      for (int64_t i = 0; i < p.inner; ++i, ++index)
        *index = *index * kernels::reduce_chunk + places[*index * p.inner + i];
  };
  solve(solve, r.plan, x.impl()->data, y);
  return y;
}

}  // namespace

Extreme max(const Tensor& x, int64_t dim, bool keepdim, const char* op) {
  return extreme(x, dim, keepdim, op, table().minmax->max);
}
Extreme min(const Tensor& x, int64_t dim, bool keepdim, const char* op) {
  return extreme(x, dim, keepdim, op, table().minmax->min);
}

}  // namespace gradus::raw
