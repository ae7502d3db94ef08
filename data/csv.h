// CSV files: columns of numbers and of text, read whole or in pieces, and written. Not part of
// gradus.h; include <data/csv.h>.
#pragma once

#include <concepts>
#include <variant>

#include "data/dataset.h"
#include "data/table.h"
#include "tensor/base/arg.h"

namespace gradus::data {

namespace detail {
// Integers, which characters and truth values are not.
template <class I>
concept CSVInteger = std::integral<I> && !std::same_as<I, bool> && !std::same_as<I, char>;
std::string csv_text(const char* text);
std::string csv_text(double number);
[[noreturn]] void throw_beyond_int64(uint64_t number);
template <std::integral I>
int64_t csv_int64(I number) {
  if (number > 0 && int64_t(number) < 0) throw_beyond_int64(uint64_t(number));
  return int64_t(number);
}
}  // namespace detail

/// A column of a file, by its name or by its place, from 0.
struct CSVColumn {
  CSVColumn(std::string name) : name(std::move(name)) {}
  /// Throws ValueError for a null pointer.
  CSVColumn(const char* name) : name(detail::csv_text(name)) {}
  /// Throws ValueError for a number beyond int64.
  template <detail::CSVInteger I>
  CSVColumn(I number) : number(detail::csv_int64(number)) {}

  std::string name;
  std::optional<int64_t> number;  ///< none for a column that is named
};

/// A text of a list in CSVOptions; of a number it is the shortest that reads back as the same.
struct CSVText {
  CSVText(std::string text) : text(std::move(text)) {}
  /// Throws ValueError for a null pointer.
  CSVText(const char* text) : text(detail::csv_text(text)) {}
  CSVText(char text) : text(1, text) {}
  template <detail::CSVInteger I>
  CSVText(I number) : text(std::to_string(number)) {}
  template <std::floating_point F>
  CSVText(F number) : text(detail::csv_text(double(number))) {}

  std::string text;
};
/// Texts and numbers: `{"none", -999}`.
struct CSVTexts : std::vector<std::string> {
  CSVTexts() = default;
  CSVTexts(std::vector<std::string> texts) : std::vector<std::string>(std::move(texts)) {}
  CSVTexts(std::initializer_list<CSVText> texts) {
    for (const CSVText& each : texts) push_back(each.text);
  }
};

/// What a column holds: numbers of a type, or text.
struct CSVType {
  CSVType(ScalarType dtype) : dtype(dtype) {}
  CSVType(std::nullopt_t) {}
  std::optional<ScalarType> dtype;  ///< none for text
};
/// The type of a column of text.
inline constexpr std::nullopt_t kText = std::nullopt;

/// The types of columns: one for all, or by column, `{{"age", kFloat}, {"name", data::kText}}`.
struct CSVTypes {
  CSVTypes() = default;
  CSVTypes(ScalarType all) : all(all) {}
  CSVTypes(std::nullopt_t) : all(CSVType(std::nullopt)) {}
  CSVTypes(std::initializer_list<std::pair<CSVColumn, CSVType>> columns) : columns(columns) {}

  std::optional<CSVType> all;
  std::vector<std::pair<CSVColumn, CSVType>> columns;
};

/// Lines of a file: the first ones, `3`, or those of these numbers, from 0, `{1, 2}`.
struct CSVLines {
  CSVLines() = default;
  CSVLines(int64_t first) : first(first) {}
  CSVLines(std::initializer_list<int64_t> numbers) : numbers(numbers) {}

  int64_t first = 0;
  std::vector<int64_t> numbers;
};

/// How a CSV file is read; names and defaults are those of pandas.read_csv.
///
///   data::read_csv("wine.csv", data::CSVOptions().sep(';').usecols({"alcohol", "quality"}));
struct CSVOptions {
  /// For header(): row 0, unless names are given.
  static constexpr int64_t infer = -1;

