// The file of a CSVLogger, for .cpp files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::monitor {

// The fields of a line without its end. A field in quotes may hold commas, and "" for a quote.
// Throws Error, which begins with `where`, for quotes that are not closed or stand within a field.
std::vector<std::string> csv_fields(std::string_view line, const std::string& where);
// The text as a field of a line.
std::string csv_field(std::string_view text);

// Columns of numbers, by name.
struct CSVLog {
  std::vector<std::string> names;
  std::vector<std::vector<std::optional<double>>> columns;  // none for an empty field
};
// A whole file. Throws Error naming the line where one has another number of fields than the first
// or holds what is no number. A last line without an end is left out when it is no whole row.
CSVLog read_csv_log(const std::string& path);

}  // namespace gradus::monitor
