#include "monitor/log/csv_log.h"

#include <fcntl.h>

#include <charconv>

#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {
namespace {

std::string whole_file(const char* op, const std::string& path) {
  const File file(op, path, O_RDONLY | O_CLOEXEC);
  std::string out;
  size_t have = 0;
  do {
    out.resize(have + (size_t(1) << 16));
    const size_t got = file.read(out.data() + have, out.size() - have);
    have += got;
  } while (have == out.size());
  out.resize(have);
  return out;
}

std::optional<double> parsed(std::string_view text) {
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(v) : std::nullopt;
}

}  // namespace

std::vector<std::string> csv_fields(std::string_view line, const std::string& where) {
  std::vector<std::string> out(1);
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ',') {
      out.emplace_back();
    } else if (line[i] == '"') {
      if (!out.back().empty()) fail("{}: a quote within a field", where);
      for (++i;; ++i) {
        if (i >= line.size()) fail("{}: a quote is not closed", where);
        if (line[i] == '"' && (i + 1 == line.size() || line[i + 1] != '"')) break;
        if (line[i] == '"') ++i;
        out.back() += line[i];
      }
      if (i + 1 < line.size() && line[i + 1] != ',') fail("{}: text behind a quoted field", where);
    } else {
      out.back() += line[i];
    }
  }
  return out;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

CSVLog read_csv_log(const std::string& path) {
  const std::string text = whole_file("csv log", path);
  CSVLog out;
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    const bool torn = end == text.npos;
    std::string_view line = std::string_view(text).substr(at, torn ? text.npos : end - at);
    at = torn ? text.size() : end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::string where = fmt::format("csv log: line {} of {}", ++number, path);
    if (line.empty()) continue;
    std::vector<std::string> fields;
    try {
      fields = csv_fields(line, where);
    } catch (const Error&) {
      if (torn) break;
      throw;
    }
    if (out.names.empty()) {
      out.names = std::move(fields);
      out.columns.resize(out.names.size());
      continue;
    }
    if (fields.size() != out.names.size()) {
      if (torn) break;
      fail("{}: {} fields, the first line has {}", where, fields.size(), out.names.size());
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      const std::optional<double> v = parsed(fields[i]);
      if (!v && !fields[i].empty()) fail("{}: {} is no number: {}", where, out.names[i], fields[i]);
      out.columns[i].push_back(v);
    }
  }
  if (out.names.empty()) fail("csv log: {} has no columns", path);
  return out;
}

}  // namespace gradus::monitor
