#include "monitor/utf8.h"

namespace gradus::monitor {

char32_t next_character(std::string_view& text) {
  constexpr char32_t broken = 0xFFFD;
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80              ? 1
                        : (first & 0xE0u) == 0xC0 ? 2
                        : (first & 0xF0u) == 0xE0 ? 3
                        : (first & 0xF8u) == 0xF0 ? 4
                                                  : 0;
  char32_t c = length == 1 ? first : first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    const unsigned next = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    if ((next & 0xC0u) != 0x80) {
      text.remove_prefix(1);
      return broken;
    }
    c = c << 6 | (next & 0x3Fu);
  }
  static constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (length == 0 || c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
    text.remove_prefix(1);
    return broken;
  }
  text.remove_prefix(length);
  return c;
}

std::string_view cropped(std::string_view text, int columns) {
  std::string_view rest = text;
  size_t fits = 0;
  int taken = 0, last = 0;
  while (!rest.empty() && taken <= columns) {
    fits = text.size() - rest.size();
    taken += columns_of(next_character(rest), last);
  }
  return taken <= columns ? text : text.substr(0, fits);
}

std::string one_line(std::string_view text) {
  constexpr char32_t line_separator = 0x2028, paragraph_separator = 0x2029;
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = next_character(text);
    const size_t bytes = before.size() - text.size();
    const auto first = static_cast<unsigned char>(before[0]);
    // A byte by itself is a character of a terminal that has 256 of them.
    const char32_t shown = bytes == 1 ? first : c;
    if (shown < 0x20 || (shown >= 0x7F && shown < 0xA0) || c == line_separator ||
        c == paragraph_separator)
      out += ' ';
    else
      out += before.substr(0, bytes);
  }
  return out;
}

}  // namespace gradus::monitor
