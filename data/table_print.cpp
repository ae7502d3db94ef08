// How a table is shown.
#include <algorithm>
#include <cmath>
#include <ostream>

#include "data/table.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::data {

namespace {

constexpr int64_t most_rows = 60, rows_at_end = 5;
constexpr size_t most_columns = 20, columns_at_end = 10, most_bytes = 50;

// One line of what a terminal shows as it is, cut where it is long.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= most_bytes && (c & 0xC0) != 0x80) return out + "...";
    if (c == '\n')
      out += "\\n";
    else
      out += uint8_t(c) < ' ' || c == 0x7f ? '?' : c;
    // Bytes that go on without end are no UTF-8.
    if (out.size() > 2 * most_bytes) return out;
  }
  return out;
}

// Characters, if the text is UTF-8.
size_t width(const std::string& text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// The numbers with as many digits behind the point as the one that needs most, up to six.
std::vector<std::string> show_floats(const std::vector<double>& numbers) {
  int digits = 1;
  bool in_powers = false;
  for (const double v : numbers) {
    if (!std::isfinite(v) || v == 0) continue;
    in_powers = in_powers || std::fabs(v) >= 1e9 || std::fabs(v) < 1e-4;
    const std::string text = fmt::format("{:.6f}", v);
    const auto last = text.find_last_not_of('0');
    digits = std::max(digits, int(last) - int(text.find('.')));
  }
  std::vector<std::string> out;
  for (const double v : numbers) {
    if (std::isnan(v))
      out.push_back("NaN");
    else if (in_powers)
      out.push_back(fmt::format("{:.6e}", v));
    else
      out.push_back(fmt::format("{:.{}f}", v, digits));
  }
  return out;
}

}  // namespace

// The name and the values of these rows, -1 for what is left out.
std::vector<std::string> Table::shown(const Column& column,
                                      const std::vector<int64_t>& rows) const {
  std::vector<std::string> out{plain(column.name)};
  std::vector<double> floats;
  const bool floating = !column.text && is_floating(column.tensor.dtype());
  for (const int64_t i : rows) {
    if (i < 0 && !floating) {
      out.push_back("...");
    } else if (column.text) {
      const bool missing = !column.text->missing.empty() && column.text->missing[size_t(i)];
      out.push_back(missing ? "NaN" : plain(column.text->values[size_t(i)]));
    } else if (floating) {
      floats.push_back(i < 0 ? 0 : raw::item(raw::part(column.tensor, 0, i, -1)).to<double>());
    } else {
      const auto v = raw::item(raw::part(column.tensor, 0, i, -1)).to<int64_t>();
      out.push_back(column.tensor.dtype() == kBool ? (v ? "True" : "False") : std::to_string(v));
    }
  }
  const std::vector<std::string> texts = show_floats(floats);
  for (size_t i = 0; i < texts.size(); ++i) out.push_back(rows[i] < 0 ? "..." : texts[i]);
  return out;
}

std::string Table::to_string() const {
  std::vector<int64_t> rows;
  const bool cut = rows_ > most_rows;
  for (int64_t i = 0; i < rows_; ++i) {
    if (cut && i == rows_at_end) {
      rows.push_back(-1);
      i = rows_ - rows_at_end;
    }
    rows.push_back(i);
  }
  std::vector<std::vector<std::string>> shown_columns;
  const bool cut_columns = columns_.size() > most_columns;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (cut_columns && i == columns_at_end) {
      shown_columns.emplace_back(rows.size() + 1, "...");
      i = columns_.size() - columns_at_end;
    }
    shown_columns.push_back(shown(columns_[i], rows));
  }
  std::string out;
  for (size_t r = 0; r <= rows.size() && !columns_.empty(); ++r) {
    std::string line;
    for (const auto& column : shown_columns) {
      size_t widest = 0;
      for (const std::string& text : column) widest = std::max(widest, width(text));
      if (!line.empty() || &column != &shown_columns[0]) line += "  ";
      line.append(widest - width(column[r]), ' ').append(column[r]);
    }
    out += line + '\n';
  }
  if (cut || cut_columns || columns_.empty())
    out += fmt::format("[{} rows x {} columns]\n", rows_, columns_.size());
  return out;
}

std::ostream& operator<<(std::ostream& out, const Table& table) { return out << table.to_string(); }

}  // namespace gradus::data
