#include <algorithm>
#include <queue>

#include "data/text/byte_pairs.h"
#include "data/text/pairs.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::text {
namespace {

struct Word {
  size_t begin;     // of its cells
  uint32_t length;  // in bytes
  int64_t count;    // how often it stands in the text
};

// Where in a word a pair begins.
struct Place {
  uint32_t word, at;
};

// How often a pair occurs, and at which places; it may since have gone from some of them.
struct Occurrences {
  int64_t count = 0;
  std::vector<Place> places;
};

// A merge changes only the counts of pairs beside it: those that it breaks become fewer, and those
// that it makes are new, as the new token is one of the two. So an entry of the heap never
// understates a count, and an entry that overstates it is put back with the count of now.
//
// A word has a cell for each byte. The first cell of a token has its number, the last of several
// their number negated, so that both neighbours are found at once, and those between are negative.
class Trainer {
 public:
  Trainer(std::string_view text, int64_t min_count) : min_count_(min_count) {
    std::unordered_map<std::string_view, uint32_t> numbers;
    while (!text.empty()) {
      const std::string_view word = take_word(text);
      const auto [at, is_new] = numbers.emplace(word, uint32_t(words_.size()));
      if (is_new) {
        if (words_.size() == UINT32_MAX) fail("BPETokenizer: the text has too many words");
        if (word.size() > UINT32_MAX)
          fail("BPETokenizer: a word has {} bytes, more than {}", word.size(), UINT32_MAX);
        words_.push_back({cells_.size(), uint32_t(word.size()), 0});
        for (const char c : word) cells_.push_back(uint8_t(c));
      }
      ++words_[at->second].count;
    }
    for (uint32_t w = 0; w < words_.size(); ++w)
      for (uint32_t i = 1; i < words_[w].length; ++i) {
        const int32_t* const t = cells_.data() + words_[w].begin + i;
        add(t[-1], t[0], {w, i - 1});
      }
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
      const std::vector<Place> places = std::move(found->second.places);
      const auto made = int32_t(bytes_.size());
      bytes_.push_back(bytes_[size_t(first)] + bytes_[size_t(second)]);
      made_.clear();
      for (const Place& place : places) merge(first, second, made, place);
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
  // One more place of a pair. Those of a word come from left to right.
  void add(int32_t first, int32_t second, Place place) {
    const uint64_t key = pair_key(first, second);
    const auto [at, is_new] = pairs_.try_emplace(key);
    if (is_new) made_.push_back(key);
    at->second.count += words_[place.word].count;
    at->second.places.push_back(place);
  }
  void remove(int32_t first, int32_t second, uint32_t word) {
    pairs_.at(pair_key(first, second)).count -= words_[word].count;
  }
  // Makes one token of two, if they are still there.
  void merge(int32_t first, int32_t second, int32_t made, Place place) {
    const auto [word, at] = place;
    int32_t* const t = cells_.data() + words_[word].begin;
    const auto next = at + uint32_t(bytes_[size_t(first)]);
    if (t[at] != first || t[next] != second) return;
    const auto end = at + uint32_t(bytes_[size_t(made)]);
    remove(first, second, word);
    t[next] = -1;
    t[end - 1] = -int32_t(end - at);
    t[at] = made;
    if (at > 0) {
      const uint32_t before = t[at - 1] < 0 ? at - uint32_t(-t[at - 1]) : at - 1;
      remove(t[before], first, word);
      add(t[before], made, {word, before});
    }
    if (end < words_[word].length) {
      remove(second, t[end], word);
      add(made, t[end], place);
    }
  }

  const int64_t min_count_;
  std::vector<Word> words_;
  std::vector<int32_t> cells_;  // of all words
  std::vector<int64_t> bytes_ = std::vector<int64_t>(256, 1);
  std::unordered_map<uint64_t, Occurrences> pairs_;
  std::priority_queue<Proposal> proposals_;
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
