#include "data/text/tokenizer.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::text {
namespace {

constexpr char32_t replacement_character = 0xFFFD;

// The code point at text[at], which goes on behind it. Overlong forms, surrogates and what is above
// U+10FFFF are no UTF-8.
char32_t next_character(const char* op, std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return i < text.size() ? uint8_t(text[i]) : uint8_t(0); };
  const uint8_t first = byte(at);
  if (first < 0x80) return text[at++];
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  char32_t c = first & (0xFF >> (length + 1));
  bool right = first >= 0xC0 && first < 0xF8;
  for (size_t i = at + 1; i < at + length; ++i) {
    right = right && (byte(i) & 0xC0) == 0x80;
    c = c << 6 | (byte(i) & 0x3F);
  }
  if (!right || c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
    fail("{}: the text is no UTF-8 at byte {}", op, at);
  at += length;
  return c;
}

void append(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += char(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;  // bytes behind the first
  text += char(0xFF << (7 - more) | int(c >> 6 * more));
  for (int i = more - 1; i >= 0; --i) text += char(0x80 | (c >> 6 * i & 0x3F));
}

void check_token(const char* op, int64_t token, int64_t size) {
  if (token < 0 || token >= size) fail_index("{}: token {} is not in 0 .. {}", op, token, size - 1);
}

}  // namespace

std::vector<int64_t> ByteTokenizer::encode(std::string_view text) const try {
  std::vector<int64_t> tokens(text.size());
  std::transform(text.begin(), text.end(), tokens.begin(), [](char c) { return uint8_t(c); });
  return tokens;
} catch (...) {
  gradus::detail::rethrow_as_error("ByteTokenizer");
}

std::string ByteTokenizer::decode(IntArrayRef tokens) const try {
  std::string text;
  text.reserve(tokens.size());
  for (const int64_t token : tokens) {
    check_token("ByteTokenizer", token, size());
    text += char(token);
  }
  return text;
} catch (...) {
  gradus::detail::rethrow_as_error("ByteTokenizer");
}

CharTokenizer::CharTokenizer(std::string_view text, std::optional<int64_t> unknown) try
    : unknown_(unknown) {
  std::vector<bool> seen(0x110000);
  for (size_t at = 0; at < text.size();) seen[next_character("CharTokenizer", text, at)] = true;
  for (char32_t c = 0; c < seen.size(); ++c)
    if (seen[c]) characters_.push_back(c);
  const auto count = int64_t(characters_.size());
  if (unknown && (*unknown < 0 || *unknown > count))
    fail("CharTokenizer: the unknown token is {}, not in 0 .. {}", *unknown, count);
} catch (...) {
  gradus::detail::rethrow_as_error("CharTokenizer");
}

int64_t CharTokenizer::size() const {
  const auto count = int64_t(characters_.size());
  return count + (unknown_ == count);
}

std::vector<int64_t> CharTokenizer::encode(std::string_view text) const try {
  std::vector<int64_t> tokens;
  tokens.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t c = next_character("CharTokenizer", text, at);
    const auto found = std::lower_bound(characters_.begin(), characters_.end(), c);
    if (found != characters_.end() && *found == c)
      tokens.push_back(found - characters_.begin());
    else if (unknown_)
      tokens.push_back(*unknown_);
    else
      fail("CharTokenizer: U+{:04X} at byte {} is not in the vocabulary", uint32_t(c), begin);
  }
  return tokens;
} catch (...) {
  gradus::detail::rethrow_as_error("CharTokenizer");
}

std::string CharTokenizer::decode(IntArrayRef tokens) const try {
  std::string text;
  for (const int64_t token : tokens) {
    check_token("CharTokenizer", token, size());
    append(text,
           size_t(token) < characters_.size() ? characters_[size_t(token)] : replacement_character);
  }
  return text;
} catch (...) {
  gradus::detail::rethrow_as_error("CharTokenizer");
}

std::string CharTokenizer::characters() const {
  std::string text;
  for (const char32_t c : characters_) append(text, c);
  return text;
}

}  // namespace gradus::data::text
