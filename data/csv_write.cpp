// Tables and rows as CSV.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "data/csv.h"
#include "data/csv_field.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/raw.h"

namespace gradus::data {

namespace {

void check(const char* op, const CSVWriteOptions& o) {
  for (const char c : {o.sep(), o.quotechar(), o.decimal()})
    if (c == '\0' || c == '\n' || c == '\r')
      fail_value("{}: the byte {} is no separator, quote or point", op, int(c));
  if (o.sep() == o.quotechar() || o.decimal() == o.quotechar())
    fail_value("{}: quotechar and another are both '{}'", op, o.quotechar());
  if (o.lineterminator() != "\n" && o.lineterminator() != "\r\n")
    fail_value("{}: lineterminator is neither \\n nor \\r\\n", op);
}

// Lines that grow by a field at a time.
class Lines {
 public:
  // `alone`: a line has one field, so that one without a byte would not be seen.
  Lines(const CSVWriteOptions& options, bool alone) : o_(options), alone_(alone) {}

  void add_text(std::string_view text) { add(text, o_.quote_all()); }
  void add_missing() { add(o_.na_rep(), false); }
  void add_bool(bool v) { add(v ? "True" : "False", false); }
  void add_int(int64_t v) {
    char buffer[24];
    add({buffer, size_t(std::to_chars(buffer, std::end(buffer), v).ptr - buffer)}, false);
  }
  // As pandas writes it: the shortest digits that read back as the same, a fraction even of a whole
  // number, which tells it from an integer, and an exponent beyond these bounds.
  template <class T>
  void add_float(T v) {
    if (!std::isfinite(v)) return add(v != v ? "nan" : v < 0 ? "-inf" : "inf", false);
    constexpr double least = 1e-4, beyond = std::is_same_v<T, float> ? 1e6 : 1e16;
    const double size = std::fabs(double(v));
    const bool is_plain = size == 0 || (size >= least && size < beyond);
    char buffer[40];
    char* end = std::to_chars(buffer, buffer + 32, v,
                              is_plain ? std::chars_format::fixed : std::chars_format::scientific)
                    .ptr;
    if (is_plain && std::find(buffer, end, '.') == end) {
      *end++ = '.';
      *end++ = '0';
    }
    std::replace(buffer, end, '.', o_.decimal());
    add({buffer, size_t(end - buffer)}, false);
  }
  void end_line() {
    text_ += o_.lineterminator();
    begun_ = false;
  }
  std::string& text() { return text_; }

 private:
  void add(std::string_view field, bool quote) {
    if (begun_) text_ += o_.sep();
    begun_ = true;
    const bool blank = field.find_first_not_of(" \t") == field.npos;
    append_csv_field(text_, field, o_.sep(), o_.quotechar(), quote || (alone_ && blank));
  }

  const CSVWriteOptions& o_;
  bool alone_, begun_ = false;
  std::string text_;
};

// A column whose rows are looked at in order.
struct Shown {
  Tensor numbers, missing;
  const std::vector<std::string>* texts = nullptr;

