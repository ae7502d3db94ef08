// What a run measured, step by step, in files that other programs read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "monitor/named_values.h"
#include "tensor/base/arg.h"

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
  // All of it.
  std::string read() const;
  // Adds a line or lines, which end with \n; all or nothing.
  void add(const std::string& lines);
  void flush();
  // Takes the place of all that is there, at once.
  void replace(const std::string& content);

 private:
  void open(int flags);
  void drop_torn_line();

  const char* op_;
  std::string path_;
  int fd_ = -1;
};

}  // namespace detail

/// The options of a CSVLogger.
struct CSVLoggerOptions {
  /// Goes on behind what the file holds. A last line without an end, which a killed program left,
  /// is dropped.
  GRADUS_ARG(bool, append) = false;
  /// The names of the columns behind `step`; unless given, those of the first row.
  GRADUS_ARG(std::vector<std::string>, columns);
};

/// Rows of a CSV file, as spreadsheets and pandas read them:
///
///   step,loss,acc
///   0,2.31,0.11
///   10,1.9,
///
/// Numbers are the shortest that read back as the same; nan, inf and -inf as such. A value that a
/// row lacks leaves its place empty. A name that needs it stands in quotes.
class CSVLogger final : public Logger {
 public:
  /// Opens the file, which is emptied unless `append` is set. Throws Error where it cannot be
  /// opened, for names that are empty, doubled, `step` or with control characters, and for a file
  /// to append to whose columns are not these.
  explicit CSVLogger(const std::string& filename, CSVLoggerOptions options = {});

  /// Writes the row by one call of the system, so that whoever kills the program leaves whole rows.
  /// Throws Error for a name that is none of the columns, which the options may declare, for a name
  /// that stands there twice, and where the row cannot be written, for a full disk say. Then the
  /// file is as before, and the program may go on.
  void log(int64_t step, NamedValues values) override;
  void flush() override { file_.flush(); }
  void resume(int64_t step) override;

 private:
  std::string row_of(int64_t step, NamedValues values, const std::vector<std::string>& columns);

  detail::LineFile file_;
  std::vector<std::string> columns_;
  bool has_header_ = false;
};

/// The options of a JSONLinesLogger.
struct JSONLinesLoggerOptions {
  /// Goes on behind what the file holds. A last line without an end, which a killed program left,
  /// is dropped.
  GRADUS_ARG(bool, append) = false;
};

/// Lines of JSON, an object each: `{"step": 10, "loss": 0.25}`. Numbers are the shortest that read
/// back as the same; those that are none as Python's json writes and reads them: NaN, Infinity and
/// -Infinity. Each line may have other names.
class JSONLinesLogger final : public Logger {
 public:
  /// Opens the file, which is emptied unless `append` is set. Throws Error where it cannot be
  /// opened.
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