  /// What stands between fields.
  GRADUS_ARG(char, sep) = ',';
  /// Fields have any number of spaces and tabs between them.
  GRADUS_ARG(bool, delim_whitespace) = false;
  /// Leaves out spaces behind what stands between fields.
  GRADUS_ARG(bool, skipinitialspace) = false;
  /// The row with the names, counted without lines that are left out; what stands above it is left
  /// out. std::nullopt: no row has names, which are then "0", "1", ... unless names() are given. A
  /// name that comes again gets ".1", ".2", ..., and an empty one is "Unnamed: 3", of column 3.
  GRADUS_ARG(std::optional<int64_t>, header) = infer;
  /// The names of all columns, or of those of usecols() in the file's order.
  GRADUS_ARG(CSVTexts, names);
  /// The columns that are read, in the file's order; all unless given.
  GRADUS_ARG(std::vector<CSVColumn>, usecols);
  /// Types that are not guessed: bool, the integers, float32, float64 or kText.
  GRADUS_ARG(CSVTypes, dtype);
  /// The type of columns that are guessed to be floating, kDouble or kFloat.
  GRADUS_ARG(ScalarType, float_dtype) = kDouble;
  /// Texts of values that are missing, beside the usual ones. One that is a number stands for equal
  /// numbers as well.
  GRADUS_ARG(CSVTexts, na_values);
  /// Whether pandas' usual texts stand for what is missing, such as nothing, NA, N/A, NaN and null.
  GRADUS_ARG(bool, keep_default_na) = true;
  /// Lines that are left out before anything else is seen of them.
  GRADUS_ARG(CSVLines, skiprows);
  /// How many rows are read at most.
  GRADUS_ARG(std::optional<int64_t>, nrows);
  /// What a field begins and ends with that may hold any bytes; std::nullopt: there is no such.
  GRADUS_ARG(std::optional<char>, quotechar) = '"';
  /// Whether two of them within such a field stand for one.
  GRADUS_ARG(bool, doublequote) = true;
  /// What takes the meaning from the byte behind it.
  GRADUS_ARG(std::optional<char>, escapechar);
  /// With what a comment begins, up to the line's end. A line that is nothing else is left out; one
  /// with blanks in front of the comment is a row, and they are its only field, as in pandas.
  GRADUS_ARG(std::optional<char>, comment);
  /// What stands before a number's fraction.
  GRADUS_ARG(char, decimal) = '.';
  /// What stands between thousands.
  GRADUS_ARG(std::optional<char>, thousands);
  /// Whether lines without anything, or with spaces and tabs only, are left out. Else such a line
  /// has one field, a missing one.
  GRADUS_ARG(bool, skip_blank_lines) = true;
  /// Texts of true beside True, TRUE and true.
  GRADUS_ARG(CSVTexts, true_values);
  /// Texts of false beside False, FALSE and false.
  GRADUS_ARG(CSVTexts, false_values);
  /// How many rows a CSVReader gives at a time.
  GRADUS_ARG(int64_t, chunksize) = 65536;
  /// The most bytes of a field, below 4 GiB.
  GRADUS_ARG(uint64_t, max_field_bytes) = uint64_t(64) << 20;
  /// The most columns of a file.
  GRADUS_ARG(int64_t, max_columns) = 1 << 16;
  /// The most bytes that read_csv(), or a chunk, takes of a packed file, a pipe or a stream: packed
  /// files can be a thousand times smaller than what they hold.
  GRADUS_ARG(uint64_t, max_bytes) = uint64_t(1) << 32;

 public:
  /// The same as sep().
  CSVOptions& delimiter(char value) { return sep(value); }
};

/// A CSV file, plain or gzipped, a file or a pipe, as UTF-8 with or without its mark. What pandas
/// reads is read, except where it guesses at a fault: each line must have as many fields as there
/// are columns.
///
/// A column's type, unless dtype() names it, is the first of int64, floating, bool and text that
/// holds all its values. Integers beyond int64, and integers of which some are missing, are
/// floating, and so are bools of which some are missing. Numbers are the nearest that the type has,
/// whatever the locale; hexadecimal ones are text, and so is nan where it does not stand for what
/// is missing. A missing value is nan in a floating column, and Table::isna() knows it in one of
/// text.
///
/// The file is not trusted: text may have any bytes, and whatever else is wrong throws Error with
/// the file's name and the line. Throws ValueError for options that make no sense.
Table read_csv(const std::string& filename, const CSVOptions& options = {});
/// The same from a stream, up to its end.
Table read_csv(std::istream& in, const CSVOptions& options = {});

/// A CSV file in chunks of rows, for files larger than memory: it takes as much as a chunk does.
///
///   data::CSVReader reader("log.csv", data::CSVOptions().chunksize(10000));
///   while (std::optional<data::Table> chunk = reader.next()) ...
///
/// Types that are not named are guessed from the first chunk; a value that does not fit later
/// throws Error with its line and column.
class CSVReader {
 public:
  explicit CSVReader(const std::string& filename, const CSVOptions& options = {});
  /// The stream must live as long as the reader.
  explicit CSVReader(std::istream& in, const CSVOptions& options = {});
  CSVReader(CSVReader&&) noexcept;
  CSVReader& operator=(CSVReader&&) noexcept;
  ~CSVReader();

  /// The next rows, chunksize() or fewer at the end; none when there are no more. Throws Error as
  /// read_csv() does, and again when it is called again, until reset().
  std::optional<Table> next();
  /// The next `rows` rows, or fewer at the end.
  std::optional<Table> next(int64_t rows);
  /// The names of the columns that are read.
  const std::vector<std::string>& columns() const;
  /// How many rows were read.
  int64_t rows_read() const;
  /// Starts from the file's beginning, with the types that it has found. Throws Error for a stream
  /// and for a pipe from which rows were read.
  void reset();

