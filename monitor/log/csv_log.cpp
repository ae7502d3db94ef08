#include "monitor/log/csv_log.h"

#include <fcntl.h>

#include <limits>
#include <sstream>

#include "data/csv.h"
#include "data/csv_number.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {
namespace {

data::Table table_of(const std::string& path) {
  // An empty field is missing, and nan is a number.
  const auto options = data::CSVOptions().keep_default_na(false).na_values({""});
  try {
    return data::read_csv(path, options);
  } catch (const Error&) {
    const File file("csv log", path, O_RDONLY | O_NONBLOCK);
    if (!file.size()) throw;
    const std::string text = file.read_all();
    const size_t end = text.rfind('\n');
    if (end == text.npos || end + 1 == text.size()) throw;
    try {
      std::istringstream whole_lines(text.substr(0, end + 1));
      return data::read_csv(whole_lines, options);
    } catch (const Error&) {  // the other one names the file
    }
    throw;
  }
}

std::optional<double> number(const std::string& text) {
  double v = std::numeric_limits<double>::quiet_NaN();
  if (text == "nan" || text == "NaN" || text == "-nan" || data::parse_float(text, {}, v)) return v;
  return std::nullopt;
}

}  // namespace

std::vector<std::string> csv_fields(const std::string& line) {
  std::istringstream in(line);
  const data::Table table = data::read_csv(in, data::CSVOptions()
                                                   .header(std::nullopt)
                                                   .dtype(data::kText)
                                                   .keep_default_na(false)
                                                   .skip_blank_lines(false));
  if (table.rows() != 1) fail("csv log: {} lines instead of one", table.rows());
  std::vector<std::string> out;
  for (const std::string& name : table.columns()) out.push_back(table.text(name).at(0));
  return out;
}

std::vector<CSVLogColumn> read_csv_log(const std::string& path) {
  const data::Table table = table_of(path);
  std::vector<CSVLogColumn> out;
  for (const std::string& name : table.columns()) {
    CSVLogColumn& column = out.emplace_back();
    column.name = name;
    const Tensor missing = table.isna(name);
    const bool* none = missing.data_ptr<bool>();
    const auto rows = size_t(table.rows());
    column.values.resize(rows);
    if (!table.is_text(name)) {
      const Tensor values = table.tensor(name).to(kDouble).contiguous();
      for (size_t i = 0; i < rows; ++i)
        if (!none[i]) column.values[i] = values.data_ptr<double>()[i];
      continue;
    }
    const std::vector<std::string>& texts = table.text(name);
    for (size_t i = 0; i < rows && column.text.empty(); ++i) {
      if (none[i]) continue;
      column.values[i] = number(texts[i]);
      if (!column.values[i]) column.text = texts[i];
    }
  }
  return out;
}

}  // namespace gradus::monitor
