// Files of tokens.
#pragma once

#include <memory>

#include "tensor/base/owned.h"
#include "tensor/tensor.h"

namespace gradus {
class Replacement;
}
namespace gradus::data::text {

/// How a file has tokens: little-endian numbers and nothing else, 0 to 65,535 or 0 to
/// 2,147,483,647.
enum class TokenType { UInt16, Int32 };

/// Writes a file of tokens. Throws Error for a token that the type does not hold; an old file then
/// stays as it was.
void write_tokens(const std::string& path, IntArrayRef tokens, TokenType type = TokenType::UInt16);

/// Writes a file of more tokens than memory holds, piece by piece:
///
///   TokenWriter file("train.tokens");
///   for (const std::string& line : lines) file.write(tokenizer.encode(line));
///   file.close();
///
/// The tokens are in the file, in place of those of an old one, once close() has returned. Without
/// it an old file stays as it was.
class TokenWriter {
 public:
  /// Throws Error when the file may not be written.
  explicit TokenWriter(const std::string& path, TokenType type = TokenType::UInt16);
  TokenWriter(TokenWriter&&) noexcept;
  TokenWriter& operator=(TokenWriter&&) noexcept;
  ~TokenWriter();
  /// Appends tokens. Throws Error for one that the type does not hold, and then appends none of
  /// them; when the system does not write them, the file is given up.
  void write(IntArrayRef tokens);
  /// How many were written.
  int64_t size() const { return size_; }
  /// Ends the file. Throws Error when the system does not write it.
  void close();

 private:
  gradus::detail::Owned<Replacement> file_;
  TokenType type_;
  int64_t size_ = 0;
};

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
