#include "tensor/io/safetensors_index.h"

#include <fcntl.h>

#include <algorithm>

#include "tensor/io/file.h"
#include "tensor/io/safetensors.h"
#include "tensor/io/strict_json.h"

namespace gradus::safetensors {
namespace {

// {"metadata": {"total_size": 96, ...}, "weight_map": {"a.weight":
// "model-00001-of-00002.safetensors",
// ...}} and whatever else stands beside these two.
class IndexParser : public StrictJson {
 public:
  explicit IndexParser(const std::string& where) : where_(where) {}
  std::vector<std::pair<std::string, std::string>> weight_map;
  std::map<std::string, std::string> metadata;
  bool has_map = false;

  bool null() override { return value("null"); }
  bool boolean(bool v) override { return value(v ? "true" : "false"); }
  bool number_integer(number_integer_t v) override { return value(std::to_string(v)); }
  bool number_unsigned(number_unsigned_t v) override { return value(std::to_string(v)); }
  bool number_float(number_float_t, const string_t& text) override { return value(text); }
  bool string(string_t& v) override {
    if (!in_map()) return value(v);
    weight_map.emplace_back(field_, std::move(v));
    return true;
  }
  bool start_object(std::size_t) override { return start(); }
  bool start_array(std::size_t) override {
    if (depth_ == 0 || in_map() || (depth_ == 1 && name_ == "weight_map")) wrong("an array");
    return start();
  }
  bool key(string_t& k) override {
    if (depth_ == 1) {
      name_ = std::move(k);
      if (name_ == "weight_map" && std::exchange(has_map, true))
        fail("{}: the index has {} twice", where_, name_);
    } else if (depth_ == 2) {
      field_ = std::move(k);
    }
    return true;
  }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

 private:
  bool in_map() const { return depth_ == 2 && name_ == "weight_map"; }
  bool start() {
    if (in_map()) wrong("an object");
    ++depth_;
    return true;
  }
  bool end() {
    --depth_;
    return true;
  }
  bool value(std::string text) {
    if (depth_ == 0 || in_map() || (depth_ == 1 && name_ == "weight_map")) wrong("a value");
    if (depth_ == 2 && name_ == "metadata") metadata[field_] = std::move(text);
    return true;
  }
  std::string no_json(size_t at) const override {
    return fmt::format("{}: the index is no JSON at byte {}", where_, at);
  }
  std::string refusal(const char* what) const override {
    return fmt::format("{}: the index has {} where none belongs{}{}", where_, what,
                       name_.empty() ? "" : ", at ", name_);
  }

  const std::string& where_;
  size_t depth_ = 0;
  std::string name_, field_;
};

// Whether it names a file of the folder it is looked for in.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string("/\0", 2)) == name.npos;
}

}  // namespace

Index read_index(const char* op, const std::string& filename) {
  const std::string where = fmt::format("{}: {}", op, filename);
  const File file(op, filename, O_RDONLY);
  const std::optional<uint64_t> size = file.size();
  if (!size) fail("{}: not a regular file", where);
  if (*size > longest_index)
    fail("{}: an index of {} bytes, more than {}", where, *size, longest_index);
  std::string text(*size, '\0');
  text.resize(file.read(text.data(), text.size()));
  if (!text.starts_with('{')) fail("{}: the index is no JSON at byte 1", where);
  IndexParser parser(where);
  parser.parse(text);
  if (!parser.has_map) fail("{}: the index has no weight_map", where);

  Index index;
  index.metadata = std::move(parser.metadata);
  auto& map = parser.weight_map;
  std::sort(map.begin(), map.end());
  for (size_t i = 0; i < map.size(); ++i) {
    if (i > 0 && map[i - 1].first == map[i].first)
      fail("{}: the index has {} twice", where, map[i].first);
    if (!is_plain_name(map[i].second))
      fail("{}: {}: {} is no name of a file beside the index", where, map[i].first,
           nlohmann::json(map[i].second).dump());
    index.files.push_back(map[i].second);
  }
  std::sort(index.files.begin(), index.files.end());
  index.files.erase(std::unique(index.files.begin(), index.files.end()), index.files.end());
  for (auto& [name, shard] : map) {
    const auto it = std::lower_bound(index.files.begin(), index.files.end(), shard);
    index.places.push_back({std::move(name), uint32_t(it - index.files.begin())});
  }
  return index;
}

}  // namespace gradus::safetensors
