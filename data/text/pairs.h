// What learning byte pairs and encoding with them share; for .cpp files.
#pragma once

#include <cstdint>
#include <string_view>

namespace gradus::data::text {

// Orders pairs by the first token, then by the second; tokens are not negative.
inline uint64_t pair_key(int32_t first, int32_t second) {
  return uint64_t(first) << 32 | uint32_t(second);
}

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Takes the first word of a text that is not empty: see BPETokenizer for how it is cut.
std::string_view take_word(std::string_view& text);

}  // namespace gradus::data::text
