#include "data/csv.h"

#include <algorithm>
#include <functional>
#include <istream>
#include <limits>
#include <unordered_set>

#include "data/csv_columns.h"
#include "data/csv_records.h"
#include "data/unpacked.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data {

// --- What options are made of -------------------------------------------------------------------

std::string detail::csv_text(const char* text) {
  if (!text) fail_value("csv: a null pointer where a text is due");
  return text;
}
std::string detail::csv_text(double number) { return fmt::format("{}", number); }
void detail::throw_beyond_int64(uint64_t number) {
  fail_value("csv: the number {} is beyond int64", number);
}

// --- What is read from --------------------------------------------------------------------------

namespace {

class FileSource : public CSVSource {
 public:
  FileSource(const char* op, const std::string& path)
      : op_(op), path_(path), file_(std::make_unique<Unpacked>(op, path)) {}
  size_t read(char* to, size_t n) override {
    read_ = true;
    return file_->read(to, n);
  }
  std::optional<uint64_t> plain_bytes() override {
    const uint64_t most = file_->most_left();
    if (most == std::numeric_limits<uint64_t>::max() || !file_->is_plain()) return std::nullopt;
    return most;
  }
  void rewind() override {
    if (!read_) return;
    if (file_->most_left() == std::numeric_limits<uint64_t>::max())
      fail("{}: {} is no regular file and cannot be read again", op_, path_);
    file_ = std::make_unique<Unpacked>(op_, path_);
    read_ = false;
  }

 private:
  const char* op_;
  std::string path_;
  std::unique_ptr<Unpacked> file_;
  bool read_ = false;
};

class StreamSource : public CSVSource {
 public:
  StreamSource(const char* op, std::istream& in) : op_(op), in_(in) {}
  size_t read(char* to, size_t n) override {
    read_ = true;
    in_.read(to, std::streamsize(n));
    if (in_.bad()) fail("{}: the stream cannot be read", op_);
    return size_t(in_.gcount());
  }
  std::optional<uint64_t> plain_bytes() override { return std::nullopt; }
  void rewind() override {
    if (read_) fail("{}: a stream cannot be read again", op_);
  }

 private:
  const char* op_;
  std::istream& in_;
  bool read_ = false;
};

// --- Options that make no sense -----------------------------------------------------------------

void check_marks(const char* op, const CSVOptions& o) {
  struct Mark {
    const char* name;
    std::optional<char> value;
  };
  const Mark marks[] = {{"sep", o.delim_whitespace() ? ' ' : o.sep()},
                        {"quotechar", o.quotechar()},
                        {"escapechar", o.escapechar()},
                        {"comment", o.comment()},
                        {"decimal", o.decimal()},
                        {"thousands", o.thousands()}};
  for (const Mark& mark : marks) {
    if (!mark.value) continue;
    if (*mark.value == '\0' || *mark.value == '\n' || *mark.value == '\r')
      fail_value("{}: {} is the byte {}, which ends a line", op, mark.name, int(*mark.value));
    if (*mark.value >= '0' && *mark.value <= '9')
      fail_value("{}: {} is the digit {}", op, mark.name, *mark.value);
    for (const Mark& other : marks) {
      if (&other == &mark) break;
      // What numbers are written with may be quoted, where it is the separator.
      const bool of_numbers = mark.name[0] == 'd' || mark.name[0] == 't';
      if (other.value == mark.value && (!of_numbers || other.name[0] == 'd'))
        fail_value("{}: {} and {} are both '{}'", op, other.name, mark.name, *mark.value);
    }
  }
}

void check_type(const char* op, const CSVType& type) {
  constexpr ScalarType types[] = {kBool, kByte, kInt, kLong, kFloat, kDouble};
  if (type.dtype && std::find(std::begin(types), std::end(types), *type.dtype) == std::end(types))
    fail_value("{}: dtype {} is no type of tensors", op, *type.dtype);
}

void check(const char* op, const CSVOptions& o) {
  check_marks(op, o);
  const auto positive = [op](const char* name, int64_t value, int64_t least) {
    if (value < least) fail_value("{}: {} is {}, not {} or more", op, name, value, least);
  };
  positive("header", o.header().value_or(0), CSVOptions::infer);
  positive("skiprows", o.skiprows().first, 0);
  for (const int64_t number : o.skiprows().numbers) positive("skiprows", number, 0);
  positive("nrows", o.nrows().value_or(0), 0);
  positive("chunksize", o.chunksize(), 1);
  positive("max_columns", o.max_columns(), 1);
  if (o.max_field_bytes() >= uint64_t(1) << 32)
    fail_value("{}: max_field_bytes is {}, not below 4294967296", op, o.max_field_bytes());
  if (o.max_bytes() >= uint64_t(1) << 62)
    fail_value("{}: max_bytes is {}, not below 4611686018427387904", op, o.max_bytes());
  if (o.float_dtype() != kFloat && o.float_dtype() != kDouble)
    fail_value("{}: float_dtype is {}, not float32 or float64", op, o.float_dtype());
  if (o.dtype().all) check_type(op, *o.dtype().all);
  for (const auto& [column, type] : o.dtype().columns) check_type(op, type);
}

// Names as pandas makes them different.
void make_distinct(std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i].empty()) names[i] = "Unnamed: " + std::to_string(i);
  std::unordered_set<std::string> all(names.begin(), names.end()), seen;
  if (all.size() == names.size()) return;
  std::unordered_map<std::string, size_t> repeats;
  for (std::string& name : names) {
    if (!seen.insert(name).second) {
      std::string other;
      size_t& repeat = repeats[name];
      do other = name + '.' + std::to_string(++repeat);
      while (all.count(other) > 0);
      all.insert(other);
      seen.insert(other);
      name = std::move(other);
    }
  }
}

}  // namespace

