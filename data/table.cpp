#include "data/table.h"

#include <algorithm>
#include <cmath>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/index/plan.h"
#include "tensor/raw.h"

namespace gradus::data {

namespace {

Tensor take_rows(const Tensor& x, const Tensor& rows) {
  return raw::take(x, raw::IndexPlan("take", x, rows, raw::Negative::refused));
}

}  // namespace

// --- Columns ------------------------------------------------------------------------------------

Table::Table(std::initializer_list<std::pair<std::string, Tensor>> columns) {
  for (const auto& [name, values] : columns) {
    if (contains(name)) fail("table: column \"{}\" comes twice", name);
    set(name, values);
  }
}

std::vector<std::string> Table::columns() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

const Table::Column& Table::find(const char* op, const std::string& column) const {
  const auto at = places_.find(column);
  if (at == places_.end()) fail("{}: there is no column \"{}\"", op, column);
  return columns_[at->second];
}

bool Table::is_text(const std::string& column) const {
  return find("is_text", column).text != nullptr;
}

Tensor Table::tensor(const std::string& column) const {
  const Column& found = find("tensor", column);
  if (found.text) fail("tensor: column \"{}\" is text, codes() makes numbers of it", column);
  return raw::window(found.tensor);
}

const std::vector<std::string>& Table::text(const std::string& column) const {
  const Column& found = find("text", column);
  if (!found.text) fail("text: column \"{}\" is {}", column, found.tensor.dtype());
  return found.text->values;
}

Tensor Table::isna(const std::string& column) const {
  const Column& found = find("isna", column);
  const Tensor out = raw::zeros({rows_}, kBool);
  bool* const to = out.data_ptr<bool>();
  if (found.text) {
    std::copy(found.text->missing.begin(), found.text->missing.end(), to);
  } else if (is_floating(found.tensor.dtype())) {
    const Tensor x = raw::contiguous(found.tensor);
    visit_floating(x.dtype(), "isna", [&]<class T>(T) {
      for (int64_t i = 0; i < rows_; ++i) to[i] = std::isnan(x.data_ptr<T>()[i]);
    });
  }
  return out;
}

// After everything that may throw, except for want of memory.
void Table::set(Column column, int64_t rows) {
  if (!columns_.empty() && rows != rows_)
    fail("table: column \"{}\" has {} rows, the table {}", column.name, rows, rows_);
  if (const auto at = places_.find(column.name); at != places_.end()) {
    columns_[at->second] = std::move(column);
  } else {
    columns_.push_back(column);
    try {
      places_.emplace(column.name, columns_.size() - 1);
    } catch (...) {
      columns_.pop_back();
      throw;
    }
  }
  rows_ = rows;
}

void Table::set(const std::string& column, const Tensor& values) try {
  if (!values.defined()) fail("table: column \"{}\" is an undefined tensor", column);
  if (values.dim() != 1)
    fail("table: column \"{}\" has sizes {}, not one dimension", column, values.sizes());
  // Not the caller's own tensor, which set_data() could give other sizes.
  set({column, raw::window(values), nullptr}, values.size(0));
} catch (...) {
  gradus::detail::rethrow_as_error("table");
}

void Table::set(const std::string& column, std::vector<std::string> values,
                std::vector<bool> missing) try {
  if (!missing.empty() && missing.size() != values.size())
    fail("table: column \"{}\" has {} texts, and whether they are missing {} times", column,
         values.size(), missing.size());
  const auto rows = int64_t(values.size());
  auto text = std::make_shared<const Text>(Text{std::move(values), std::move(missing)});
  set({column, {}, std::move(text)}, rows);
} catch (...) {
  gradus::detail::rethrow_as_error("table");
}

Tensor Table::to_tensor(const std::vector<std::string>& columns,
                        std::optional<ScalarType> dtype) const {
  const std::vector<std::string> names = columns.empty() ? this->columns() : columns;
  for (const std::string& name : names)
    if (find("to_tensor", name).text)
      fail("to_tensor: column \"{}\" is text, codes() makes numbers of it", name);
  const Tensor out =
      raw::empty({rows_, int64_t(names.size())}, dtype.value_or(get_default_dtype()));
  for (size_t i = 0; i < names.size(); ++i)
    raw::copy(raw::part(out, 1, int64_t(i), -1), find("to_tensor", names[i]).tensor, "to_tensor");
  return out;
}

Table Table::select(const std::vector<std::string>& columns) const {
  Table out;
  for (const std::string& name : columns) {
    if (out.contains(name)) fail("select: column \"{}\" comes twice", name);
    out.set(find("select", name), rows_);
  }
  out.rows_ = rows_;
  return out;
}

Table Table::drop(const std::vector<std::string>& columns) const {
  for (const std::string& name : columns) find("drop", name);
  Table out;
  for (const Column& column : columns_)
    if (std::find(columns.begin(), columns.end(), column.name) == columns.end())
      out.set(column, rows_);
  out.rows_ = rows_;
  return out;
}

// --- Rows ---------------------------------------------------------------------------------------

Table Table::take(const Tensor& rows) const {
  if (!rows.defined() || rows.dtype() != kLong || rows.dim() != 1)
    fail("take: rows are int64 of one dimension");
  const Tensor numbers = raw::contiguous(rows);
  const ArrayRef<int64_t> list(numbers.data_ptr<int64_t>(), size_t(numbers.numel()));
  for (const int64_t i : list)
    if (i < 0 || i >= rows_) fail_index("take: there is no row {} of {}", i, rows_);
  Table out;
  for (const Column& column : columns_) {
    if (!column.text) {
      out.set(column.name, take_rows(column.tensor, numbers));
      continue;
    }
    std::vector<std::string> values;
    std::vector<bool> missing;
    values.reserve(list.size());
    for (const int64_t i : list) {
      values.push_back(column.text->values[size_t(i)]);
      if (!column.text->missing.empty()) missing.push_back(column.text->missing[size_t(i)]);
    }
    out.set(column.name, std::move(values), std::move(missing));
  }
  out.rows_ = int64_t(list.size());
  return out;
}

Table Table::part(int64_t begin, int64_t end) const {
  const Tensor rows = raw::empty({std::max<int64_t>(end - begin, 0)}, kLong);
  for (int64_t i = 0; i < rows.numel(); ++i) rows.data_ptr<int64_t>()[i] = begin + i;
  return take(rows);
}

Table Table::head(int64_t n) const { return part(0, std::clamp<int64_t>(n, 0, rows_)); }
Table Table::tail(int64_t n) const { return part(rows_ - std::clamp<int64_t>(n, 0, rows_), rows_); }

Table Table::dropna() const {
  std::vector<bool> missing(size_t(rows_), false);
  for (const Column& column : columns_) {
    const Tensor na = isna(column.name);
    for (size_t i = 0; i < missing.size(); ++i)
      if (na.data_ptr<bool>()[i]) missing[i] = true;
  }
  const Tensor rows =
      raw::empty({int64_t(std::count(missing.begin(), missing.end(), false))}, kLong);
  int64_t* to = rows.data_ptr<int64_t>();
  for (size_t i = 0; i < missing.size(); ++i)
    if (!missing[i]) *to++ = int64_t(i);
  return take(rows);
}

// --- Text as numbers ----------------------------------------------------------------------------

Codes Table::codes(const std::string& column) const {
  std::vector<std::string> categories = text(column);
  const std::vector<bool>& missing = find("codes", column).text->missing;
  if (!missing.empty()) {
    size_t kept = 0;
    for (size_t i = 0; i < missing.size(); ++i)
      if (!missing[i]) std::swap(categories[kept++], categories[i]);
    categories.resize(kept);
  }
  std::sort(categories.begin(), categories.end());
  categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
  return codes(column, std::move(categories));
}

Codes Table::codes(const std::string& column, std::vector<std::string> categories) const {
  const std::vector<std::string>& values = text(column);
  const std::vector<bool>& missing = find("codes", column).text->missing;
  std::unordered_map<std::string, int64_t> numbers;
  for (const std::string& category : categories)
    if (!numbers.emplace(category, int64_t(numbers.size())).second)
      fail("codes: category \"{}\" comes twice", category);
  const Tensor out = raw::empty({rows_}, kLong);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto at = numbers.find(values[i]);
    const bool known = at != numbers.end() && (missing.empty() || !missing[i]);
    out.data_ptr<int64_t>()[i] = known ? at->second : -1;
  }
  return {out, std::move(categories)};
}

Tensor Table::one_hot(const std::string& column, std::vector<std::string> categories,
                      std::optional<ScalarType> dtype) const {
  const Codes known = categories.empty() ? codes(column) : codes(column, std::move(categories));
  const auto count = int64_t(known.categories.size());
  const Tensor bits = raw::zeros({rows_, count}, kBool);
  for (int64_t i = 0; i < rows_; ++i)
    if (const int64_t code = known.codes.data_ptr<int64_t>()[i]; code >= 0)
      bits.data_ptr<bool>()[i * count + code] = true;
  return raw::to_dtype(bits, dtype.value_or(get_default_dtype()));
}

}  // namespace gradus::data
