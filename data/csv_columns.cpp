#include "data/csv_columns.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::data {

// --- What texts stand for -----------------------------------------------------------------------

namespace {

constexpr const char* usual_missing[] = {
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

std::vector<std::string> sorted(std::vector<std::string> words,
                                const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  std::sort(words.begin(), words.end());
  return words;
}

template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

// For a message: the first bytes, of which those that no terminal should see are shown as `?`.
std::string quoted(std::string_view text) {
  std::string out(text.substr(0, 40));
  for (char& c : out)
    if (uint8_t(c) < ' ' || c == 0x7f) c = '?';
  return '"' + out + (text.size() > 40 ? "...\"" : "\"");
}

}  // namespace

CSVWords::CSVWords(const CSVOptions& o)
    : numbers_{o.decimal(), o.thousands()},
      missing_(sorted(o.na_values(), {})),
      true_(sorted({"True", "TRUE", "true"}, o.true_values())),
      false_(sorted({"False", "FALSE", "false"}, o.false_values())) {
  // As the program writes numbers, however the file does.
  for (const std::string& word : o.na_values())
    if (double v; parse_float(word, {'.', std::nullopt}, v)) missing_numbers_.push_back(v);
  if (o.keep_default_na())
    missing_ = sorted(std::move(missing_), {std::begin(usual_missing), std::end(usual_missing)});
  for (const std::string& word : missing_) {
    longest_missing_ = std::max(longest_missing_, word.size());
    starts_missing_[word.empty() ? 0 : uint8_t(word[0])] = true;
  }
}

bool CSVWords::contains(const std::vector<std::string>& sorted, std::string_view text) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), text);
  return at != sorted.end() && *at == text;
}

bool CSVWords::is_missing(double number) const {
  return std::find(missing_numbers_.begin(), missing_numbers_.end(), number) !=
         missing_numbers_.end();
}

std::optional<bool> CSVWords::truth(std::string_view text) const {
  if (contains(true_, text)) return true;
  if (contains(false_, text)) return false;
  return std::nullopt;
}

// --- Columns ------------------------------------------------------------------------------------

CSVValues::CSVValues(std::string name, size_t place, std::optional<CSVType> type,
                     ScalarType float_dtype)
    : name_(std::move(name)), place_(place), float_dtype_(float_dtype) {
  if (!type) return;
  named_ = fixed_ = true;
  if (!type->dtype) {
    kind_ = Kind::text;
    return;
  }
  dtype_ = *type->dtype;
  switch (dtype_) {
    case kLong:
      kind_ = Kind::integer;
      break;
    case kFloat:
    case kDouble:
      kind_ = Kind::floating;
      float_dtype_ = dtype_;
      break;
    case kBool:
      kind_ = Kind::truth;
      break;
    default:
      kind_ = Kind::small_integer;
  }
}

// Room for so many more rows.
void CSVValues::room(size_t rows) {
  const auto capacity = values_.defined() ? size_t(values_.numel()) : 0;
  if (values_.defined() && capacity >= rows_ + rows) return;
  const Tensor grown = raw::empty({int64_t(std::max(rows_ + rows, 2 * capacity))}, dtype_);
  if (rows_ > 0) std::memcpy(grown.data_ptr(), values_.data_ptr(), rows_ * item_size(dtype_));
  values_ = grown;
}

void CSVValues::fix_type() {
  if (kind_ == Kind::unknown) become_floating();
  fixed_ = true;
}

void CSVValues::clear() {
  rows_ = 0;
  again_ = false;
  values_ = Tensor();
  minus_zeros_.clear();
  texts_ = {};
  missing_ = {};
}

void CSVValues::fail_value(std::string_view text, bool missing, const CSVFields& fields,
                           size_t row) const {
  const std::string place = fmt::format("{}: line {}, column {}", fields.records.place(),
                                        fields.records.line(row), quoted(name_));
  const char* const hint =
      named_ ? "" : "; the type was guessed from the first chunk, dtype() names another";
  if (missing) fail("{}: a value is missing, which {} cannot say{}", place, dtype_, hint);
  fail("{}: {} is no {}{}", place, quoted(text), some_truths_ ? kBool : dtype_, hint);
}

// Numbers that were read so far, as floating ones.
void CSVValues::become_floating() {
  const Tensor before = std::exchange(values_, Tensor());
  const size_t rows = std::exchange(rows_, 0);
  const bool had = kind_ != Kind::unknown;
  some_truths_ = kind_ == Kind::truth;
  kind_ = Kind::floating;
  dtype_ = float_dtype_;
  room(rows);
  rows_ = rows;
  visit_floating(dtype_, "read_csv", [&]<class T>(T) {
    T* const to = values_.data_ptr<T>();
    if (!had) {
      std::fill(to, to + rows, nan_of<T>);
    } else if (some_truths_) {
      for (size_t i = 0; i < rows; ++i) to[i] = T(before.data_ptr<bool>()[i]);
    } else {
      for (size_t i = 0; i < rows; ++i) to[i] = T(before.data_ptr<int64_t>()[i]);
      for (const size_t i : minus_zeros_) to[i] = T(-0.0);
    }
  });
  minus_zeros_.clear();
}

void CSVValues::become_text() {
  again_ = kind_ != Kind::unknown;  // what was missing only is known without the texts
  const size_t rows = rows_;
  if (!again_ && rows > 0) {
    texts_.resize(rows);
    missing_.assign(rows, true);
  }
  values_ = Tensor();
  minus_zeros_.clear();
  rows_ = again_ ? 0 : rows;
  some_truths_ = false;
  kind_ = Kind::text;
}

