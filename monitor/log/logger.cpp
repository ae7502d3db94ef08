#include "monitor/log/logger.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "data/csv_field.h"
#include "monitor/log/csv_log.h"
#include "monitor/utf8.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {
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

// A name that comes twice.
template <class Names>
std::optional<std::string> doubled(const Names& names) {
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  const auto found = std::adjacent_find(sorted.begin(), sorted.end());
  return found == sorted.end() ? std::nullopt : std::optional(std::string(*found));
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

constexpr std::string_view json_begin = "{\"step\": ";

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
            for (const std::string& name : options.columns()) check_column(name);
            if (const auto twice = doubled(options.columns()))
              fail("csv logger: two columns have the name {}", *twice);
            return "csv logger";
          }(),
          filename, options.append()),
      columns_(std::move(options.columns())),
      declared_(!columns_.empty()) {
  if (options.append() && file_.is_regular()) open_log();
}

// Takes over the columns of a file that is there. What is no log is left as it is.
void CSVLogger::open_log() {
  constexpr std::string_view mark = "\xEF\xBB\xBF";  // as spreadsheets write it
  std::string header = file_.first_line();
  if (header.starts_with(mark)) header.erase(0, mark.size());
  if (header.empty()) return;
  const bool torn = header.back() != '\n';
  while (!header.empty() && (header.back() == '\n' || header.back() == '\r')) header.pop_back();
  std::vector<std::string> found;
  if (!torn) {
    try {
      found = csv_fields(header);
    } catch (const Error& e) {
      fail("csv logger: the header of {}: {}", file_.path(), e.what());
    }
  }
  // A first line that is torn had a name, or less than `step`.
  const bool ours =
      torn ? header.starts_with("step,") || std::string_view("step").starts_with(header)
           : !found.empty() && found[0] == "step";
  if (!ours)
    fail("csv logger: the first column of {} is {}, not step", file_.path(),
         one_line(torn            ? header.substr(0, header.find(','))
                  : found.empty() ? ""
                                  : found[0]));
  if (torn) return file_.drop_torn_line();
  found.erase(found.begin());
  if (const auto twice = doubled(found))
    fail("csv logger: two columns of {} have the name {}", file_.path(), *twice);
  std::vector<std::string> missing;
  for (const std::string& name : columns_)
    if (std::find(found.begin(), found.end(), name) == found.end()) missing.push_back(name);
  if (declared_ && columns_.size() != found.size() + missing.size())
    fail("csv logger: {} has the columns {}, which are not those of the options", file_.path(),
         one_line(header));
  file_.drop_torn_line();
  if (file_.first_line().ends_with("\r\n")) line_end_ = "\r\n";
  if (!missing.empty()) file_.replace(with_columns(missing));
  columns_ = std::move(found);
  columns_.insert(columns_.end(), missing.begin(), missing.end());
  has_header_ = true;
}

std::string CSVLogger::row_of(int64_t step, NamedValues values,
                              const std::vector<std::string>& columns) const {
  std::vector<const NamedValue*> fields(columns.size());
  size_t i = 0;  // a row mostly has the order of the columns
  for (const NamedValue& v : values) {
    size_t tried = 0;
    while (tried < columns.size() && columns[i % columns.size()] != v.name) ++i, ++tried;
    if (tried == columns.size())
      fail("csv logger: {} has no column {}; the options' columns may declare it", file_.path(),
           one_line(v.name));
    const NamedValue*& field = fields[i++ % columns.size()];
    if (field) fail("csv logger: the name {} stands there twice", v.name);
    field = &v;
  }
  std::string out = std::to_string(step);
  for (const NamedValue* v : fields) {
    out += ',';
    if (v) out += std::isnan(v->value) ? "nan" : fmt::format("{}", v->value);
  }
  return out + line_end_;
}

// The file with columns of these names behind the others. Blank lines, which are no rows, stay.
std::string CSVLogger::with_columns(const std::vector<std::string>& names) const {
  const std::string all = file_.read(), empty(names.size(), ',');
  std::string header, out;
  for (const std::string& name : names) data::append_csv_field(header += ',', name);
  out.reserve(all.size() + all.size() / 8);
  bool first = true, quoted = false, begins = true,
       blank = true;  // a field begins, a line is blank
  for (size_t i = 0; i < all.size(); ++i) {
    const char c = all[i];
    if (!quoted && (c == '\n' || c == '\r')) {
      if (!blank) out += std::exchange(first, false) ? header : empty;
      begins = blank = true;
    } else {
      const bool mark = c == '"' && (quoted || begins);
      quoted = quoted != mark;
      // Of two quotes within quotes the second opens what the first has closed.
      begins = !quoted && (mark ? all[i + 1] == '"' : c == ',');
      if (c != ' ' && c != '\t') blank = false;
    }
    out += c;
  }
  return out;
}

void CSVLogger::log(int64_t step, NamedValues values) {
  std::vector<std::string> columns = columns_, added;
  if (!declared_) {
    // A row mostly has no more names than there are columns, in their order.
    for (size_t i = 0; const NamedValue& v : values) {
      if (i < columns_.size() && columns_[i] == v.name) {
        ++i;
        continue;
      }
      if (std::find(columns.begin(), columns.end(), v.name) != columns.end()) continue;
      check_column(v.name);
      added.emplace_back(v.name);
      columns.emplace_back(v.name);
    }
  }
  const std::string row = row_of(step, values, columns);
  if (!has_header_) {
    std::string lines = "step";
    for (const std::string& name : columns) data::append_csv_field(lines += ',', name);
    file_.add(lines + line_end_ + row);
  } else if (added.empty()) {
    file_.add(row);
  } else {
    if (!file_.is_regular()) return void(row_of(step, values, columns_));  // which refuses it
    file_.replace(with_columns(added) + row);
  }
  columns_ = std::move(columns);
  has_header_ = true;
}

void CSVLogger::resume(int64_t step) { drop_from(step, file_, "csv logger", 1, "", ",\n\r"); }

JSONLinesLogger::JSONLinesLogger(const std::string& filename, JSONLinesLoggerOptions options)
    : file_("json lines logger", filename, options.append()) {
  if (!options.append()) return;
  const std::string torn = file_.torn_line();
  if (torn.substr(0, json_begin.size()) != json_begin.substr(0, torn.size()))
    fail("json lines logger: the last line of {} begins with no step", filename);
  file_.drop_torn_line();
}

void JSONLinesLogger::log(int64_t step, NamedValues values) {
  std::string line = fmt::format("{}{}", json_begin, step);
  std::vector<std::string_view> names;
  for (const NamedValue& v : values) {
    check_name("json lines logger", v.name);
    names.push_back(v.name);
    line += ", " + json_string(v.name) + ": " + json_number(v.value);
  }
  if (const auto twice = doubled(names))
    fail("json lines logger: the name {} stands there twice", one_line(*twice));
  file_.add(line + "}\n");
}

void JSONLinesLogger::resume(int64_t step) {
  drop_from(step, file_, "json lines logger", 0, json_begin, ",}");
}

}  // namespace gradus::monitor
