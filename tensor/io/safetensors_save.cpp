#include <algorithm>
#include <deque>
#include <filesystem>
#include <unordered_set>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/safetensors_file.h"
#include "tensor/io/safetensors_index.h"
#include "tensor/io/safetensors_layout.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;
using safetensors::FileLayout;
using safetensors::longest_index;
using Metadata = std::map<std::string, std::string>;

void check_names(const char* op, const NamedTensors& tensors) {
  std::unordered_set<std::string_view> seen;
  for (const auto& [name, t] : tensors) {
    if (name == "__metadata__") fail("{}: the name {} is the format's own", op, name);
    if (!seen.insert(name).second) fail("{}: the name {} was given twice", op, name);
    if (!t.defined()) fail("{}: {} is undefined", op, name);
  }
}

// No two may have a byte in common, by the first and the last of each.
void check_apart(const char* op, const NamedTensors& tensors) {
  struct Span {
    uintptr_t begin, end;
    const std::string* name;
  };
  std::vector<Span> spans;
  for (const auto& [name, t] : tensors) {
    if (t.numel() == 0) continue;
    const auto begin = reinterpret_cast<uintptr_t>(t.data_ptr());
    const int64_t last = last_place(t.sizes(), t.strides(), 0).value_or(0);
    spans.push_back({begin, begin + uintptr_t(last + 1) * t.itemsize(), &name});
  }
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  for (size_t i = 1, widest = 0; i < spans.size(); ++i) {
    if (spans[i].begin < spans[widest].end)
      fail(
          "{}: {} and {} share memory, and would be apart when they are read; save one of them, or "
          "a clone()",
          op, *spans[widest].name, *spans[i].name);
    if (spans[i].end > spans[widest].end) widest = i;
  }
}

using Refs = std::vector<std::pair<const std::string*, Tensor>>;

FileLayout lay_out(const char* op, Refs tensors, const Metadata& metadata) {
  return safetensors::lay_out(op, std::move(tensors), {metadata.begin(), metadata.end()});
}

// In the given order, each in the last shard where there is room.
std::vector<Refs> cut(const NamedTensors& tensors, uint64_t most) {
  std::vector<Refs> shards(1);
  uint64_t bytes = 0;
  for (const auto& [name, t] : tensors) {
    if (bytes > 0 && t.nbytes() > most - std::min(most, bytes)) {
      shards.emplace_back();
      bytes = 0;
    }
    shards.back().emplace_back(&name, t);
    bytes += t.nbytes();
  }
  return shards;
}

using Lines = std::map<std::string, std::string>;  // a name and the JSON of its value

std::string object_text(const Lines& lines, const std::string& indent) {
  std::string text = "{";
  for (const auto& [name, value] : lines)
    text += (text.size() > 1 ? "," : "") + ("\n" + indent + "  ") + safetensors::quoted(name) +
            ": " + value;
  return text + '\n' + indent + '}';
}

std::string index_text(const std::vector<FileLayout>& shards, const std::vector<std::string>& names,
                       const Metadata& metadata) {
  Lines map, more;
  uint64_t bytes = 0;
  for (size_t i = 0; i < shards.size(); ++i)
    for (const auto& [name, t] : shards[i].tensors) {
      map[*name] = safetensors::quoted(names[i]);
      bytes += t.nbytes();
    }
  for (const auto& [name, value] : metadata) more[name] = safetensors::quoted(value);
  more["total_size"] = std::to_string(bytes);
  return object_text(
             {{"metadata", object_text(more, "  ")}, {"weight_map", object_text(map, "  ")}}, "") +
         '\n';
}

}  // namespace

void save_file(const NamedTensors& tensors, const std::string& filename,
               const Metadata& metadata) try {
  check_names("save_file", tensors);
  check_apart("save_file", tensors);
  Refs refs;
  for (const auto& [name, t] : tensors) refs.emplace_back(&name, t);
  const FileLayout layout = lay_out("save_file", std::move(refs), metadata);
  replace_file("save_file", filename, [&](const WriteBytes& write) { layout.write(write); });
} catch (...) {
  detail::rethrow_as_error("save_file");
}

std::string save_shards(const NamedTensors& tensors, const std::string& folder,
                        int64_t max_shard_size, const Metadata& metadata) try {
  static constexpr const char* op = "save_shards";
  if (max_shard_size < 1) fail("{}: a size of {} bytes, less than 1", op, max_shard_size);
  check_names(op, tensors);
  check_apart(op, tensors);
  std::vector<FileLayout> shards;
  for (Refs& refs : cut(tensors, uint64_t(max_shard_size)))
    shards.push_back(lay_out(op, std::move(refs), metadata));

  std::vector<std::string> names = {"model.safetensors"};
  const size_t count = shards.size();
  if (count > 1) names.clear();
  for (size_t i = 1; i <= count && count > 1; ++i)
    names.push_back(fmt::format("model-{:05}-of-{:05}.safetensors", i, count));

  std::string last = fs::path(folder) / names[0], index;
  if (count > 1) {
    last = fs::path(folder) / "model.safetensors.index.json";
    index = index_text(shards, names, metadata);
    if (index.size() > longest_index)
      fail("{}: an index of {} bytes, more than the {} that are read again", op, index.size(),
           longest_index);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail("{}: cannot make the folder {}: {}", op, folder, error.message());
  std::deque<Replacement> files;
  for (size_t i = 0; i < count; ++i) {
    const Replacement& file = files.emplace_back(fs::path(folder) / names[i], op);
    shards[i].write([&](const void* data, size_t bytes) { file.write(data, bytes); });
  }
  if (count > 1) files.emplace_back(last, op).write(index.data(), index.size());
  for (Replacement& file : files) file.commit();
  return last;
} catch (...) {
  detail::rethrow_as_error("save_shards");
}

}  // namespace gradus
