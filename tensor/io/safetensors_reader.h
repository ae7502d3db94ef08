// A safetensors file whose tensors are made when they are asked for.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "tensor/indexing.h"
#include "tensor/io/elements.h"
#include "tensor/io/mapped_file.h"
#include "tensor/io/safetensors.h"
#include "tensor/io/utf8.h"

namespace gradus::safetensors {

class Reader {
 public:
  // Errors begin with `op` and the file's name.
  Reader(const char* op, const std::string& filename, bool maps);

  const std::string& where() const { return where_; }
  const std::vector<Entry>& entries() const { return header_.tensors; }
  const std::vector<std::pair<std::string, std::string>>& metadata() const {
    return header_.metadata;
  }
  // In the order of their names.
  std::vector<std::string> names() const;
  // Null where there is none.
  const Entry* find(std::string_view name) const;
  // The elements; as of the type `as` where it is given, which other types than tensors' need.
  Tensor tensor(const Entry& e, std::optional<ScalarType> as) const;
  Tensor part(const Entry& e, std::optional<ScalarType> as,
              const std::vector<indexing::TensorIndex>& indices) const;

 private:
  std::string where_of(const Entry& e) const { return where_ + ": " + clipped(e.name); }
  void check_type(const Entry& e, std::optional<ScalarType> as) const;
  void take(const Entry& e, uint64_t at, void* to, size_t bytes) const;
  std::optional<Tensor> mapped(const Entry& e) const;

  std::string where_;
  File file_;
  Header header_;
  std::vector<uint32_t> by_name_;
  uint64_t data_at_ = 0;
  std::shared_ptr<const MappedFile> map_;  // null where elements are copied
  // The storage of each mapped entry: tensors that share elements count the writes to them
  // together.
  mutable std::mutex mutex_;
  mutable std::vector<Ref<StorageImpl>> storages_;
};

}  // namespace gradus::safetensors
