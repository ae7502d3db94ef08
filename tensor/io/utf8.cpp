#include "tensor/io/utf8.h"

#include <cstddef>

namespace gradus {

size_t find_no_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    const auto first = static_cast<unsigned char>(text[i++]);
    if (first < 0x80) continue;
    // The second byte's range depends on the first; the others' is always 0x80 to 0xbf.
    const size_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    unsigned char low = 0x80, high = 0xbf;
    if (first < 0xc2 || first > 0xf4) return begin;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    for (size_t k = 0; k < more; ++k, ++i) {
      if (i == text.size()) return begin;
      const auto next = static_cast<unsigned char>(text[i]);
      if (next < low || next > high) return begin;
      low = 0x80;
      high = 0xbf;
    }
  }
  return text.npos;
}

std::string clipped(std::string_view text) {
  constexpr size_t longest = 100;
  if (text.size() <= longest) return std::string(text);
  size_t end = longest;
  while (end > longest - 4 && (uint8_t(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace gradus
