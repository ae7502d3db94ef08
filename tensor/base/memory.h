// The caching allocator behind storages, tensors and graph nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace gradus {

/// Bytes of memory, over all threads; each thread except the calling one may still hold back 64 KiB
/// of its count.
struct MemoryStats {
  int64_t active = 0;  ///< in use by storages
  int64_t peak = 0;    ///< highest `active` since the start or reset_peak_memory_stats()
  /// Free, kept for reuse; includes tensor and node objects, but not what slabs have left to carve.
  int64_t cached = 0;
};

/// What tensors use now, what they used at most, and what is kept for reuse.
MemoryStats memory_stats();
/// Starts the count of the peak anew, from what is in use now.
void reset_peak_memory_stats();
/// Gives the cached blocks of this thread, and those that threads share, back to the system. Blocks
/// of up to 2 KiB, carved side by side from slabs of up to 2 MiB, go when nothing of their slab is
/// in use.
void release_cached_memory();
/// Sets how many bytes tensor data may take; what would pass the limit throws Error. 0 means no
/// limit, which is the default. Throws Error for a negative number.
void set_memory_limit(int64_t bytes);
/// The limit in bytes, 0 for none.
int64_t memory_limit();

namespace memory {

/// What addresses of tensor data are multiples of, in bytes.
inline constexpr size_t alignment = 64;

/// 64-byte aligned, uninitialised memory, from the calling thread's free list of the size's class.
/// Throws Error when the system has no memory left.
void* allocate(size_t bytes);
/// Gives memory back; `bytes` as it was given to allocate(). Any thread may call it.
void deallocate(void* p, size_t bytes) noexcept;

/// Counts tensor data that is about to be allocated. Throws Error past the limit.
void charge(size_t bytes);
/// Takes tensor data that was freed off the count.
void discharge(size_t bytes) noexcept;

/// For classes whose objects come and go with every operation: their memory comes from the cache.
struct Pooled {
  /// Memory for an object, from allocate().
  static void* operator new(size_t n) { return allocate(n); }
  /// Gives the memory of an object back, by deallocate().
  static void operator delete(void* p, size_t n) { deallocate(p, n); }
};

}  // namespace memory
}  // namespace gradus