void CSVValues::widen(std::string_view text, const CSVWords& words, const CSVFields& fields,
                      size_t row) {
  const bool missing = words.is_missing(text);
  if (fixed_) fail_value(text, missing, fields, row);
  if (kind_ == Kind::floating || (kind_ == Kind::truth && !missing)) return become_text();
  if (kind_ != Kind::unknown && missing) return become_floating();
  int64_t integer;
  double number;
  if (kind_ == Kind::unknown && rows_ == 0 && parse_int(text, words.numbers(), integer)) {
    kind_ = Kind::integer;
    dtype_ = kLong;
  } else if (parse_float(text, words.numbers(), number)) {
    become_floating();
  } else if (kind_ == Kind::unknown && words.truth(text)) {
    if (rows_ > 0) {
      become_floating();
      some_truths_ = true;
    } else {
      kind_ = Kind::truth;
      dtype_ = kBool;
    }
  } else {
    become_text();
  }
}

// Each of these appends rows from `from` on, up to the first that is of another kind, which is
// what it gives.
size_t CSVValues::append_integers(const CSVFields& fields, size_t from, size_t rows,
                                  const CSVWords& words) {
  room(rows - from);
  size_t i = from;
  for (; i < rows; ++i, ++rows_) {
    const std::string_view text = fields[i];
    int64_t v;
    if (!parse_int(text, words.numbers(), v)) break;
    if (words.has_missing_numbers() && words.is_missing(text)) break;
    if (dtype_ == kLong) {
      if (v == 0 && !fixed_ && text.find('-') != text.npos) minus_zeros_.push_back(rows_);
      values_.data_ptr<int64_t>()[rows_] = v;
      continue;
    }
    const bool fits = visit_integral(dtype_, "read_csv", [&]<class T>(T) {
      if constexpr (std::is_same_v<T, bool>) {
        return false;
      } else {
        values_.data_ptr<T>()[rows_] = T(v);
        return int64_t(T(v)) == v;
      }
    });
    if (!fits) break;
  }
  return i;
}

template <class T>
size_t CSVValues::append_floats(const CSVFields& fields, size_t from, size_t rows,
                                const CSVWords& words) {
  room(rows - from);
  T* to = values_.data_ptr<T>() + rows_;
  const bool check = words.has_missing_numbers();
  size_t i = from;
  for (; i < rows; ++i, ++to) {
    const std::string_view text = fields[i];
    if (some_truths_) {
      const auto truth = words.truth(text);
      if (!truth && !words.is_missing(text)) break;
      *to = truth ? T(*truth) : nan_of<T>;
    } else if (!parse_float(text, words.numbers(), *to)) {
      if (!words.is_missing(text)) break;
      *to = nan_of<T>;
    } else if (check && (words.is_missing(text) || words.is_missing(double(*to)))) {
      *to = nan_of<T>;
    }
  }
  rows_ += i - from;
  return i;
}

size_t CSVValues::append_truths(const CSVFields& fields, size_t from, size_t rows,
                                const CSVWords& words) {
  room(rows - from);
  size_t i = from;
  for (; i < rows; ++i, ++rows_) {
    const std::string_view text = fields[i];
    auto truth = words.truth(text);
    if (!truth && named_ && (text == "0" || text == "1")) truth = text == "1";
    if (!truth) break;
    values_.data_ptr<bool>()[rows_] = *truth;
  }
  return i;
}

void CSVValues::append_texts(const CSVFields& fields, size_t from, size_t rows,
                             const CSVWords& words) {
  for (size_t i = from; i < rows; ++i) {
    const std::string_view text = fields[i];
    const bool missing = words.is_missing(text);
    texts_.emplace_back(missing ? std::string_view() : text);
    if (missing && missing_.empty()) missing_.resize(texts_.size() - 1, false);
    if (missing || !missing_.empty()) missing_.push_back(missing);
    ++rows_;
  }
}

void CSVValues::append(const CSVFields& fields, size_t rows, const CSVWords& words) {
  for (size_t i = 0; i < rows && !again_;) {
    switch (kind_) {
      case Kind::unknown:
        while (i < rows && words.is_missing(fields[i])) {
          ++i;
          ++rows_;
        }
        break;
      case Kind::integer:
      case Kind::small_integer:
        i = append_integers(fields, i, rows, words);
        break;
      case Kind::floating:
        i = dtype_ == kFloat ? append_floats<float>(fields, i, rows, words)
                             : append_floats<double>(fields, i, rows, words);
        break;
      case Kind::truth:
        i = append_truths(fields, i, rows, words);
        break;
      case Kind::text:
        append_texts(fields, i, rows, words);
        i = rows;
    }
    if (i < rows) widen(fields[i], words, fields, i);
  }
}

void CSVValues::move_to(Table& table) {
  if (kind_ == Kind::unknown) become_floating();
  if (kind_ == Kind::text) {
    table.set(name_, std::move(texts_), std::move(missing_));
  } else {
    Tensor values = values_;
    if (!values.defined() || size_t(values.numel()) != rows_) {
      values = raw::empty({int64_t(rows_)}, dtype_);
      if (rows_ > 0) std::memcpy(values.data_ptr(), values_.data_ptr(), rows_ * item_size(dtype_));
    }
    values_ = Tensor();
    table.set(name_, values);
  }
  clear();
}

}  // namespace gradus::data
