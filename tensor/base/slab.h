// Where small blocks come from: carved side by side from slabs, so that a large graph takes few
// cache lines and pages. For memory.cpp alone.
#pragma once

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <new>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gradus::memory {

inline constexpr size_t huge_page = size_t(2) << 20;

// Fewer faults when the memory is first written to, and fewer misses of the address cache whenever
// it is read.
inline void want_huge_pages([[maybe_unused]] void* p, [[maybe_unused]] size_t bytes) {
#ifdef MADV_HUGEPAGE
  madvise(p, bytes & -huge_page, MADV_HUGEPAGE);
#endif
}

// The head of a slab; any place in the slab leads to it.
struct alignas(64) Slab {
  static constexpr size_t most = huge_page;  // bytes; and all lie at multiples of it

  size_t size;      // without the head
  size_t lost = 0;  // bytes at the end that were too few for a block
  // While memory is released:
  size_t free = 0;      // bytes of blocks that nobody uses
  bool unused = false;  // all of it is free
  Slab* next_unused = nullptr;

  static Slab* of(void* place) {
    return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(place) & -most);
  }
};

// A slab's part that no block was carved from yet.
struct Uncarved {
  char* next = nullptr;
  size_t bytes = 0;

  void* carve(size_t n) {
    void* p = next;
    next += n;
    bytes -= n;
    return p;
  }
  void lose() {
    if (bytes > 0) Slab::of(next)->lost = bytes;
    *this = {};
  }
};

// Of a new slab of so many bytes; nothing if the system has no memory for it.
inline Uncarved new_slab(size_t bytes) {
  void* p;
  if (posix_memalign(&p, Slab::most, bytes) != 0) return {};
  want_huge_pages(p, bytes);
  const Slab* s = new (p) Slab{bytes - sizeof(Slab)};
  return {static_cast<char*>(p) + sizeof(Slab), s->size};
}

}  // namespace gradus::memory