// --- Rows ---------------------------------------------------------------------------------------

// A file whose columns are known, on its way into tables.
class CSVReader::Rows {
 public:
  Rows(const char* op, const std::string& filename, const CSVOptions& options)
      : Rows(fmt::format("{}: {}", op, filename),
             (check(op, options), std::make_unique<FileSource>(op, filename)), options) {}
  Rows(const char* op, std::istream& in, const CSVOptions& options)
      : Rows(fmt::format("{}: the stream", op),
             (check(op, options), std::make_unique<StreamSource>(op, in)), options) {}

  std::optional<Table> next(int64_t rows) {
    if (rows < 1) fail_value("{}: {} rows are asked for, not 1 or more", records_.place(), rows);
    if (broken_) fail("{}: rows after an error, without reset()", records_.place());
    broken_ = true;
    Table table = read(rows);
    broken_ = false;
    if (table.rows() == 0) return std::nullopt;
    return table;
  }
  // Up to so many; the table may be without rows.
  Table read(int64_t rows) {
    const int64_t left = options_.nrows() ? *options_.nrows() - read_ : INT64_MAX;
    const int64_t most = std::min(rows, left);
    if (typed_)
      take(values_, most);
    else
      take_first(most, std::max(most, std::min(options_.chunksize(), left)));
    Table table;
    for (CSVValues& column : values_) column.move_to(table);
    read_ += table.rows();
    return table;
  }
  // The columns keep the types that were found.
  void rewind() {
    if (read_ == 0 && !broken_) return;
    broken_ = true;
    records_.rewind();
    records_.expect(0);
    for (CSVValues& column : values_) column.clear();
    read_ = 0;
    if (const auto row = header_row()) find_record(*row);
    records_.expect(width_);
    broken_ = false;
  }
  void reserve() {
    if (!options_.nrows()) records_.reserve();
  }
  const std::vector<std::string>& names() const { return names_; }
  int64_t rows_read() const { return read_; }
  int64_t chunksize() const { return options_.chunksize(); }

 private:
  Rows(std::string place, std::unique_ptr<CSVSource> source, const CSVOptions& options)
      : options_(options), words_(options), records_(std::move(place), std::move(source), options) {
    find_columns();
  }

  // Appends up to `most` rows to these columns, and gives how many there were.
  template <class Columns>
  int64_t take(Columns& columns, int64_t most) {
    int64_t done = 0;
    while (done < most) {
      const size_t rows = records_.read(size_t(most - done));
      if (rows == 0) break;
      for (CSVValues& column : columns)
        if (!column.wants_all_again())
          column.append({records_, width_, column.place()}, rows, words_);
      done += int64_t(rows);
    }
    return done;
  }
  // The first rows, from which types are found, of which `most` are wanted. Columns that turn out
  // to be text are read once more.
  void take_first(int64_t most, int64_t rows) {
    records_.keep(true);
    const int64_t got = take(values_, rows);
    std::vector<std::reference_wrapper<CSVValues>> again;
    for (CSVValues& column : values_) {
      if (got > most || column.wants_all_again()) again.emplace_back(column);
      if (got > 0) column.fix_type();
    }
    typed_ = got > 0;
    if (!again.empty()) {
      for (CSVValues& column : again) column.clear();
      records_.back();
      take(again, most);
    }
    records_.keep(false);
  }

