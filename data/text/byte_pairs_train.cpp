#include <algorithm>
#include <queue>

#include "data/text/byte_pairs.h"
#include "data/text/pairs.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::text {
namespace {

struct Word {
  size_t begin, length;  // of its tokens
  int64_t count;         // how often it stands in the text
};

// How often a pair occurs, and in which words; it may since have gone from some of them.
struct Occurrences {
  int64_t count = 0;
  std::vector<uint32_t> words;
};

// A merge changes only the counts of pairs beside it: those that it breaks become fewer, and those
// that it makes are new, as the new token is one of the two. So an entry of the heap never
// understates a count, and an entry that overstates it is put back with the count of now.
class Trainer {
 public:
  Trainer(std::string_view text, int64_t min_count) : min_count_(min_count) {
    std::unordered_map<std::string_view, uint32_t> numbers;
    while (!text.empty()) {
      const std::string_view word = take_word(text);
      const auto [at, is_new] = numbers.emplace(word, uint32_t(words_.size()));
      if (is_new) {
        if (words_.size() == UINT32_MAX) fail("BPETokenizer: the text has too many words");
        words_.push_back({tokens_.size(), word.size(), 0});
        for (const char c : word) tokens_.push_back(uint8_t(c));
      }
      ++words_[at->second].count;
    }
    for (uint32_t w = 0; w < words_.size(); ++w)
      for (size_t i = 1; i < words_[w].length; ++i)
        add(tokens_[words_[w].begin + i - 1], tokens_[words_[w].begin + i], w);
    for (const auto& [key, pair] : pairs_) propose(key, pair.count);
  }

  std::vector<BPETokenizer::Pair> merge_to(int64_t size) {
    std::vector<BPETokenizer::Pair> merges;
    while (256 + int64_t(merges.size()) < size && !proposals_.empty()) {
      const Proposal best = proposals_.top();
      proposals_.pop();
      const auto found = pairs_.find(best.key);
      if (found->second.count < best.count) {
        propose(best.key, found->second.count);
        continue;
      }
      const auto first = int32_t(best.key >> 32), second = int32_t(best.key);
      const std::vector<uint32_t> words = std::move(found->second.words);
      new_token_ = int32_t(bytes_.size());
      bytes_.push_back(bytes_[size_t(first)] + bytes_[size_t(second)]);
      made_.clear();
      for (const uint32_t w : words) merge(first, second, w);
      pairs_.erase(best.key);
      for (const uint64_t key : made_) propose(key, pairs_.at(key).count);
      merges.emplace_back(first, second);
    }
    return merges;
  }

 private:
  struct Proposal {
    int64_t count;
    uint64_t key;
    bool operator<(const Proposal& b) const {
      return count != b.count ? count < b.count : key > b.key;
    }
  };

  void propose(uint64_t key, int64_t count) {
    const int64_t bytes = bytes_[key >> 32] + bytes_[uint32_t(key)];
    if (count >= min_count_ && bytes <= BPETokenizer::most_bytes) proposals_.push({count, key});
  }
  // One more place of a pair, in word w.
  void add(int32_t first, int32_t second, uint32_t w) {
    const uint64_t key = pair_key(first, second);
    const auto [at, is_new] = pairs_.try_emplace(key);
    if (is_new) made_.push_back(key);
    at->second.count += words_[w].count;
    if (std::vector<uint32_t>& in = at->second.words; in.empty() || in.back() != w) in.push_back(w);
  }
  void remove(int32_t first, int32_t second, uint32_t w) {
    pairs_.at(pair_key(first, second)).count -= words_[w].count;
  }
  void merge(int32_t first, int32_t second, uint32_t w) {
    int32_t* const t = tokens_.data() + words_[w].begin;
    const size_t n = words_[w].length;
    size_t length = 0;
    int32_t before = 0;       // the token before i, as it was
    bool was_merged = false;  // it is part of a merge
    for (size_t i = 0; i < n;) {
      const bool merged = i + 1 < n && t[i] == first && t[i + 1] == second;
      const int32_t token = merged ? new_token_ : t[i];
      if (length > 0 && (merged || was_merged)) {
        remove(before, t[i], w);
        add(t[length - 1], token, w);
      }
      if (merged) remove(first, second, w);
      before = merged ? second : token;
      was_merged = merged;
      i += merged ? 2 : 1;
      t[length++] = token;
    }
    words_[w].length = length;
  }

  const int64_t min_count_;
  std::vector<Word> words_;
  std::vector<int32_t> tokens_;  // of all words
  std::vector<int64_t> bytes_ = std::vector<int64_t>(256, 1);
  std::unordered_map<uint64_t, Occurrences> pairs_;
  std::priority_queue<Proposal> proposals_;
  int32_t new_token_ = 0;
  std::vector<uint64_t> made_;  // pairs that are new since it was cleared
};

}  // namespace

BPETokenizer BPETokenizer::train(std::string_view text, int64_t size, int64_t min_count) try {
  if (size < 256 || size > most_tokens)
    fail_value("BPETokenizer: size {} is not in 256 .. {}", size, int64_t(most_tokens));
  if (min_count < 1) fail_value("BPETokenizer: min_count {} is not positive", min_count);
  return BPETokenizer(Trainer(text, min_count).merge_to(size));
} catch (...) {
  gradus::detail::rethrow_as_error("BPETokenizer");
}

}  // namespace gradus::data::text
