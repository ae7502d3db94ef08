#include "tensor/io/safetensors_file.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/safetensors_index.h"
#include "tensor/io/safetensors_reader.h"

namespace gradus {

namespace safetensors {

// A file, or an index and the files that it names.
class Model {
 public:
  Model(const std::string& filename, bool maps)
      : where_("safe_open: " + filename), filename_(filename), maps_(maps) {
    if (!filename.ends_with(".json")) {
      shards_.push_back({filename, std::make_shared<const Reader>(op, filename, maps)});
      return;
    }
    index_ = read_index(op, filename);
    const auto folder = std::filesystem::path(filename).parent_path();
    for (const std::string& name : index_->files) shards_.push_back({folder / name, nullptr});
  }

  std::vector<std::string> keys() const {
    if (!index_) return shards_[0].reader->names();
    std::vector<std::string> names;
    for (const Index::Place& p : index_->places) names.push_back(p.name);
    return names;
  }
  std::vector<std::string> offset_keys() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < shards_.size(); ++i) {
      const auto reader = open(i);
      for (const Entry& e : reader->entries())
        if (!index_ || shard_of(e.name) == i) names.push_back(e.name);
    }
    return names;
  }
  std::map<std::string, std::string> metadata() const {
    if (index_) return index_->metadata;
    const auto& list = shards_[0].reader->metadata();
    return {list.begin(), list.end()};
  }
  bool contains(const std::string& name) const {
    return index_ ? shard_of(name).has_value() : shards_[0].reader->find(name) != nullptr;
  }
  std::pair<std::shared_ptr<const Reader>, const Entry*> find(const std::string& name) const {
    const std::optional<size_t> i = index_ ? shard_of(name) : 0;
    const auto reader = i ? open(*i) : nullptr;
    const Entry* entry = reader ? reader->find(name) : nullptr;
    if (!entry) fail("{}: there is no tensor {}", where_, name);
    return {reader, entry};
  }

 private:
  struct Shard {
    std::string filename;
    std::shared_ptr<const Reader> reader;  // null until it is opened
  };
  static constexpr const char* op = "safe_open";

  std::optional<size_t> shard_of(const std::string& name) const {
    const auto& places = index_->places;
    const auto it =
        std::lower_bound(places.begin(), places.end(), name,
                         [](const Index::Place& p, const std::string& n) { return p.name < n; });
    if (it == places.end() || it->name != name) return std::nullopt;
    return it->file;
  }
  std::shared_ptr<const Reader> open(size_t i) const {
    const std::lock_guard lock(mutex_);
    Shard& shard = shards_[i];
    if (shard.reader) return shard.reader;
    auto reader = std::make_shared<const Reader>(op, shard.filename, maps_);
    for (const Index::Place& p : index_->places)
      if (p.file == i && !reader->find(p.name))
        fail("{}: there is no tensor {}, which {} says is there", reader->where(), p.name,
             filename_);
    return shard.reader = std::move(reader);
  }

  std::string where_, filename_;
  bool maps_;
  std::optional<Index> index_;
  mutable std::mutex mutex_;
  mutable std::vector<Shard> shards_;
};

}  // namespace safetensors

const std::vector<int64_t>& SafeSlice::get_shape() const { return entry_->shape; }
std::string SafeSlice::get_dtype() const try {
  return std::string(safetensors::code_of(*entry_));
} catch (...) {
  detail::rethrow_as_error("get_slice");
}
ScalarType SafeSlice::dtype() const { return entry_->dtype; }

Tensor SafeSlice::index(const std::vector<indexing::TensorIndex>& indices) const try {
  return reader_->part(*entry_, as_, indices);
} catch (...) {
  detail::rethrow_as_error("get_slice");
}

safe_open::safe_open(const std::string& filename, Backend backend) try
    : model_(std::make_shared<const safetensors::Model>(filename, backend == Backend::mmap)) {
} catch (...) {
  detail::rethrow_as_error("safe_open");
}

std::vector<std::string> safe_open::keys() const try { return model_->keys(); } catch (...) {
  detail::rethrow_as_error("safe_open");
}
std::vector<std::string> safe_open::offset_keys() const try {
  return model_->offset_keys();
} catch (...) {
  detail::rethrow_as_error("safe_open");
}
bool safe_open::contains(const std::string& name) const { return model_->contains(name); }
std::map<std::string, std::string> safe_open::metadata() const try {
  return model_->metadata();
} catch (...) {
  detail::rethrow_as_error("safe_open");
}

Tensor safe_open::get_tensor(const std::string& name) const try {
  const auto [reader, entry] = model_->find(name);
  return reader->tensor(*entry, std::nullopt);
} catch (...) {
  detail::rethrow_as_error("get_tensor");
}

Tensor safe_open::get_tensor(const std::string& name, ScalarType dtype) const try {
  const auto [reader, entry] = model_->find(name);
  return reader->tensor(*entry, dtype);
} catch (...) {
  detail::rethrow_as_error("get_tensor");
}

NamedTensors safe_open::get_tensors() const try {
  NamedTensors all;
  for (std::string& name : offset_keys()) {
    Tensor t = get_tensor(name);
    all.emplace_back(std::move(name), std::move(t));
  }
  return all;
} catch (...) {
  detail::rethrow_as_error("safe_open");
}

SafeSlice safe_open::get_slice(const std::string& name, std::optional<ScalarType> dtype) const try {
  SafeSlice slice;
  std::tie(slice.reader_, slice.entry_) = model_->find(name);
  slice.as_ = dtype;
  return slice;
} catch (...) {
  detail::rethrow_as_error("get_slice");
}

NamedTensors load_file(const std::string& filename, safe_open::Backend backend) {
  return safe_open(filename, backend).get_tensors();
}

}  // namespace gradus
