// Tokenizers of bytes and characters.
#include "data/text/tokenizer.h"

#include <zlib.h>

#include <fstream>

#include "data/text/read_text.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::data::text;

namespace {

std::string all_bytes() {
  std::string s;
  for (int i = 0; i < 256; ++i) s += char(i);
  return s;
}

using Tokens = std::vector<int64_t>;

}  // namespace

TEST_CASE("bytes are tokens") {
  const ByteTokenizer tokenizer;
  const Tokenizer& base = tokenizer;
  CHECK(base.size() == 256);
  CHECK(base.encode("a\xff") == Tokens{97, 255});
  CHECK(base.decode({97, 255}) == "a\xff");
  CHECK(base.decode(base.encode(all_bytes())) == all_bytes());
  CHECK(base.encode("").empty());
  CHECK_THROWS_AS(base.decode({256}), IndexError);
  CHECK(message([&] { base.decode({0, -1}); }) == "ByteTokenizer: token -1 is not in 0 .. 255");
}

TEST_CASE("characters are tokens, in the order of their code points") {
  const CharTokenizer tokenizer("hello, \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(tokenizer.size() == 9);
  CHECK(tokenizer.characters() == " ,ehlo\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(tokenizer.encode("oh\xE2\x82\xAC\xF0\x9F\x98\x80\xC3\xA9") == Tokens{5, 3, 7, 8, 6});
  CHECK(tokenizer.decode({5, 3, 7, 8, 6}) == "oh\xE2\x82\xAC\xF0\x9F\x98\x80\xC3\xA9");
  CHECK(CharTokenizer(tokenizer.characters()).characters() == tokenizer.characters());
  CHECK_THROWS_AS(tokenizer.decode({9}), IndexError);
  CHECK(message([&] { tokenizer.decode({-1}); }) == "CharTokenizer: token -1 is not in 0 .. 8");
  CHECK(CharTokenizer("").size() == 0);
}

TEST_CASE("the ends of each length of UTF-8") {
  const std::string text =
      std::string("\0\x7f\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", 18) +
      "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
  const CharTokenizer tokenizer(text);
  CHECK(tokenizer.size() == 10);
  CHECK(tokenizer.encode(text) == Tokens{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(tokenizer.characters() == text);
}

TEST_CASE("what is no UTF-8 is refused") {
  for (const char* text : {"ab\x80", "ab\xC3", "ab\xC3(", "ab\xE2\x82", "ab\xF0\x9F\x98",
                           "ab\xC1\xBF", "ab\xE0\x9F\xBF", "ab\xED\xA0\x80", "ab\xF0\x8F\xBF\xBF",
                           "ab\xF4\x90\x80\x80", "ab\xF8\x88\x80\x80\x80", "ab\xFF"}) {
    CHECK(message([&] { CharTokenizer{text}; }) == "CharTokenizer: the text is no UTF-8 at byte 2");
    CHECK(message([&] { CharTokenizer("ab", 0).encode(text); }) ==
          "CharTokenizer: the text is no UTF-8 at byte 2");
  }
}

TEST_CASE("characters that are not in the vocabulary") {
  CHECK(message([] { CharTokenizer("abc").encode("ab\xE2\x82\xAC"); }) ==
        "CharTokenizer: U+20AC at byte 2 is not in the vocabulary");
  const CharTokenizer own("abc", 3), shared("abc", 1);
  CHECK(own.size() == 4);
  CHECK(own.encode("cxa") == Tokens{2, 3, 0});
  CHECK(own.decode({2, 3, 0}) ==
        "c\xEF\xBF\xBD"
        "a");
  CHECK(own.characters() == "abc");
  CHECK(shared.size() == 3);
  CHECK(shared.encode("cxa") == Tokens{2, 1, 0});
  CHECK(message([] { CharTokenizer("abc", 4); }) ==
        "CharTokenizer: the unknown token is 4, not in 0 .. 3");
  CHECK_THROWS_AS(CharTokenizer("abc", -1), Error);
}

TEST_CASE("texts of files") {
  const TemporaryDirectory folder;
  std::ofstream(folder / "text", std::ios::binary) << std::string(200'000, 'a') + "b";
  const std::string text = read_text(folder / "text");
  CHECK(text.size() == 200'001);
  CHECK(text.back() == 'b');
  CHECK(read_text(folder / "text", 200'001) == text);
  CHECK(message([&] { read_text(folder / "text", 200'000); }) ==
        "read_text: " + (folder / "text") + " has more bytes than the limit of 200000");
  CHECK(message([&] { read_text(folder / "none"); }) ==
        "read_text: cannot open " + (folder / "none") + ": No such file or directory");
  CHECK_THROWS_AS(read_text(folder.path.string()), Error);
}

TEST_CASE("gzipped texts are unpacked, up to a limit") {
  const TemporaryDirectory folder;
  const std::string path = folder / "text.gz", text(1 << 23, 'a');  // 8 KB packed
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(file, text.data(), unsigned(text.size())) == int(text.size()));
  REQUIRE(gzclose(file) == Z_OK);
  CHECK(read_text(path) == text);
  CHECK(message([&] { read_text(path, 1 << 20); }) ==
        "read_text: " + path + " has more bytes than the limit of 1048576");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  CHECK(message([&] { read_text(path); }).find("the data are damaged") != std::string::npos);
}
