// Text files that become files of tokens, piece by piece.
#include "data/text/encode_file.h"

#include <zlib.h>

#include <fstream>

#include "data/text/byte_pairs.h"
#include "data/text/read_text.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::data::text;

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}
// Words of many lengths, runs of white space, and what is neither letter nor digit.
std::string mixed_text() {
  std::string text;
  uint32_t x = 1;
  for (int i = 0; i < 3000; ++i) {
    x = x * 1664525 + 1013904223;
    text += "ab \n,7\xc3\xa9 e"[x >> 29 == 7 ? 3 : x >> 29];
    if (text.back() == char(0xc3)) text += char(0xa9);
  }
  return text;
}

}  // namespace

TEST_CASE("a file encoded in pieces has the tokens of its text") {
  const TemporaryDirectory folder;
  const std::string text = mixed_text(), path = folder / "text", tokens = folder / "tokens";
  write(path, text);
  const BPETokenizer pairs = BPETokenizer::train(text, 400);
  const CharTokenizer characters(text);
  for (const Tokenizer* t :
       {static_cast<const Tokenizer*>(&pairs), static_cast<const Tokenizer*>(&characters)})
    for (const int64_t piece : {1, 2, 7, 64, 2999, 1 << 20}) {
      CAPTURE(piece);
      const std::vector<int64_t> want = t->encode(text);
      CHECK(encode_file(*t, path, tokens, TokenType::Int32, piece) == int64_t(want.size()));
      const TokenFile file(tokens, TokenType::Int32);
      REQUIRE(file.size() == int64_t(want.size()));
      std::vector<int64_t> got(want.size());
      file.read_to(got.data(), 0, file.size());
      CHECK(got == want);
    }
}

TEST_CASE("gzipped, empty and unbroken texts are encoded") {
  const TemporaryDirectory folder;
  const std::string path = folder / "text", tokens = folder / "tokens";
  const gzFile packed = gzopen(path.c_str(), "wb");
  gzputs(packed, "to be");
  gzclose(packed);
  CHECK(encode_file(ByteTokenizer(), path, tokens) == 5);
  write(path, "");
  CHECK(encode_file(ByteTokenizer(), path, tokens) == 0);
  CHECK(TokenFile(tokens).size() == 0);
  write(path, std::string(1 << 22, 'a'));  // searched once for each doubling, not for each byte
  CHECK(encode_file(ByteTokenizer(), path, tokens, TokenType::UInt16, 1) == 1 << 22);
}

TEST_CASE("what is wrong with an encoded text is said, and an old file stays") {
  const TemporaryDirectory folder;
  const std::string path = folder / "text", tokens = folder / "tokens";
  write_tokens(tokens, {9});
  write(path, "abc abc\xff abc");
  const auto why = [&](int64_t piece) {
    return message(
        [&] { encode_file(CharTokenizer("abc "), path, tokens, TokenType::UInt16, piece); });
  };
  CHECK(why(4) ==
        "encode_file: " + path + " from byte 3 on: CharTokenizer: the text is no UTF-8 at byte 4");
  CHECK(why(0) == "encode_file: piece 0 is not in 1 .. 1073741824");
  CHECK(why(INT64_MAX) == "encode_file: piece 9223372036854775807 is not in 1 .. 1073741824");
  CHECK(message([&] {
          encode_file(ByteTokenizer(), folder / "none", tokens);
        }).starts_with("encode_file: cannot open "));
  CHECK(TokenFile(tokens).size() == 1);
}
