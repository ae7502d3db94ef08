// A file of byte pairs, which are then used, or a file of tokens.
#include "data/text/byte_pairs.h"
#include "data/text/token_windows.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;
using namespace gradus::data::text;

enum What : uint8_t { pairs, narrow, wide, kinds };

}  // namespace

void fuzz::run(std::string_view input) {
  static const File file;
  Bytes bytes(input);
  const size_t what = bytes.below(kinds);
  if (what == pairs) {
    const std::string text(bytes.take(bytes.below(64)));
    file.replace(bytes.rest());
    const BPETokenizer tokenizer = BPETokenizer::load(file.path());
    require(tokenizer.decode(tokenizer.encode(text)) == text, "a text does not come back");
    return;
  }
  const auto length = bytes.take<int64_t>(), stride = bytes.take<int64_t>();
  file.replace(bytes.rest());
  data::datasets::TokenWindows windows(
      TokenFile(file.path(), what == narrow ? TokenType::UInt16 : TokenType::Int32), length,
      stride);
  windows.get(0);
  windows.get(*windows.size() - 1);
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  for (const char* merges : {"[]", "[[97, 98], [256, 99]]", "[[32, 97],[256,256]]"})
    all.push_back(std::string{char(pairs), 4} + "abca" +
                  R"({"type": "byte-level BPE", "merges": )" + merges + "}");
  for (const char kind : {narrow, wide})
    all.push_back(kind + std::string("\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16) +
                  std::string("\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 16));
  return all;
}
