// Tokenizers: what turns text into the numbers of tokens and back. Text is bytes, as a rule UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/base/array_ref.h"

namespace gradus::data::text {

/// The base of all tokenizers.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// The tokens of a text, each in 0 .. size() - 1.
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;
  /// The text of tokens. Throws IndexError for a number that is no token.
  virtual std::string decode(IntArrayRef tokens) const = 0;
  /// How many tokens there are: the vocabulary's size.
  virtual int64_t size() const = 0;
};

/// Each byte is a token, 0 to 255: every text has tokens, and decode() gives it back.
class ByteTokenizer : public Tokenizer {
 public:
  /// The bytes of a text.
  std::vector<int64_t> encode(std::string_view text) const override;
  /// The text of bytes. Throws IndexError for a number that is no byte.
  std::string decode(IntArrayRef tokens) const override;
  /// 256
  int64_t size() const override { return 256; }
};

/// Each character, a Unicode code point, is a token.
///
///   CharTokenizer tokenizer(text);                     // the characters that `text` has
///   const auto tokens = tokenizer.encode("to be");
///
/// Text that is no UTF-8 throws Error with the place of the byte.
class CharTokenizer : public Tokenizer {
 public:
  /// The vocabulary is the distinct characters of `text` in the order of their code points. Others
  /// throw in encode(), unless `unknown` gives them a token: that of a character, or a token more,
  /// whose number is how many characters there are and which decodes to U+FFFD.
  explicit CharTokenizer(std::string_view text, std::optional<int64_t> unknown = std::nullopt);
  /// One token for each character. Throws Error for a character that is not in the vocabulary,
  /// unless there is a token for those.
  std::vector<int64_t> encode(std::string_view text) const override;
  /// The characters of tokens. Throws IndexError for a number that is no token.
  std::string decode(IntArrayRef tokens) const override;
  /// How many characters there are, and one more where `unknown` adds it.
  int64_t size() const override;
  /// The vocabulary's characters in order, which make the same tokenizer again.
  std::string characters() const;

 private:
  std::vector<char32_t> characters_;  // sorted
  std::optional<int64_t> unknown_;
};

}  // namespace gradus::data::text
