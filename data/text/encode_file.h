// Text files that become files of tokens.
#pragma once

#include <string>

#include "data/text/tokenizer.h"
#include "data/text/tokens.h"

namespace gradus::data::text {

/// Encodes a text file, plain or gzipped and of any size, to a file of tokens, and gives their
/// number. Memory holds `piece` bytes of text at a time, or as many as there are without white
/// space: text is cut before white space behind another character, where the tokenizers of this
/// library cut as well, so that the tokens are those of the text as a whole. Throws ValueError
/// unless `piece` is in 1 .. 2^30, Error for what cannot be read, encoded or written; an old file
/// then stays as it was.
int64_t encode_file(const Tokenizer& tokenizer, const std::string& text_path,
                    const std::string& token_path, TokenType type = TokenType::UInt16,
                    int64_t piece = 1 << 20);

}  // namespace gradus::data::text
