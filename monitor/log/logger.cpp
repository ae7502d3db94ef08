#include "monitor/log/logger.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

#include "monitor/broken_pipe.h"
#include "monitor/log/csv_log.h"
#include "monitor/utf8.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {
namespace detail {

LineFile::LineFile(const char* op, std::string path, bool append)
    : op_(op), path_(std::move(path)) {
  open(O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (append ? 0 : O_TRUNC));
  if (!append) return;
  try {
    drop_torn_line();
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

LineFile::~LineFile() {
  if (fd_ >= 0) ::close(fd_);
}

void LineFile::open(int flags) {
  // Who may read a pipe keeps it open, and would wait for ever when its reader has ended.
  struct stat info = {};
  if (::stat(path_.c_str(), &info) == 0 && S_ISFIFO(info.st_mode))
    flags = (flags & ~O_ACCMODE) | O_WRONLY;
  const int fd = ::open(path_.c_str(), flags, 0666);
  if (fd < 0) fail("{}: cannot open {}: {}", op_, path_, std::strerror(errno));
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

std::string LineFile::read() const {
  std::string out;
  size_t have = 0;
  for (;;) {
    out.resize(have + (size_t(1) << 16));
    const ssize_t got = ::pread(fd_, out.data() + have, out.size() - have, off_t(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("{}: cannot read {}: {}", op_, path_, std::strerror(errno));
    have += size_t(got);
    if (got == 0) break;
  }
  out.resize(have);
  return out;
}

void LineFile::drop_torn_line() {
  struct stat info = {};
  if (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) return;
  off_t end = info.st_size;
  char block[4096];
  while (end > 0) {
    const off_t from = end > off_t(sizeof block) ? end - off_t(sizeof block) : 0;
    const ssize_t got = ::pread(fd_, block, size_t(end - from), from);
    if (got < 0) fail("{}: cannot read {}: {}", op_, path_, std::strerror(errno));
    const size_t line_end = std::string_view(block, size_t(got)).rfind('\n');
    if (line_end != std::string_view::npos) {
      end = from + off_t(line_end) + 1;
      break;
    }
    end = from;
  }
  if (end < info.st_size && ::ftruncate(fd_, end) != 0)
    fail("{}: cannot drop the torn last line of {}: {}", op_, path_, std::strerror(errno));
}

void LineFile::add(const std::string& lines) {
  struct stat info = {};
  const bool regular = ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
  std::string_view rest = lines;
  while (!rest.empty()) {
    const BrokenPipeGuard guard;
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int reason = written < 0 ? errno : ENOSPC;
      if (regular && rest.size() != lines.size() && ::ftruncate(fd_, info.st_size) != 0)
        fail("{}: cannot write {}: {}, and its last line is torn", op_, path_,
             std::strerror(reason));
      fail("{}: cannot write {}: {}", op_, path_, std::strerror(reason));
    }
    rest.remove_prefix(size_t(written));
  }
}

void LineFile::flush() {
  // What is no file on a disk says EINVAL.
  if (::fdatasync(fd_) != 0 && errno != EINVAL)
    fail("{}: cannot flush {}: {}", op_, path_, std::strerror(errno));
}

void LineFile::replace(const std::string& content) {
  Replacement file(path_, op_);
  file.write(content.data(), content.size());
  file.commit();
  open(O_RDWR | O_APPEND | O_CLOEXEC);
}

}  // namespace detail

namespace {

void check_name(const char* op, std::string_view name) {
  if (name.empty()) fail("{}: a name is empty", op);
  if (name == "step") fail("{}: a value may not have the name step, which is the step's own", op);
}

void check_column(std::string_view name) {
  check_name("csv logger", name);
  if (one_line(name) != name)
    fail("csv logger: the name {} has a control character", one_line(name));
}

// The number that the text begins with, up to one of the characters `ends`.
std::optional<int64_t> leading_step(std::string_view text, std::string_view ends) {
  int64_t step = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  const bool whole =
      error == std::errc() && end != text.data() + text.size() && ends.find(*end) != ends.npos;
  return whole ? std::optional(step) : std::nullopt;
}

// Drops the lines from `step` on. A line's step stands behind `before`.
void drop_from(int64_t step, detail::LineFile& file, const char* op, int64_t skipped,
               std::string_view before, std::string_view ends) {
  const std::string all = file.read();
  std::string kept;
  int64_t number = 0;
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size() - 1) + 1;
    const std::string_view line = std::string_view(all).substr(at, end - at);
    at = end;
    if (++number > skipped) {
      const auto found = line.substr(0, before.size()) == before
                             ? leading_step(line.substr(before.size()), ends)
                             : std::nullopt;
      if (!found) fail("{}: line {} of {} begins with no step", op, number, file.path());
      if (*found >= step) continue;
    }
    kept += line;
  }
  if (kept.size() != all.size()) file.replace(kept);
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = next_character(text);
    const std::string_view bytes = before.substr(0, before.size() - text.size());
    if (c == U'"' || c == U'\\')
      out += '\\', out += char(c);
    else if (c < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04x}", uint32_t(c));
    else if (c == 0xFFFD)
      out += "\\ufffd";
    else
      out += bytes;
  }
  return out + '"';
}

std::string json_number(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", v);
}

}  // namespace

CSVLogger::CSVLogger(const std::string& filename, CSVLoggerOptions options)
    // Names are checked before the file is emptied.
    : file_(
          [&] {
            for (size_t i = 0; i < options.columns().size(); ++i) {
              check_column(options.columns()[i]);
              for (size_t j = 0; j < i; ++j)
                if (options.columns()[i] == options.columns()[j])
                  fail("csv logger: two columns have the name {}", options.columns()[i]);
            }
            return "csv logger";
          }(),
          filename, options.append()),
      columns_(std::move(options.columns())) {
  if (!options.append()) return;
  const std::string all = file_.read();
  if (all.empty()) return;
  const std::string header = all.substr(0, all.find('\n'));
  std::vector<std::string> found = csv_fields(header, "csv logger: the header of " + filename);
  if (found[0] != "step")
    fail("csv logger: the first column of {} is {}, not step", filename, one_line(found[0]));
  found.erase(found.begin());
  if (!columns_.empty() && columns_ != found)
    fail("csv logger: {} has the columns {}, which are not those of the options", filename,
         one_line(header));
  columns_ = std::move(found);
  has_header_ = true;
}

std::string CSVLogger::row_of(int64_t step, NamedValues values,
                              const std::vector<std::string>& columns) {
  std::vector<const NamedValue*> fields(columns.size());
  for (const NamedValue& v : values) {
    size_t i = 0;
    while (i < columns.size() && columns[i] != v.name) ++i;
    if (i == columns.size())
      fail("csv logger: {} has no column {}; the options' columns may declare it", file_.path(),
           one_line(v.name));
    if (fields[i]) fail("csv logger: the name {} stands there twice", v.name);
    fields[i] = &v;
  }
  std::string out = std::to_string(step);
  for (const NamedValue* v : fields) {
    out += ',';
    if (v) out += std::isnan(v->value) ? "nan" : fmt::format("{}", v->value);
  }
  return out + '\n';
}

void CSVLogger::log(int64_t step, NamedValues values) {
  if (has_header_) return file_.add(row_of(step, values, columns_));
  std::vector<std::string> columns = columns_;
  if (columns.empty()) {
    for (const NamedValue& v : values) {
      check_column(v.name);
      columns.emplace_back(v.name);
    }
  }
  std::string lines = "step";
  for (const std::string& name : columns) lines += ',' + csv_field(name);
  lines += '\n';
  lines += row_of(step, values, columns);
  file_.add(lines);
  columns_ = std::move(columns);
  has_header_ = true;
}

void CSVLogger::resume(int64_t step) { drop_from(step, file_, "csv logger", 1, "", ",\n\r"); }

JSONLinesLogger::JSONLinesLogger(const std::string& filename, JSONLinesLoggerOptions options)
    : file_("json lines logger", filename, options.append()) {}

void JSONLinesLogger::log(int64_t step, NamedValues values) {
  std::string line = fmt::format("{{\"step\": {}", step);
  for (const NamedValue* v = values.begin(); v != values.end(); ++v) {
    check_name("json lines logger", v->name);
    for (const NamedValue* other = values.begin(); other != v; ++other)
      if (other->name == v->name)
        fail("json lines logger: the name {} stands there twice", one_line(v->name));
    line += ", " + json_string(v->name) + ": " + json_number(v->value);
  }
  file_.add(line + "}\n");
}

void JSONLinesLogger::resume(int64_t step) {
  drop_from(step, file_, "json lines logger", 0, "{\"step\": ", ",}");
}

}  // namespace gradus::monitor