  // The row with the names, from 0.
  std::optional<int64_t> header_row() const {
    if (options_.header() != CSVOptions::infer) return options_.header();
    if (options_.names().empty()) return 0;
    return std::nullopt;
  }
  // Reads rows up to that one.
  bool find_record(int64_t row) {
    for (int64_t i = 0; i <= row; ++i)
      if (records_.read(1) == 0) return false;
    return true;
  }

  void find_columns() {
    std::vector<std::string> all;
    const std::vector<std::string>& given = options_.names();
    if (const auto row = header_row()) {
      if (find_record(*row)) {
        all.assign(records_.fields(), records_.fields() + records_.field_count());
      } else if (given.empty() && *row == 0) {
        fail("{} is empty", records_.place());
      } else if (given.empty()) {
        fail("{} has no line {} with the names of columns", records_.place(), *row);
      }
    } else {
      records_.keep(true);
      const bool any = records_.read(1) > 0;
      if (!any && given.empty()) fail("{} is empty, and no names are given", records_.place());
      for (size_t i = 0; any && i < records_.field_count(); ++i) all.push_back(std::to_string(i));
      records_.back();
      records_.keep(false);
    }
    if (all.empty()) all = given;
    width_ = all.size();
    records_.expect(width_);

    std::vector<bool> used(width_, options_.usecols().empty());
    if (given.size() == width_) all = given;
    make_distinct(all);
    for (const CSVColumn& column : options_.usecols()) used[find_column(all, column)] = true;
    const auto used_count = size_t(std::count(used.begin(), used.end(), true));
    if (!given.empty() && given.size() != width_) {
      if (given.size() != used_count)
        fail("{}: there are {} names for {} columns", records_.place(), given.size(), width_);
      for (size_t i = 0, next = 0; i < width_; ++i)
        if (used[i]) all[i] = given[next++];
      make_distinct(all);
    }
    std::vector<std::optional<CSVType>> types(width_, options_.dtype().all);
    for (const auto& [column, type] : options_.dtype().columns)
      types[find_column(all, column)] = type;
    for (size_t i = 0; i < width_; ++i)
      if (used[i]) {
        names_.push_back(all[i]);
        values_.emplace_back(all[i], i, types[i], options_.float_dtype());
      }
  }
  size_t find_column(const std::vector<std::string>& all, const CSVColumn& column) const {
    if (!column.number) {
      const auto at = std::find(all.begin(), all.end(), column.name);
      if (at == all.end()) fail("{} has no column \"{}\"", records_.place(), column.name);
      return size_t(at - all.begin());
    }
    if (*column.number < 0 || size_t(*column.number) >= all.size())
      fail("{} has no column {}, its columns are 0 .. {}", records_.place(), *column.number,
           all.size() - 1);
    return size_t(*column.number);
  }

  const CSVOptions options_;
  const CSVWords words_;
  CSVRecords records_;
  size_t width_ = 0;  // how many fields a record has
  std::vector<std::string> names_;
  std::vector<CSVValues> values_;  // the columns that are read
  int64_t read_ = 0;
  bool typed_ = false, broken_ = false;
};

CSVReader::CSVReader(const std::string& filename, const CSVOptions& options) try
    : rows_(std::make_unique<Rows>("CSVReader", filename, options)) {
} catch (...) {
  gradus::detail::rethrow_as_error("CSVReader");
}
CSVReader::CSVReader(std::istream& in, const CSVOptions& options) try
    : rows_(std::make_unique<Rows>("CSVReader", in, options)) {
} catch (...) {
  gradus::detail::rethrow_as_error("CSVReader");
}
CSVReader::CSVReader(CSVReader&&) noexcept = default;
CSVReader& CSVReader::operator=(CSVReader&&) noexcept = default;
CSVReader::~CSVReader() = default;

std::optional<Table> CSVReader::next() { return next(rows_->chunksize()); }
std::optional<Table> CSVReader::next(int64_t rows) try { return rows_->next(rows); } catch (...) {
  gradus::detail::rethrow_as_error("CSVReader");
}
const std::vector<std::string>& CSVReader::columns() const { return rows_->names(); }
int64_t CSVReader::rows_read() const { return rows_->rows_read(); }
void CSVReader::reset() try { rows_->rewind(); } catch (...) {
  gradus::detail::rethrow_as_error("CSVReader");
}

Table read_csv(const std::string& filename, const CSVOptions& options) try {
  CSVReader::Rows rows("read_csv", filename, options);
  rows.reserve();
  return rows.read(INT64_MAX);
} catch (...) {
  gradus::detail::rethrow_as_error("read_csv");
}
Table read_csv(std::istream& in, const CSVOptions& options) try {
  return CSVReader::Rows("read_csv", in, options).read(INT64_MAX);
} catch (...) {
  gradus::detail::rethrow_as_error("read_csv");
}

}  // namespace gradus::data
