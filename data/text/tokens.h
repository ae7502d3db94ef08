// Files of tokens.
#pragma once

#include <memory>

#include "tensor/tensor.h"

namespace gradus::data::text {

/// How a file has tokens: little-endian numbers and nothing else, 0 to 65,535 or 0 to
/// 2,147,483,647.
enum class TokenType { UInt16, Int32 };

/// Writes a file of tokens. Throws Error for a token that the type does not hold; an old file then
/// stays as it was.
void write_tokens(const std::string& path, IntArrayRef tokens, TokenType type = TokenType::UInt16);

/// A file of tokens in memory, as the system maps it: only what is looked at is read, and copies
/// share it. While it is mapped the file must not become shorter, or the system ends the program;
/// write_tokens() puts a new file in its place, which is safe.
class TokenFile {
 public:
  /// Throws Error for what is no regular file, and where its size is no whole number of tokens.
  explicit TokenFile(const std::string& path, TokenType type = TokenType::UInt16);
  /// How many tokens there are.
  int64_t size() const;
  /// Tokens [begin, begin + count) as int64. Throws IndexError past the end, and Error for a
  /// negative token.
  Tensor read(int64_t begin, int64_t count) const;
  /// The same, written to memory.
  void read_to(int64_t* to, int64_t begin, int64_t count) const;

 private:
  class Mapping;
  std::shared_ptr<const Mapping> mapping_;
};

}  // namespace gradus::data::text
