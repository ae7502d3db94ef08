// The caching allocator behind storages, tensors and graph nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace gradus {

// Bytes of tensor data, over all threads; each of the others may still hold back 64 KiB of its
// count.
struct MemoryStats {
  int64_t active = 0;  // in use by storages
  int64_t peak = 0;    // highest `active` since the start or the last reset_peak
  // Free, kept for reuse; includes tensor and node objects, but not what slabs have left to carve.
  int64_t cached = 0;
};

MemoryStats memory_stats();
void reset_peak_memory_stats();
// Gives this thread's and the shared cached blocks back to the system; those of up to 2 KiB, carved
// side by side from slabs of up to 2 MiB, when nothing of their slab is in use.
void release_cached_memory();
// Tensor data beyond this many bytes throws; 0 means no limit (the default).
void set_memory_limit(int64_t bytes);
int64_t memory_limit();

namespace memory {

inline constexpr size_t alignment = 64;

// 64-byte aligned, uninitialised, from the calling thread's free list of the size's class.
// Throws Error when the system has no memory left.
void* allocate(size_t bytes);
// `bytes` as it was given to allocate; any thread may call.
void deallocate(void* p, size_t bytes) noexcept;

// Accounting of tensor data; `charge` throws Error past the limit.
void charge(size_t bytes);
void discharge(size_t bytes) noexcept;

// For classes whose objects come and go with every operation.
struct Pooled {
  static void* operator new(size_t n) { return allocate(n); }
  static void operator delete(void* p, size_t n) { deallocate(p, n); }
};

}  // namespace memory
}  // namespace gradus
