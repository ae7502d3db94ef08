// Byte-pair encoding: tokens are the 256 bytes, and pairs of tokens that occurred often together.
#pragma once

#include <unordered_map>
#include <utility>

#include "data/text/tokenizer.h"

namespace gradus::data::text {

/// Byte-level byte-pair encoding (Sennrich, Haddow and Birch 2016; Radford et al. 2019). Tokens 0
/// to 255 are the bytes, token 256 + i is the pair `merges()[i]` of earlier tokens. Whatever the
/// bytes of a text, decode(encode(text)) gives them back.
///
///   const auto tokenizer = BPETokenizer::train(read_text("corpus.txt"), 1000);
///   tokenizer.save("corpus.json");
///
/// No token crosses from a word to the next: text is first cut into runs of letters (with all bytes
/// above 127), of digits, of white space and of other characters, and the space before a run of the
/// other kinds belongs to it.
class BPETokenizer : public Tokenizer {
 public:
  /// Two tokens that make a new one.
  using Pair = std::pair<int32_t, int32_t>;
  /// The most tokens that there may be.
  static constexpr int64_t most_tokens = 1 << 20;
  /// The most bytes that a token may have.
  static constexpr int64_t most_bytes = 1 << 10;

  /// Token 256 + i stands for merges[i]. Throws Error where a pair is not of earlier tokens, comes
  /// twice or has more than `most_bytes`, and for more than `most_tokens`.
  explicit BPETokenizer(std::vector<Pair> merges = {});
  /// Learns merges from a text until there are `size` tokens, or no pair occurs `min_count` times.
  /// Each merges the pair that occurs most often then, of several the one with the smallest first
  /// token, and then the smallest second. Time grows as the distinct words. Throws ValueError
  /// unless `size` is in 256 .. most_tokens and `min_count` is positive.
  static BPETokenizer train(std::string_view text, int64_t size, int64_t min_count = 2);
  /// Reads what save() wrote. Whatever is wrong with the file throws Error with its name.
  static BPETokenizer load(const std::string& path);
  /// Writes a JSON file: {"type": "byte-level BPE", "merges": [[104, 101], [256, 32], ...]}.
  void save(const std::string& path) const;

  /// The tokens of a text: of each word, the merges in the order in which they were learnt. Time
  /// grows as n log n with the length of a word.
  std::vector<int64_t> encode(std::string_view text) const override;
  /// The bytes of tokens. Throws IndexError for a number that is no token.
  std::string decode(IntArrayRef tokens) const override;
  /// 256 and the merges.
  int64_t size() const override { return 256 + int64_t(merges_.size()); }
  /// What each token above 255 is made of.
  const std::vector<Pair>& merges() const noexcept { return merges_; }

 private:
  class Encoder;
  // Errors name `place`, such as `x.json: `.
  BPETokenizer(std::vector<Pair> merges, const std::string& place);

  std::vector<Pair> merges_;
  std::vector<int32_t> bytes_;                   // how many each token has
  std::unordered_map<uint64_t, int32_t> found_;  // by pair_key(), the merge
};

}  // namespace gradus::data::text
