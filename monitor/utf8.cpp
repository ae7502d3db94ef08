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

int columns_of(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  // Marks above and below letters, joiners, and choices of how a character looks.
  static constexpr Range none[] = {{0x300, 0x36F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}};
  // Hangul, Chinese and Japanese, their full-width forms, and pictures.
  static constexpr Range two[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                  {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                  {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
                                  {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
  for (const Range r : none)
    if (c >= r.first && c <= r.last) return 0;
  for (const Range r : two)
    if (c >= r.first && c <= r.last) return 2;
  return 1;
}

int columns_of(std::string_view text) {
  int sum = 0;
  while (!text.empty()) sum += columns_of(next_character(text));
  return sum;
}

std::string_view cropped(std::string_view text, int columns) {
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view after = rest;
    columns -= columns_of(next_character(after));
    if (columns < 0) break;
    rest = after;
  }
  return text.substr(0, text.size() - rest.size());
}

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

}  // namespace gradus::monitor
