#include "data/text/encode_file.h"

#include <algorithm>

#include "data/text/pairs.h"
#include "data/unpacked.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::text {
namespace {

constexpr int64_t most_piece = 1 << 30;

// The last place in text[from, ...) before white space and behind another character, or 0.
size_t last_cut(std::string_view text, size_t from) {
  for (size_t at = text.size(); at-- > std::max<size_t>(from, 1);)
    if (is_space(text[at]) && !is_space(text[at - 1])) return at;
  return 0;
}

}  // namespace

int64_t encode_file(const Tokenizer& tokenizer, const std::string& text_path,
                    const std::string& token_path, TokenType type, int64_t piece) try {
  if (piece < 1 || piece > most_piece)
    fail_value("encode_file: piece {} is not in 1 .. {}", piece, most_piece);
  Unpacked file("encode_file", text_path);
  TokenWriter writer(token_path, type);
  std::string text;
  uint64_t before = 0;  // bytes of text that are encoded
  for (bool more = true; more;) {
    // Text with no place to be cut doubles, so that long words take no quadratic time.
    const size_t had = text.size(), n = std::max(had, size_t(piece));
    text.resize(had + n);
    const size_t got = file.read(text.data() + had, n);
    text.resize(had + got);
    more = got == n;
    const size_t cut = more ? last_cut(text, had) : text.size();
    if (cut == 0) continue;
    try {
      writer.write(tokenizer.encode(std::string_view(text).substr(0, cut)));
    } catch (const Error& e) {
      fail("encode_file: {} from byte {} on: {}", text_path, before, e.msg());
    }
    text.erase(0, cut);
    before += cut;
  }
  writer.close();
  return writer.size();
} catch (...) {
  gradus::detail::rethrow_as_error("encode_file");
}

}  // namespace gradus::data::text