  void add_to(Lines& lines, size_t row) const {
    if (missing.data_ptr<bool>()[row]) return lines.add_missing();
    if (texts) return lines.add_text((*texts)[row]);
    visit_all(numbers.dtype(), "write_csv", [&]<class T>(T) {
      const T v = numbers.data_ptr<T>()[row];
      if constexpr (std::is_same_v<T, bool>)
        lines.add_bool(v);
      else if constexpr (std::is_floating_point_v<T>)
        lines.add_float(v);
      else
        lines.add_int(int64_t(v));
    });
  }
};

}  // namespace

void write_csv(const Table& table, const std::string& filename,
               const CSVWriteOptions& options) try {
  check("write_csv", options);
  const std::vector<std::string> names = table.columns();
  std::vector<Shown> columns;
  for (const std::string& name : names) {
    Shown& column = columns.emplace_back();
    column.missing = table.isna(name);
    if (table.is_text(name))
      column.texts = &table.text(name);
    else
      column.numbers = raw::contiguous(table.tensor(name));
  }
  Replacement file(filename, "write_csv");
  Lines lines(options, names.size() == 1);
  if (options.header() && !names.empty()) {
    for (const std::string& name : names) lines.add_text(name);
    lines.end_line();
  }
  constexpr size_t piece = 1 << 18;
  for (size_t row = 0; row < size_t(table.rows()) && !names.empty(); ++row) {
    for (const Shown& column : columns) column.add_to(lines, row);
    lines.end_line();
    if (lines.text().size() > piece) {
      file.write(lines.text().data(), lines.text().size());
      lines.text().clear();
    }
  }
  file.write(lines.text().data(), lines.text().size());
  file.commit();
} catch (...) {
  gradus::detail::rethrow_as_error("write_csv");
}

// --- Rows that are appended ---------------------------------------------------------------------

class CSVWriter::Out {
 public:
  Out(const std::string& name, bool append)
      : file_("CSVWriter", name, O_RDWR | O_CREAT | O_APPEND | (append ? 0 : O_TRUNC)) {}

  bool is_empty() const { return file_.size().value_or(0) == 0; }
  void write(const std::string& text) { file_.append(text); }
  bool ends_within_a_line() const {
    const uint64_t size = file_.size().value_or(0);
    char last = '\n';
    return size > 0 && pread(file_.fd(), &last, 1, off_t(size - 1)) == 1 && last != '\n';
  }

 private:
  File file_;
};

CSVWriter::CSVWriter(const std::string& filename, bool append, CSVWriteOptions options) try
    : options_(std::move(options)) {
  check("CSVWriter", options_);
  out_ = std::make_unique<Out>(filename, append);
  if (!out_->is_empty() && options_.header())
    columns_ = CSVReader(filename, CSVOptions()
                                       .sep(options_.sep())
                                       .quotechar(options_.quotechar())
                                       .decimal(options_.decimal()))
                   .columns();
  if (out_->ends_within_a_line()) out_->write(options_.lineterminator());
} catch (...) {
  gradus::detail::rethrow_as_error("CSVWriter");
}
CSVWriter::CSVWriter(CSVWriter&&) noexcept = default;
CSVWriter& CSVWriter::operator=(CSVWriter&&) noexcept = default;
CSVWriter::~CSVWriter() = default;

void CSVWriter::write(const std::vector<Field>& row) try {
  if (row.empty()) fail("CSVWriter: a row without columns");
  std::vector<std::string> columns = columns_;
  if (columns_.empty())
    for (const Field& field : row) columns.push_back(field.column);
  std::vector<const CSVValue*> values(columns.size(), nullptr);
  for (const Field& field : row) {
    const auto at = std::find(columns.begin(), columns.end(), field.column);
    if (at == columns.end())
      fail("CSVWriter: there is no column \"{}\", the first row had none", field.column);
    const CSVValue*& value = values[size_t(at - columns.begin())];
    if (value) fail("CSVWriter: column \"{}\" comes twice", field.column);
    value = &field.value;
  }
  Lines lines(options_, columns.size() == 1);
  if (columns_.empty() && options_.header()) {
    for (const std::string& column : columns) lines.add_text(column);
    lines.end_line();
  }
  for (const CSVValue* value : values) {
    if (!value || std::holds_alternative<std::monostate>(*value))
      lines.add_missing();
    else if (const bool* b = std::get_if<bool>(value))
      lines.add_bool(*b);
    else if (const int64_t* i = std::get_if<int64_t>(value))
      lines.add_int(*i);
    else if (const double* d = std::get_if<double>(value))
      lines.add_float(*d);
    else
      lines.add_text(std::get<std::string>(*value));
  }
  lines.end_line();
  out_->write(lines.text());
  columns_ = std::move(columns);
} catch (...) {
  gradus::detail::rethrow_as_error("CSVWriter");
}

}  // namespace gradus::data
