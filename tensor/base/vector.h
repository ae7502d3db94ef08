// std::vector for tables as long as a tensor's dims: where there is no memory left it throws Error.
#pragma once

#include <vector>

#include "tensor/base/memory.h"

namespace gradus {

template <class T>
struct Allocator {
  using value_type = T;
  Allocator() = default;
  template <class U>
  Allocator(const Allocator<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(memory::allocate(n * sizeof(T))); }
  void deallocate(T* p, size_t n) noexcept { memory::deallocate(p, n * sizeof(T)); }
  template <class U>
  bool operator==(const Allocator<U>&) const {
    return true;
  }
};

template <class T>
using Vector = std::vector<T, Allocator<T>>;

}  // namespace gradus
