// A block of elements that tensors share, and the count of writes to it.
#pragma once

#include <functional>

#include "tensor/base/memory.h"
#include "tensor/base/ref.h"

namespace gradus {

/// What a Storage points at: a block of elements that tensors share, and the count of writes to it.
class StorageImpl final : public Counted {
 public:
  /// A new storage of uninitialised data, 64-byte aligned; header and data come in one block.
  /// Throws Error past the limit of set_memory_limit(), and when the system has no memory left.
  static Ref<StorageImpl> make(size_t bytes);
  /// A storage on borrowed memory; deleter(data) runs when the last tensor lets go, if there is
  /// one.
  static Ref<StorageImpl> wrap(void* data, size_t bytes, std::function<void(void*)> deleter);
  /// Drops a reference; the last one frees the storage.
  static void unref(const StorageImpl* s) noexcept;

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
  StorageImpl(char* data, size_t bytes) : data_(data), bytes_(bytes) {}
  char* data_;
  size_t bytes_;
  std::function<void(void*)>* deleter_ = nullptr;  // null when the data follows the header
  bool borrowed_ = false;
  std::atomic<uint32_t> version_{0};
};

/// The block of memory that a tensor's elements lie in, and that its views share: a handle, whose
/// copies are the same block. Tensor::storage() gives it.
class Storage {
 public:
  /// An address in a storage, as libtorch wraps it.
  class DataPtr {
   public:
    explicit DataPtr(void* data) : data_(data) {}
    /// The address.
    void* get() const { return data_; }
    /// The address.
    void* operator->() const { return data_; }
    /// The same as get().
    void* mutable_get() const { return data_; }
    /// Whether the address is not null.
    explicit operator bool() const { return data_ != nullptr; }

   private:
    void* data_;
  };

  Storage() = default;
  explicit Storage(Ref<StorageImpl> impl) : impl_(std::move(impl)) {}
  /// Whether the handle has a storage.
  explicit operator bool() const { return bool(impl_); }
  /// The address of the first byte.
  const void* data() const { return impl_->data(); }
  /// The same as data(), for writing.
  void* mutable_data() const { return impl_->data(); }
  /// The address of the first byte as one of a T.
  template <class T>
  T* data() const {
    return reinterpret_cast<T*>(impl_->data());
  }
  /// The address of the first byte.
  DataPtr data_ptr() const { return DataPtr(impl_->data()); }
  /// The same as data_ptr().
  DataPtr mutable_data_ptr() const { return data_ptr(); }
  /// The size in bytes.
  size_t nbytes() const { return impl_->nbytes(); }
  /// How many tensors and handles there are on the storage.
  size_t use_count() const { return impl_ ? impl_->ref_count() : 0; }
  /// Whether this handle is the only one.
  bool unique() const { return use_count() == 1; }
  /// False: storages keep their size.
  bool resizable() const { return false; }
  /// Whether both are the same storage.
  bool is_alias_of(const Storage& other) const { return impl_ == other.impl_; }
  /// The storage itself.
  StorageImpl* unsafeGetStorageImpl() const { return impl_.get(); }
  /// The same, as a counted pointer.
  const Ref<StorageImpl>& getIntrusivePtr() const { return impl_; }

 private:
  Ref<StorageImpl> impl_;
};

}  // namespace gradus
