#include <fmt/format.h>

#include <iterator>

#include "data/text/byte_pairs.h"
#include "data/unpacked.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/io/strict_json.h"

namespace gradus::data::text {
namespace {

constexpr std::string_view type_name = "byte-level BPE";
// As long as a file of most_tokens can be, with room for spaces.
constexpr uint64_t most_file_bytes = 1 << 26;

// {"type": "byte-level BPE", "merges": [[104, 101], [256, 32]]} and nothing else.
class MergesParser : public StrictJson {
 public:
  std::vector<BPETokenizer::Pair> merges;

  explicit MergesParser(const std::string& path) : path_(path) {}
  // After the last byte.
  void finish() const {
    if (!had_type_ || !had_merges_)
      fail("BPETokenizer: {}: there is no \"{}\"", path_, had_type_ ? "merges" : "type");
  }

  bool number_unsigned(number_unsigned_t v) override {
    if (depth_ != 3 || numbers_ == 2) wrong("a number");
    if (v >= uint64_t(BPETokenizer::most_tokens))
      fail("BPETokenizer: {}: token {} is not below {}", path_, v,
           int64_t(BPETokenizer::most_tokens));
    pair_[numbers_++] = int32_t(v);
    return true;
  }
  bool string(string_t& v) override {
    if (depth_ != 1 || key_ != "type") wrong("a string");
    if (v != type_name) fail("BPETokenizer: {}: the type is not \"{}\"", path_, type_name);
    return true;
  }
  bool start_object(std::size_t) override {
    if (depth_ != 0) wrong("an object");
    ++depth_;
    return true;
  }
  bool key(string_t& k) override {
    bool& had = k == "type" ? had_type_ : had_merges_;
    if (k != "type" && k != "merges") wrong("another key");
    if (std::exchange(had, true)) fail("BPETokenizer: {}: \"{}\" is there twice", path_, k);
    key_ = std::move(k);
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if ((depth_ != 1 || key_ != "merges") && depth_ != 2) wrong("an array");
    ++depth_;
    numbers_ = 0;
    return true;
  }
  bool end_array() override {
    if (depth_ == 3) {
      if (numbers_ != 2)
        fail("BPETokenizer: {}: merge {} has {} numbers, not 2", path_, merges.size(), numbers_);
      merges.emplace_back(pair_[0], pair_[1]);
    }
    --depth_;
    return true;
  }

 private:
  std::string no_json(size_t at) const override {
    return fmt::format("BPETokenizer: {}: no JSON at byte {}", path_, at);
  }
  std::string refusal(const char* what) const override {
    return fmt::format("BPETokenizer: {}: {} is where none belongs, after {} merges", path_, what,
                       merges.size());
  }

  const std::string& path_;
  int depth_ = 0;  // 1: in the object, 2: in the list of merges, 3: in a merge
  bool had_type_ = false, had_merges_ = false;
  std::string key_;
  int numbers_ = 0;
  int32_t pair_[2] = {};
};

}  // namespace

BPETokenizer BPETokenizer::load(const std::string& path) try {
  const std::string text = read_unpacked("BPETokenizer", path, most_file_bytes);
  MergesParser parser(path);
  parser.parse(text);
  parser.finish();
  return BPETokenizer(std::move(parser.merges), path + ": ");
} catch (...) {
  gradus::detail::rethrow_as_error("BPETokenizer");
}

void BPETokenizer::save(const std::string& path) const try {
  std::string text = fmt::format("{{\"type\": \"{}\", \"merges\": [", type_name);
  for (size_t i = 0; i < merges_.size(); ++i)
    fmt::format_to(std::back_inserter(text), "{}[{}, {}]", i > 0 ? ",\n" : "\n", merges_[i].first,
                   merges_[i].second);
  text += "]}\n";
  Replacement file(path, "BPETokenizer");
  file.write(text.data(), text.size());
  file.commit();
} catch (...) {
  gradus::detail::rethrow_as_error("BPETokenizer");
}

}  // namespace gradus::data::text
