// What a run measured, step by step, in files that other programs read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "monitor/named_values.h"
#include "tensor/base/arg.h"

namespace gradus {
class File;
}

namespace gradus::monitor {

/// Takes what a step measured.
class Logger {
 public:
  virtual ~Logger() = default;
  /// Adds the step and its values. Throws Error where they cannot be written, and then the log is
  /// as before: the program may go on, and log the next step.
  virtual void log(int64_t step, NamedValues values) = 0;
  /// Returns when all is on the disk.
  virtual void flush() = 0;
  /// For a run that goes on at `step`, in a log that was opened to append: drops what was logged of
  /// that step and later ones, so that they do not stand there twice. Throws Error for a log that
  /// is not of the kind, and then changes nothing.
  virtual void resume(int64_t step) = 0;
};

namespace detail {

// A file of lines, each written by one call of the system.
class LineFile {
 public:
  LineFile(const char* op, std::string path, bool append);
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  ~LineFile();

  const std::string& path() const { return path_; }
  // Whether it can be read and replaced; pipes and devices cannot.
  bool is_regular() const;
  // All of it.
  std::string read() const;
  // The first line with its end; all where there is none. Empty for what is not regular.
  std::string first_line() const;
  // What stands behind the last line's end.
  std::string torn_line() const;
  // Takes that away.
  void drop_torn_line();
  // Adds a line or lines, which end with \n; all or nothing.
  void add(const std::string& lines);
  void flush();
  // Takes the place of all that is there, at once.
  void replace(const std::string& content);

 private:
  const File& file() const;
  void open(int flags) const;

  const char* op_;
  std::string path_;
  mutable std::unique_ptr<const File> file_;  // null where it could not be opened again
  bool torn_ = false;  // a part of a line was written, and could not be taken back
};

}  // namespace detail

/// The options of a CSVLogger.
struct CSVLoggerOptions {
  /// Goes on behind what the file holds. A last line without an end, which a full disk or a loss of
  /// power left, is dropped.
  GRADUS_ARG(bool, append) = false;
  /// The names of the columns behind `step`, and there are no others. Unless given, a name that
  /// comes for the first time makes a new column.
  GRADUS_ARG(std::vector<std::string>, columns);
};

/// Rows of a CSV file, as spreadsheets and pandas read them:
///
///   step,loss,acc
///   0,2.31,0.11
///   10,1.9,
///
/// Numbers are the shortest that read back as the same; nan, inf and -inf as such. A value that a
/// row lacks leaves its place empty. A name that needs it stands in quotes. A file whose lines end
/// with a carriage return too goes on so.
///
/// A new column stands behind the others, and is empty in the rows above: the file is written anew
/// beside the old one, and takes its place when it is whole. That costs as much as the file is
/// long; columns that are declared, or in the first row, cost nothing.
class CSVLogger final : public Logger {
 public:
  /// Opens the file, which is emptied unless `append` is set. Throws Error where it cannot be
  /// opened, for names that are empty, doubled, `step` or with control characters, and for a file
  /// to append to that is no such log, or has columns that the options have not; it stays as it is.
  explicit CSVLogger(const std::string& filename, CSVLoggerOptions options = {});

  /// Writes the row by one call of the system, so that whoever kills the program leaves whole rows.
  /// Throws Error for a name that is none of the declared columns, or new in what is no plain file,
  /// for a name that stands there twice, and where the row cannot be written, for a full disk say.
  /// Then the file is as before, and the program may go on.
  void log(int64_t step, NamedValues values) override;
  void flush() override { file_.flush(); }
  void resume(int64_t step) override;

 private:
  void open_log();
  std::string row_of(int64_t step, NamedValues values,
                     const std::vector<std::string>& columns) const;
  std::string with_columns(const std::vector<std::string>& names) const;

  detail::LineFile file_;
  std::vector<std::string> columns_;
  std::string line_end_ = "\n";
  bool has_header_ = false, declared_ = false;
};

/// The options of a JSONLinesLogger.
struct JSONLinesLoggerOptions {
  /// Goes on behind what the file holds. A last line without an end, which a full disk or a loss of
  /// power left, is dropped.
  GRADUS_ARG(bool, append) = false;
};

/// Lines of JSON, an object each: `{"step": 10, "loss": 0.25}`. Numbers are the shortest that read
/// back as the same; those that are none as Python's json writes and reads them: NaN, Infinity and
/// -Infinity. Each line may have other names.
class JSONLinesLogger final : public Logger {
 public:
  /// Opens the file, which is emptied unless `append` is set. Throws Error where it cannot be
  /// opened, and for a file to append to whose last line has no end and does not begin with a step.
  explicit JSONLinesLogger(const std::string& filename, JSONLinesLoggerOptions options = {});

  /// Writes the line by one call of the system, so that whoever kills the program leaves whole
  /// lines. Throws Error for a name that is `step` or stands there twice, and where the line cannot
  /// be written; then the file is as before.
  void log(int64_t step, NamedValues values) override;
  void flush() override { file_.flush(); }
  void resume(int64_t step) override;

 private:
  detail::LineFile file_;
};

}  // namespace gradus::monitor
