// Numbers as CSV files write them; for .cpp files.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gradus::data {

// How a file writes numbers.
struct CSVNumbers {
  char decimal = '.';
  std::optional<char> thousands;
};

// The byte behind `text` must be readable and no digit, as a separator or a terminator is.
//
// Parses all of `text`: an optional sign and decimal digits, with blanks around them and what
// stands between thousands. False for anything else and beyond int64.
bool parse_int(std::string_view text, const CSVNumbers& how, int64_t& value);
// The same, with a fraction and an exponent, or inf or infinity in any case. The nearest number of
// the type, infinite beyond its largest; `T` is float or double.
template <class T>
bool parse_float(std::string_view text, const CSVNumbers& how, T& value);

}  // namespace gradus::data
