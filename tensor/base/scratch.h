// Uninitialised room for the length of a block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/base/memory.h"

namespace gradus {

template <class T>
class Scratch {
 public:
  explicit Scratch(int64_t count)
      : bytes_(size_t(count) * sizeof(T)), data_(static_cast<T*>(memory::allocate(bytes_))) {}
  ~Scratch() { memory::deallocate(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* get() const { return data_; }

 private:
  size_t bytes_;
  T* data_;
};

}  // namespace gradus
