// Byte-pair encoding beside one that counts everything anew; files, and what is wrong with them.
#include "data/text/byte_pairs.h"

#include <fstream>
#include <map>
#include <random>

#include "data/text/pairs.h"
#include "data/text/read_text.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::data::text;

namespace {

using Pair = BPETokenizer::Pair;
using Tokens = std::vector<int64_t>;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) words.emplace_back(take_word(text));
  return words;
}

void merge(Tokens& word, Pair pair, int64_t token) {
  Tokens out;
  for (size_t i = 0; i < word.size(); ++i)
    if (i + 1 < word.size() && word[i] == pair.first && word[i + 1] == pair.second) {
      out.push_back(token);
      ++i;
    } else {
      out.push_back(word[i]);
    }
  word = out;
}

Tokens bytes_of(const std::string& word) {
  Tokens tokens;
  for (const char c : word) tokens.push_back(uint8_t(c));
  return tokens;
}

// The definition: count all pairs, merge one, begin again.
std::vector<Pair> merges_by_counting(const std::string& text, int64_t size, int64_t min_count) {
  std::vector<Tokens> words;
  for (const std::string& word : words_of(text)) words.push_back(bytes_of(word));
  std::vector<Pair> merges;
  while (256 + int64_t(merges.size()) < size) {
    std::map<Pair, int64_t> counts;
    for (const Tokens& word : words)
      for (size_t i = 1; i < word.size(); ++i) ++counts[{int32_t(word[i - 1]), int32_t(word[i])}];
    const auto best =
        std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;  // the first of equals, in the order of pairs
        });
    if (best == counts.end() || best->second < min_count) break;
    for (Tokens& word : words) merge(word, best->first, 256 + int64_t(merges.size()));
    merges.push_back(best->first);
  }
  return merges;
}
Tokens encoded_by_definition(const BPETokenizer& tokenizer, const std::string& text) {
  Tokens all;
  for (const std::string& word : words_of(text)) {
    Tokens tokens = bytes_of(word);
    for (size_t i = 0; i < tokenizer.merges().size(); ++i)
      merge(tokens, tokenizer.merges()[i], 256 + int64_t(i));
    all.insert(all.end(), tokens.begin(), tokens.end());
  }
  return all;
}

std::string random_text(int seed, size_t n, const std::string& letters) {
  std::mt19937 random{uint32_t(seed)};
  std::string s;
  for (size_t i = 0; i < n; ++i) s += letters[random() % letters.size()];
  return s;
}

const std::string sentence = "the cat sat on the mat; the rat sat at the other cat's mat. ";

}  // namespace

TEST_CASE("text is cut into words") {
  using Words = std::vector<std::string>;
  CHECK(words_of("the cat's 12 mice") == Words{"the", " cat", "'", "s", " 12", " mice"});
  CHECK(words_of("a  b\n\nc \n d") == Words{"a", " ", " b", "\n\n", "c", " \n", " d"});
  CHECK(words_of("  ") == Words{"  "});
  CHECK(words_of(" ") == Words{" "});
  CHECK(words_of("x1+\xC3\xA9y, z") == Words{"x", "1", "+", "\xC3\xA9y", ",", " z"});
  CHECK(words_of("a \tb") == Words{"a", " \t", "b"});
  // The ends of each kind.
  CHECK(words_of("`az{@AZ[/09:") == Words{"`", "az", "{@", "AZ", "[/", "09", ":"});
  CHECK(words_of("\b\t\r\x0e\x7f\x80") == Words{"\b", "\t\r", "\x0e\x7f", "\x80"});
}

