// A block of elements that tensors share, and the count of writes to it.
#pragma once

#include <functional>

#include "tensor/base/memory.h"
#include "tensor/base/ref.h"

namespace gradus {

/// A block of elements that tensors share, and the count of writes to it.
class Storage final : public Counted {
 public:
  /// A new storage of uninitialised data, 64-byte aligned; header and data come in one block.
  /// Throws Error past the limit of set_memory_limit(), and when the system has no memory left.
  static Ref<Storage> make(size_t bytes);
  /// A storage on borrowed memory; deleter(data) runs when the last tensor lets go, if there is
  /// one.
  static Ref<Storage> wrap(void* data, size_t bytes, std::function<void(void*)> deleter);
  /// Drops a reference; the last one frees the storage.
  static void unref(const Storage* s) noexcept;

  /// The address of the first byte.
  char* data() const { return data_; }
  /// The size of the data in bytes.
  size_t nbytes() const { return bytes_; }
  /// How many writes were counted, by which a backward pass sees that a saved tensor changed.
  uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  /// Counts a write.
  void bump_version() { detail::count_up(version_); }
  /// Takes the place of a storage of that version: for its tensor this is one more write.
  void count_on(uint32_t version) { version_.store(version + 1, std::memory_order_relaxed); }
  /// Whether the data are somebody else's.
  bool is_borrowed() const { return borrowed_; }

 private:
  Storage(char* data, size_t bytes) : data_(data), bytes_(bytes) {}
  char* data_;
  size_t bytes_;
  std::function<void(void*)>* deleter_ = nullptr;  // null when the data follows the header
  bool borrowed_ = false;
  std::atomic<uint32_t> version_{0};
};

}  // namespace gradus
