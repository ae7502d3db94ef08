// The columns of a CSV file while it is read: texts become values, and types are found; for .cpp
// files.
#pragma once

#include "data/csv_number.h"
#include "data/csv_records.h"

namespace gradus::data {

// What the texts of a file stand for.
class CSVWords {
 public:
  explicit CSVWords(const CSVOptions& options);
  bool is_missing(std::string_view text) const {
    return text.size() <= longest_missing_ &&
           starts_missing_[text.empty() ? 0 : uint8_t(text[0])] && contains(missing_, text);
  }
  // Whether some that are missing look like numbers.
  bool has_missing_numbers() const { return !missing_numbers_.empty(); }
  bool is_missing(double number) const;
  std::optional<bool> truth(std::string_view text) const;
  const CSVNumbers& numbers() const { return numbers_; }

 private:
  static bool contains(const std::vector<std::string>& sorted, std::string_view text);
  CSVNumbers numbers_;
  std::vector<std::string> missing_, true_, false_;  // sorted
  std::vector<double> missing_numbers_;
  size_t longest_missing_ = 0;
  bool starts_missing_[256] = {};
};

// A column of records.
struct CSVFields {
  const CSVRecords& records;
  size_t count;   // of fields in a record
  size_t column;  // of the file
  std::string_view operator[](size_t row) const { return records.fields()[row * count + column]; }
};

// One column. Values are parsed once, as the first type that they may have; where a later one shows
// that the column is text, the earlier ones are read again.
class CSVValues {
 public:
  CSVValues(std::string name, size_t place, std::optional<CSVType> type, ScalarType float_dtype);

  const std::string& name() const { return name_; }
  // Of the file's columns, from 0.
  size_t place() const { return place_; }
  // Takes rows [0, rows). Throws where a value has not the column's type.
  void append(const CSVFields& fields, size_t rows, const CSVWords& words);
  // Whether what was appended must be appended once more, for want of the texts.
  bool wants_all_again() const { return again_; }
  // From now on values must be of the type that was found.
  void fix_type();
  // Hands over what was appended, and is then without rows.
  void move_to(Table& table);
  // Forgets what was appended, and keeps the type.
  void clear();

 private:
  // The kinds of values, in the order in which a column tries them. `unknown` had missing ones
  // only.
  enum class Kind : uint8_t { unknown, integer, small_integer, floating, truth, text };

  size_t append_integers(const CSVFields& fields, size_t from, size_t rows, const CSVWords& words);
  template <class T>
  size_t append_floats(const CSVFields& fields, size_t from, size_t rows, const CSVWords& words);
  size_t append_truths(const CSVFields& fields, size_t from, size_t rows, const CSVWords& words);
  void append_texts(const CSVFields& fields, size_t from, size_t rows, const CSVWords& words);
  // The kind that also holds this value, which the present one does not; throws if it is fixed.
  void widen(std::string_view text, const CSVWords& words, const CSVFields& fields, size_t row);
  void become_floating();
  void become_text();
  void add_missing();
  void room(size_t rows);
  [[noreturn]] void fail_value(std::string_view text, bool missing, const CSVFields& fields,
                               size_t row) const;

  std::string name_;
  size_t place_;
  ScalarType dtype_ = kLong, float_dtype_;
  Kind kind_ = Kind::unknown;
  bool named_ = false, fixed_ = false, again_ = false;
  bool some_truths_ = false;  // bools of which some are missing, as floating
  size_t rows_ = 0;
  Tensor values_;                    // with room for more; undefined for text
  std::vector<size_t> minus_zeros_;  // rows whose integer is written -0
  std::vector<std::string> texts_;
  std::vector<bool> missing_;  // of texts; empty as long as there is none
};

}  // namespace gradus::data
