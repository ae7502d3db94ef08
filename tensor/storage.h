// A block of elements that tensors share, and the count of writes to it.
#pragma once

#include <functional>

#include "tensor/memory.h"
#include "tensor/ref.h"

namespace gradus {

class Storage final : public Counted {
 public:
  // The header and the (64-byte aligned, uninitialised) data come in one block.
  static Ref<Storage> make(size_t bytes);
  // Borrows `data`; `deleter(data)` runs when the last tensor lets go.
  static Ref<Storage> wrap(void* data, size_t bytes, std::function<void(void*)> deleter);
  static void unref(const Storage* s) noexcept;

  char* data() const { return data_; }
  size_t nbytes() const { return bytes_; }
  uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  void bump_version() { detail::count_up(version_); }
  // Takes the place of a storage of that version: for its tensor this is one more write.
  void count_on(uint32_t version) { version_.store(version + 1, std::memory_order_relaxed); }
  // Whether the data are somebody else's.
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