TEST_CASE("merges are learnt as by counting all pairs anew") {
  CHECK(BPETokenizer::train("aaab aaab", 258).merges() ==
        std::vector<Pair>{{'a', 'a'}, {'a', 'b'}});
  // Of pairs with the same count the smallest is first: ("b", "c") before ("c", "b").
  CHECK(BPETokenizer::train("cb bc cb bc", 257).merges() == std::vector<Pair>{{' ', 'b'}});
  for (int seed = 0; seed < 40; ++seed) {
    // Few letters make long runs, pairs that overlap, and many equal counts.
    const std::string text = random_text(seed, 300, seed % 2 ? "aab " : "abcdefgh  1.");
    for (const int64_t min_count : {1, 2, 5}) {
      const BPETokenizer tokenizer = BPETokenizer::train(text, 256 + 60, min_count);
      CHECK(tokenizer.merges() == merges_by_counting(text, 256 + 60, min_count));
      CHECK(tokenizer.encode(text) == encoded_by_definition(tokenizer, text));
      const std::string other = random_text(seed + 100, 200, "aabcd ");
      CHECK(tokenizer.encode(other) == encoded_by_definition(tokenizer, other));
      CHECK(tokenizer.decode(tokenizer.encode(other)) == other);
    }
  }
}

TEST_CASE("every byte string comes back") {
  const BPETokenizer tokenizer = BPETokenizer::train(sentence + sentence, 270);
  CHECK(tokenizer.size() == 270);
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += char(i);
  for (const std::string& text :
       {std::string(), bytes, bytes + bytes, sentence, random_text(1, 5000, bytes),
        std::string(3, '\0'), std::string("\xC3\xA9\xE2\x82")})
    CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
  CHECK(tokenizer.encode(sentence).size() < sentence.size() / 2);
  CHECK(BPETokenizer().encode("ab") == Tokens{97, 98});
  CHECK_THROWS_AS(tokenizer.decode({270}), IndexError);
  CHECK(message([&] {
          tokenizer.decode({97, -1});
        }) == "BPETokenizer: token -1 is not in 0 .. 269");
}

TEST_CASE("learning ends where no pair is left, and at the longest token") {
  CHECK(BPETokenizer::train("", 1000).size() == 256);
  CHECK(BPETokenizer::train("abab", 1000, 3).size() == 256);
  CHECK(BPETokenizer::train("ab ab", 1000).size() == 257);
  // A run of one letter doubles its token until that has the most bytes.
  const std::string run(1 << 14, 'a');
  const BPETokenizer tokenizer = BPETokenizer::train(run, 1000);
  for (int64_t i = 0; i < tokenizer.size(); ++i)
    CHECK(int64_t(tokenizer.decode({i}).size()) <= BPETokenizer::most_bytes);
  CHECK(tokenizer.encode(run) == Tokens(16, 265));
  // Both halves count: 513 bytes and 512 are too many.
  std::string words;
  for (int i = 0; i < 4; ++i) words += 'b' + std::string(1024, 'a') + '\n';
  CHECK(BPETokenizer::train(words, 1000).encode(words.substr(0, 1025)) == Tokens{265, 264});
  CHECK(BPETokenizer::train("a", BPETokenizer::most_tokens).size() == 256);
  CHECK_THROWS_AS(BPETokenizer::train("a", 255), ValueError);
  CHECK(message([] { BPETokenizer::train("a", 2 << 20); }) ==
        "BPETokenizer: size 2097152 is not in 256 .. 1048576");
  CHECK(message([] { BPETokenizer::train("a", 256, 0); }) ==
        "BPETokenizer: min_count 0 is not positive");
}

TEST_CASE("long words take no quadratic time") {
  const std::string word = random_text(2, 1 << 19, "abcdefghijklmnop");
  const BPETokenizer tokenizer = BPETokenizer::train(word, 5000);
  CHECK(tokenizer.size() == 5000);
  CHECK(tokenizer.decode(tokenizer.encode(word)) == word);
}

