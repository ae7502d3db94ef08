// A text as a field of a CSV file; for .cpp files.
#pragma once

#include <string>
#include <string_view>

namespace gradus::data {

// Adds the field to a line, between quotes where `quote` says so or it has one of the marks in it;
// a quote within is doubled.
inline void append_csv_field(std::string& line, std::string_view field, char sep = ',',
                             char quotechar = '"', bool quote = false) {
  const char marks[] = {sep, quotechar, '\n', '\r'};
  if (!quote && field.find_first_of(std::string_view(marks, sizeof marks)) == field.npos) {
    line += field;
    return;
  }
  line += quotechar;
  for (const char c : field) line.append(c == quotechar ? 2 : 1, c);
  line += quotechar;
}

}  // namespace gradus::data
