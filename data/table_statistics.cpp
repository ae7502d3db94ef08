// Statistics of columns, and rows drawn from a table.
#include <algorithm>
#include <cmath>
#include <limits>

#include "data/table.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/index/plan.h"
#include "tensor/random/fill.h"
#include "tensor/raw.h"

namespace gradus::data {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / double(x.size());
}
// The sum of squares around the mean, divided by `count`.
double variance_of(const std::vector<double>& x, double mean, double count) {
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return sum / count;
}
// Of sorted numbers.
double quantile(const std::vector<double>& x, double q) {
  if (x.empty()) return nan;
  const double place = q * double(x.size() - 1), whole = std::floor(place);
  const auto i = size_t(whole);
  if (i + 1 == x.size() || place == whole) return x[i];
  return x[i] + (x[i + 1] - x[i]) * (place - whole);
}
// The numbers of a column, without nan.
std::vector<double> known(const Tensor& column) {
  const Tensor x = raw::contiguous(raw::to_dtype(column, kDouble));
  std::vector<double> out;
  for (int64_t i = 0; i < x.numel(); ++i)
    if (const double v = x.data_ptr<double>()[i]; !std::isnan(v)) out.push_back(v);
  return out;
}

}  // namespace

Table Table::describe() const {
  Table out;
  out.set("", {"count", "mean", "std", "min", "25%", "50%", "75%", "max"});
  for (const Column& column : columns_) {
    if (column.text || column.tensor.dtype() == kBool) continue;
    if (column.name.empty()) fail("describe: a column of numbers has no name");
    std::vector<double> x = known(column.tensor);
    const auto count = double(x.size());
    const double mean = x.empty() ? nan : mean_of(x);
    const double std = x.size() < 2 ? nan : std::sqrt(variance_of(x, mean, count - 1));
    std::sort(x.begin(), x.end());
    const double numbers[] = {count,
                              mean,
                              std,
                              quantile(x, 0),
                              quantile(x, 0.25),
                              quantile(x, 0.5),
                              quantile(x, 0.75),
                              quantile(x, 1)};
    const Tensor values = raw::empty({8}, kDouble);
    std::copy(std::begin(numbers), std::end(numbers), values.data_ptr<double>());
    out.set(column.name, values);
  }
  if (out.columns_.size() == 1) fail("describe: no column has numbers");
  return out;
}

// --- Standard scores ----------------------------------------------------------------------------

StandardScaler::StandardScaler(const Tensor& x) {
  if (x.dim() != 2 || !is_floating(x.dtype()))
    fail("StandardScaler: {} {} is not floating [rows, columns]", x.dtype(), x.sizes());
  const Tensor means = raw::empty({x.size(1)}, kDouble), deviations = raw::empty_like(means);
  for (int64_t i = 0; i < x.size(1); ++i) {
    const std::vector<double> column = known(raw::part(x, 1, i, -1));
    const double m = column.empty() ? 0 : mean_of(column);
    const double variance = column.empty() ? 0 : variance_of(column, m, double(column.size()));
    // What is left of numbers that are all the same is rounding.
    const bool same =
        std::all_of(column.begin(), column.end(), [&](double v) { return v == column[0]; });
    means.data_ptr<double>()[i] = m;
    deviations.data_ptr<double>()[i] = same || variance == 0 ? 1 : std::sqrt(variance);
  }
  mean = raw::to_dtype(means, x.dtype());
  std = raw::to_dtype(deviations, x.dtype());
}

namespace {

// f(x, mean, std) for each element.
template <class F>
Tensor for_each_column(const char* op, const Tensor& x, const StandardScaler& s, F f) {
  const int64_t columns = s.mean.numel();
  if (s.mean.dim() != 1 || s.std.sizes() != s.mean.sizes())
    fail("{}: mean {} and std {} are not [columns] both", op, s.mean.sizes(), s.std.sizes());
  if (x.dim() != 2 || x.size(1) != columns || !is_floating(x.dtype()))
    fail("{}: {} {} is not floating [rows, {}]", op, x.dtype(), x.sizes(), columns);
  const Tensor in = raw::contiguous(x), out = raw::empty(x.sizes(), x.dtype());
  const Tensor mean = raw::contiguous(raw::to_dtype(s.mean, x.dtype()));
  const Tensor std = raw::contiguous(raw::to_dtype(s.std, x.dtype()));
  visit_floating(x.dtype(), op, [&]<class T>(T) {
    const T *from = in.data_ptr<T>(), *m = mean.data_ptr<T>(), *d = std.data_ptr<T>();
    T* to = out.data_ptr<T>();
    for (int64_t r = 0; r < x.size(0); ++r)
      for (int64_t c = 0; c < columns; ++c) *to++ = f(*from++, m[c], d[c]);
  });
  return out;
}

}  // namespace

Tensor StandardScaler::transform(const Tensor& x) const {
  return for_each_column("transform", x, *this, [](auto v, auto m, auto d) { return (v - m) / d; });
}
Tensor StandardScaler::inverse_transform(const Tensor& x) const {
  return for_each_column("inverse_transform", x, *this,
                         [](auto v, auto m, auto d) { return v * d + m; });
}

// --- Rows for training and for testing ----------------------------------------------------------

std::pair<Tensor, Tensor> detail::split_rows(int64_t rows, double test_size,
                                             const std::optional<Generator>& generator) {
  if (!(test_size > 0 && test_size < 1))
    fail_value("train_test_split: test_size is {}, not between 0 and 1", test_size);
  const int64_t test =
      checked_int64("train_test_split", "the count", std::ceil(double(rows) * test_size));
  if (test < 1 || test >= rows)
    fail_value("train_test_split: of {} rows {} are for testing, which leaves a part without rows",
               rows, test);
  const Tensor order = raw::randperm(rows, kLong, gradus::detail::generator_or_default(generator));
  return {raw::part(order, 0, test, rows - test), raw::part(order, 0, 0, test)};
}

std::pair<std::vector<Tensor>, std::vector<Tensor>> detail::split_tensors(
    const std::vector<Tensor>& tensors, double test_size,
    const std::optional<Generator>& generator) {
  for (const Tensor& x : tensors) {
    if (!x.defined() || x.dim() == 0)
      fail("train_test_split: a tensor without dimensions has no rows");
    if (x.size(0) != tensors[0].size(0))
      fail("train_test_split: first sizes differ, {} and {}", tensors[0].sizes(), x.sizes());
  }
  const auto [train, test] = split_rows(tensors[0].size(0), test_size, generator);
  std::pair<std::vector<Tensor>, std::vector<Tensor>> out;
  const auto taken = [](const Tensor& x, const Tensor& rows) {
    return raw::take(x, raw::IndexPlan("train_test_split", x, rows));
  };
  for (const Tensor& x : tensors) {
    out.first.push_back(taken(x, train));
    out.second.push_back(taken(x, test));
  }
  return out;
}

std::pair<Table, Table> train_test_split(const Table& table, double test_size,
                                         std::optional<Generator> generator) {
  const auto [train, test] = detail::split_rows(table.rows(), test_size, generator);
  return {table.take(train), table.take(test)};
}

}  // namespace gradus::data
