// The file of a CSVLogger, for .cpp files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::monitor {

// The fields of a line. Throws Error for a quote that is not closed, and for more than a line.
std::vector<std::string> csv_fields(const std::string& line);

// A column of numbers, or of text.
struct CSVLogColumn {
  std::string name;
  std::vector<std::optional<double>> values;  // none for an empty field; nan is one
  std::string text;  // where it is a column of text: the first that is no number
};
// A whole file, packed or not, as data::read_csv() reads it. Throws Error where it does, except
// that a last line without an end, which a full disk left, is left out when it is no whole row.
std::vector<CSVLogColumn> read_csv_log(const std::string& path);

}  // namespace gradus::monitor