 private:
  friend Table read_csv(const std::string&, const CSVOptions&);
  friend Table read_csv(std::istream&, const CSVOptions&);
  class Rows;
  std::unique_ptr<Rows> rows_;
};

namespace datasets {

/// Batches of a CSV file for a loader: memory holds a batch at a time, so the file may be larger.
/// Each batch has rows that follow each other. The batches come in the file's order with at most
/// one worker; several take them as they come, and the order may differ from run to run.
///
///   auto loader = data::make_data_loader(
///       data::datasets::CSVDataset("train.csv", {"x", "y"}, {"label"}), 64);
///   for (auto& [inputs, labels] : *loader) ...
///
/// Copies share their place in the file, and may be called by several threads.
class CSVDataset final : public StatefulDataset<CSVDataset, Example<>> {
 public:
  /// Makes a batch of rows.
  using Make = std::function<Example<>(const Table&)>;
  /// data: the columns `features` as [batch, columns] of `dtype`, by default the default floating
  /// type. target: one column as it is, [batch], or several as [batch, columns] of `dtype`. Throws
  /// Error as CSVReader does, and where a column is text or is not there.
  CSVDataset(const std::string& filename, std::vector<std::string> features,
             std::vector<std::string> targets, CSVOptions options = {},
             std::optional<ScalarType> dtype = std::nullopt);
  /// Batches are what `make` makes of their rows.
  CSVDataset(const std::string& filename, Make make, CSVOptions options = {});
  // Not inline: GCC 12 warns of what its vector does with them.
  CSVDataset(const CSVDataset&);
  CSVDataset& operator=(const CSVDataset&);
  ~CSVDataset() override;

  /// The next rows, fewer at the end, or none when there are no more.
  std::optional<Example<>> get_batch(size_t batch_size) override;
  /// Unknown: the file has as many rows as it turns out to have.
  std::optional<size_t> size() const override { return std::nullopt; }
  /// Starts from the file's beginning, or from where load() put it.
  void reset() override;
  /// Writes how many rows were taken.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote; the next reset() goes on from there.
  void load(serialize::InputArchive& archive) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace datasets

/// How a CSV file is written; names and defaults are those of pandas' to_csv.
struct CSVWriteOptions {
  /// What stands between fields.
  GRADUS_ARG(char, sep) = ',';
  /// Whether the first line has the names.
  GRADUS_ARG(bool, header) = true;
  /// What is written for a missing value, and for nan.
  GRADUS_ARG(std::string, na_rep);
  /// What a field begins and ends with that has one of the other marks in it.
  GRADUS_ARG(char, quotechar) = '"';
  /// Whether every text is quoted, needed or not.
  GRADUS_ARG(bool, quote_all) = false;
  /// What stands before a number's fraction.
  GRADUS_ARG(char, decimal) = '.';
  /// What ends a line: "\n" or "\r\n".
  GRADUS_ARG(std::string, lineterminator) = "\n";
};

/// Writes a table, as pandas does. Numbers are the shortest that read back as the same, with an
/// exponent below 1e-4 and from 1e16 on, in a float32 column from 1e6 on; a text that has a
/// separator, a quote or a line's end is quoted. The file is written beside the old one and takes
/// its place when it is whole. Throws Error when it cannot be written, ValueError for options that
/// make no sense.
///
///   data::write_csv({{"x", x}, {"prediction", y}}, "predictions.csv");
void write_csv(const Table& table, const std::string& filename,
               const CSVWriteOptions& options = {});

/// A value of a row: a number, a text, or nothing.
using CSVValue = std::variant<std::monostate, bool, int64_t, double, std::string>;

/// Appends rows to a file, each of them on its way to the disk before write() returns, so that
/// others can follow it.
///
///   data::CSVWriter log("log.csv");
///   log.write({{"epoch", 1}, {"loss", 0.25}});
class CSVWriter {
 public:
  /// A value with the name of its column.
  struct Field {
    Field(std::string column, CSVValue value)
        : column(std::move(column)), value(std::move(value)) {}
    /// Throws ValueError for a number beyond int64.
    template <std::integral I>
    Field(std::string column, I number) : column(std::move(column)) {
      if constexpr (std::same_as<I, bool>)
        value = number;
      else
        value = detail::csv_int64(number);
    }
    Field(std::string column, double number) : column(std::move(column)), value(number) {}
    /// Throws ValueError for a null pointer.
    Field(std::string column, const char* text)
        : column(std::move(column)), value(detail::csv_text(text)) {}

    std::string column;
    CSVValue value;
  };

  /// An empty file in place of an old one; with `append` rows go behind those of the file, whose
  /// first line says the columns, and behind a last line without an end a new one begins.
  explicit CSVWriter(const std::string& filename, bool append = false,
                     CSVWriteOptions options = {});
  CSVWriter(CSVWriter&&) noexcept;
  CSVWriter& operator=(CSVWriter&&) noexcept;
  ~CSVWriter();
  /// Appends a row. The first one fixes the columns; one that a later row leaves out is missing
  /// there. A nan is written as such, so that it differs from what is missing. Throws Error for a
  /// column that the first row had not or that comes twice, and then writes nothing.
  void write(const std::vector<Field>& row);
  /// The names of the columns; none before the first row.
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  class Out;
  std::vector<std::string> columns_;
  CSVWriteOptions options_;
  std::unique_ptr<Out> out_;
};

}  // namespace gradus::data
