#include "data/text/byte_pairs.h"

#include <algorithm>
#include <queue>

#include "data/text/pairs.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::text {
namespace {

enum class Kind { letter, digit, space, other };

Kind kind_of(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || uint8_t(c) >= 0x80) return Kind::letter;
  if (c >= '0' && c <= '9') return Kind::digit;
  return is_space(c) ? Kind::space : Kind::other;
}

}  // namespace

std::string_view take_word(std::string_view& text) {
  const size_t first = text[0] == ' ' && text.size() > 1 && kind_of(text[1]) != Kind::space;
  const Kind kind = kind_of(text[first]);
  size_t end = first + 1;
  while (end < text.size() && kind_of(text[end]) == kind) ++end;
  // The last space of several belongs to the word behind them.
  if (kind == Kind::space && end > 1 && end < text.size() && text[end - 1] == ' ') --end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

BPETokenizer::BPETokenizer(std::vector<Pair> merges) : BPETokenizer(std::move(merges), "") {}
BPETokenizer::BPETokenizer(std::vector<Pair> merges, const std::string& place) try
    : merges_(std::move(merges)) {
  if (size() > most_tokens)
    fail("BPETokenizer: {}there are {} tokens, more than {}", place, size(), int64_t(most_tokens));
  bytes_.assign(256, 1);
  for (size_t i = 0; i < merges_.size(); ++i) {
    const auto [first, second] = merges_[i];
    const auto token = int32_t(bytes_.size());
    if (first < 0 || first >= token || second < 0 || second >= token)
      fail("BPETokenizer: {}token {} is [{}, {}], not of earlier tokens", place, token, first,
           second);
    bytes_.push_back(bytes_[size_t(first)] + bytes_[size_t(second)]);
    if (bytes_.back() > most_bytes)
      fail("BPETokenizer: {}token {} has {} bytes, more than {}", place, token, bytes_.back(),
           int64_t(most_bytes));
    if (!found_.emplace(pair_key(first, second), int32_t(i)).second)
      fail("BPETokenizer: {}token {} is [{}, {}], and an earlier one is as well", place, token,
           first, second);
  }
} catch (...) {
  gradus::detail::rethrow_as_error("BPETokenizer");
}

// Merges the symbols of one word after the other; its memory is used again.
class BPETokenizer::Encoder {
 public:
  explicit Encoder(const BPETokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void encode(std::string_view word, std::vector<int64_t>& out) {
    const size_t n = word.size();
    symbols_.resize(n);
    for (size_t i = 0; i < n; ++i) symbols_[i] = {uint8_t(word[i]), i - 1, i + 1};
    for (size_t i = 0; i + 1 < n; ++i) propose(i);
    while (!proposals_.empty()) {
      const auto [merge, at] = proposals_.top();
      proposals_.pop();
      apply(merge, at);
    }
    for (size_t i = 0; i < n; i = symbols_[i].next) out.push_back(symbols_[i].token);
  }

 private:
  struct Symbol {
    int32_t token;  // -1: it is part of the one before
    size_t previous, next;
  };
  struct Proposal {
    int32_t merge;
    size_t at;
    bool operator>(const Proposal& b) const {
      return merge != b.merge ? merge > b.merge : at > b.at;
    }
  };

  void propose(size_t at) {
    const size_t next = symbols_[at].next;
    const auto found = tokenizer_.found_.find(pair_key(symbols_[at].token, symbols_[next].token));
    if (found != tokenizer_.found_.end()) proposals_.push({found->second, at});
  }
  void apply(int32_t merge, size_t at) {
    const Pair& pair = tokenizer_.merges_[size_t(merge)];
    Symbol& s = symbols_[at];
    // Since it was proposed, another merge may have taken one of the two.
    if (s.token != pair.first || s.next == symbols_.size() || symbols_[s.next].token != pair.second)
      return;
    Symbol& taken = symbols_[s.next];
    taken.token = -1;
    s.token = 256 + merge;
    s.next = taken.next;
    if (s.next < symbols_.size()) {
      symbols_[s.next].previous = at;
      propose(at);
    }
    if (at > 0) propose(s.previous);
  }

  const BPETokenizer& tokenizer_;
  std::vector<Symbol> symbols_;
  std::priority_queue<Proposal, std::vector<Proposal>, std::greater<>> proposals_;
};

std::vector<int64_t> BPETokenizer::encode(std::string_view text) const try {
  std::vector<int64_t> tokens;
  Encoder encoder(*this);
  while (!text.empty()) encoder.encode(take_word(text), tokens);
  return tokens;
} catch (...) {
  gradus::detail::rethrow_as_error("BPETokenizer");
}

std::string BPETokenizer::decode(IntArrayRef tokens) const try {
  size_t total = 0;
  for (const int64_t token : tokens) {
    if (token < 0 || token >= size())
      fail_index("BPETokenizer: token {} is not in 0 .. {}", token, size() - 1);
    total += size_t(bytes_[size_t(token)]);
  }
  std::string text;
  text.reserve(total);
  std::vector<int32_t> rest;  // what is still to be written of a token, the last first
  for (const int64_t token : tokens) {
    rest.push_back(int32_t(token));
    while (!rest.empty()) {
      const int32_t t = rest.back();
      rest.pop_back();
      if (t < 256) {
        text += char(t);
      } else {
        const Pair& pair = merges_[size_t(t) - 256];
        rest.push_back(pair.second);
        rest.push_back(pair.first);
      }
    }
  }
  return text;
} catch (...) {
  gradus::detail::rethrow_as_error("BPETokenizer");
}

}  // namespace gradus::data::text