TEST_CASE("merges are checked") {
  CHECK(message([] {
          BPETokenizer({{97, 256}});
        }) == "BPETokenizer: token 256 is [97, 256], not of earlier tokens");
  for (const Pair& pair : {Pair{256, 97}, Pair{-1, 97}, Pair{97, -1}})
    CHECK_THROWS_AS(BPETokenizer({pair}), Error);
  CHECK(message([] {
          BPETokenizer({{97, 98}, {97, 98}});
        }) == "BPETokenizer: token 257 is [97, 98], and an earlier one is as well");
  std::vector<Pair> doubling{{97, 97}};
  for (int32_t i = 0; i < 10; ++i) doubling.emplace_back(256 + i, 256 + i);
  CHECK(message([&] { BPETokenizer{doubling}; }) ==
        "BPETokenizer: token 266 has 2048 bytes, more than 1024");
}

TEST_CASE("byte pairs are saved and loaded") {
  const TemporaryDirectory folder;
  const BPETokenizer tokenizer = BPETokenizer::train(sentence + sentence, 280);
  tokenizer.save(folder / "pairs.json");
  const BPETokenizer loaded = BPETokenizer::load(folder / "pairs.json");
  CHECK(loaded.merges() == tokenizer.merges());
  CHECK(loaded.encode(sentence) == tokenizer.encode(sentence));
  BPETokenizer().save(folder / "none.json");
  CHECK(BPETokenizer::load(folder / "none.json").size() == 256);
  CHECK(message([&] { BPETokenizer::load(folder / "absent"); }) ==
        "BPETokenizer: cannot open " + (folder / "absent") + ": No such file or directory");
}

TEST_CASE("what is wrong with a file of byte pairs is said") {
  const TemporaryDirectory folder;
  const std::string path = folder / "x";
  const auto why = [&](const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    const std::string said = message([&] { BPETokenizer::load(path); });
    const std::string start = "BPETokenizer: " + path + ": ";
    return said.starts_with(start) ? said.substr(start.size()) : "without the name: " + said;
  };
  const std::string head = R"({"type": "byte-level BPE", "merges": )";
  CHECK(why("") == "no JSON at byte 1");
  CHECK(why("{") == "no JSON at byte 2");
  CHECK(why(head + "[]} x") == "no JSON at byte 42");
  CHECK(why(head + "[]}" + std::string("\0x", 2)) == "no JSON at byte 41");
  CHECK(why("[]") == "an array is where none belongs, after 0 merges");
  CHECK(why("5") == "a number is where none belongs, after 0 merges");
  CHECK(why("{}") == R"(there is no "type")");
  CHECK(why(R"({"type": "byte-level BPE"})") == R"(there is no "merges")");
  CHECK(why(R"({"type": "words", "merges": []})") == R"(the type is not "byte-level BPE")");
  CHECK(why(R"({"type": 1})") == "a number is where none belongs, after 0 merges");
  CHECK(why(R"({"kind": 1})") == "another key is where none belongs, after 0 merges");
  CHECK(why(head + R"([], "merges": []})") == R"("merges" is there twice)");
  CHECK(why(head + "3}") == "a number is where none belongs, after 0 merges");
  CHECK(why(head + "{}}") == "an object is where none belongs, after 0 merges");
  CHECK(why(head + R"("a"})") == "a string is where none belongs, after 0 merges");
  CHECK(why(head + "[3]}") == "a number is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, 98], [97]]}") == "merge 1 has 1 numbers, not 2");
  CHECK(why(head + "[[97, 98, 99]]}") == "a number is where none belongs, after 0 merges");
  CHECK(why(head + "[[[1, 2]]]}") == "an array is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, -1]]}") == "a negative number is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, 1.5]]}") == "a fraction is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, 1e99]]}") == "a fraction is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, null]]}") == "null is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, true]]}") == "a bool is where none belongs, after 0 merges");
  CHECK(why(head + "[[97, 4294967393]]}") == "token 4294967393 is not below 1048576");
  CHECK(why(head + "[[97, 256]]}") == "token 256 is [97, 256], not of earlier tokens");
  CHECK(why(head + "[[97, 98], [97, 98]]}") ==
        "token 257 is [97, 98], and an earlier one is as well");
  CHECK(why(std::string(1 << 20, '[')) == "an array is where none belongs, after 0 merges");
}
