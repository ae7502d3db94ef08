#include "tensor/base/memory.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "tensor/base/fail.h"
#include "tensor/base/fork.h"
#include "tensor/base/size_classes.h"
#include "tensor/base/slab.h"

#if defined(__SANITIZE_ADDRESS__)
#define GRADUS_NO_CACHE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRADUS_NO_CACHE 1
#endif
#endif

namespace gradus {
namespace memory {
namespace {

constexpr size_t largest_cached = size_t(1) << 34;
// A thread keeps this much to itself; what is above goes to the shared lists, small blocks later.
constexpr size_t thread_keep = size_t(8) << 20, thread_keep_small = size_t(64) << 20;

struct Block {
  Block* next;
};
// What a thread that ended left of its slab; it stands there itself.
struct Rest {
  Rest* next;
  size_t bytes;
};

std::atomic<int64_t> active_bytes{0}, peak_bytes{0}, cached_bytes{0}, limit_bytes{0};
// Of the cached ones: what was left when memory was last released.
std::atomic<int64_t> unreleased_bytes{0};

struct Shared {
  std::mutex mutex;
  Block* head[class_count] = {};
  Rest* rests = nullptr;
};
Shared& shared() {
  static Shared* s = new Shared;  // outlives every static tensor
  return *s;
}
const gradus::detail::FirstUse shared_made([] { shared(); });

// A thread adds what it counted to the totals when it comes to this much, because an atomic
// addition for each small tensor would cost more than the tensor.
constexpr int64_t counted_apart = 64 << 10;

// The free lists of a thread that has none: empty, and never written to.
constinit Block* no_lists[class_count] = {};

// Plain data, so that it may still be used while a thread's other objects are destroyed.
struct ThreadCache {
  Block** head = no_lists;        // by class
  size_t keep = 0;                // at most so much
  size_t bytes = 0, counted = 0;  // in the lists now, and of those in the totals
  int64_t active = 0, most = 0;   // not yet in the totals; `most` is the highest `active` since
  bool armed = false, closed = false, carved = false;
  Uncarved slab;
};
[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadCache cache;

void raise_peak(int64_t now) {
  int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}
void add_to_totals() {
  raise_peak(active_bytes.fetch_add(cache.active, std::memory_order_relaxed) + cache.most);
  cached_bytes.fetch_add(int64_t(cache.bytes) - int64_t(cache.counted), std::memory_order_relaxed);
  cache.counted = cache.bytes;
  cache.active = cache.most = 0;
}

void push_shared(int c, Block* b) {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  b->next = s.head[c];
  s.head[c] = b;
  cached_bytes.fetch_add(int64_t(class_bytes(c)), std::memory_order_relaxed);
}
Block* pop_shared(int c) {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  Block* b = s.head[c];
  if (b) {
    s.head[c] = b->next;
    cached_bytes.fetch_sub(int64_t(class_bytes(c)), std::memory_order_relaxed);
  }
  return b;
}

void push_rest(Uncarved& slab) {
  if (slab.bytes > 0) {
    Shared& s = shared();
    const std::lock_guard lock(s.mutex);
    s.rests = new (slab.next) Rest{s.rests, slab.bytes};
  }
  slab = {};
}
// What ended threads left, if it has so many bytes; parts that have not, `used` first, are lost.
Uncarved pop_rest(Uncarved used, size_t bytes) {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  while (used.bytes < bytes) {
    used.lose();
    Rest* r = s.rests;
    if (!r) break;
    s.rests = r->next;
    used = {reinterpret_cast<char*>(r), r->bytes};
  }
  return used;
}

void flush_thread_cache() {
  for (int c = 0; c < class_count; ++c)
    while (Block* b = cache.head[c]) {
      cache.head[c] = b->next;
      push_shared(c, b);
    }
  cache.bytes = 0;
  add_to_totals();  // which push_shared has added to already
}

struct Reaper {
  ~Reaper() {
    flush_thread_cache();
    push_rest(cache.slab);
    delete[] std::exchange(cache.head, no_lists);
    cache.keep = 0;
    cache.closed = true;
  }
};
// Makes the thread's lists; without memory for them it has none yet.
void arm() noexcept {
  auto* head = new (std::nothrow) Block* [class_count] {};
  if (!head) return;
  thread_local Reaper reaper;
  (void)reaper;
  gradus::detail::hold_over_forks(shared().mutex, gradus::detail::LockOrder::memory);
  cache.head = head;
  cache.keep = thread_keep_small;
  cache.armed = true;
}

// Gives back the slabs that only free blocks are in.
void release_slabs(Shared& s) {
  const auto for_each_part = [&](auto f) {  // f(place, bytes), whether the part stays
    for (int c = 0; c < small_count; ++c)
      for (Block** b = &s.head[c]; *b;) {
        if (f(*b, class_bytes(c))) {
          b = &(*b)->next;
        } else {
          *b = (*b)->next;
          cached_bytes.fetch_sub(int64_t(class_bytes(c)), std::memory_order_relaxed);
        }
      }
    for (Rest** r = &s.rests; *r;) {
      if (f(*r, (*r)->bytes)) {
        r = &(*r)->next;
      } else {
        *r = (*r)->next;
      }
    }
    if (cache.slab.bytes > 0 && !f(cache.slab.next, cache.slab.bytes)) cache.slab = {};
  };
  for_each_part([](void* place, size_t) {
    Slab::of(place)->free = 0;
    return true;
  });
  Slab* unused = nullptr;
  for_each_part([&](void* place, size_t bytes) {
    Slab* slab = Slab::of(place);
    slab->free += bytes;
    if (slab->free + slab->lost == slab->size) {
      slab->unused = true;
      slab->next_unused = std::exchange(unused, slab);
    }
    return true;
  });
  for_each_part([](void* place, size_t) { return !Slab::of(place)->unused; });
  while (unused) std::free(std::exchange(unused, unused->next_unused));
}

void release_shared() {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  release_slabs(s);
  for (int c = small_count; c < class_count; ++c)
    while (Block* b = s.head[c]) {
      s.head[c] = b->next;
      std::free(b);
      cached_bytes.fetch_sub(int64_t(class_bytes(c)), std::memory_order_relaxed);
    }
  unreleased_bytes = cached_bytes.load();
}

// f(), and once more after all that is kept was released.
template <class F>
auto ask_system(size_t bytes, F f) {
  auto p = f();
  if (!p) {
    flush_thread_cache();
    release_shared();
    p = f();
    if (!p) fail("allocate: the system has no {} bytes left", bytes);
  }
  return p;
}

void* from_system(size_t size, size_t used) {
  const bool huge = used >= huge_page;
  void* p = ask_system(size, [&] {
    return huge ? std::aligned_alloc(huge_page, (size + huge_page - 1) & -huge_page)
                : std::aligned_alloc(alignment, size);
  });
  if (huge) want_huge_pages(p, used);
  return p;
}

// No byte is added, so that the address sanitizer sees every one that is written beyond the end.
void* exactly(size_t bytes) {
  return ask_system(bytes, [&] {
    void* p = nullptr;
    return posix_memalign(&p, alignment, std::max(bytes, size_t(1))) == 0 ? p : nullptr;
  });
}

// The first slab is small, for the thread that makes few tensors.
constexpr size_t first_slab = size_t(64) << 10;
void* carve(size_t size) {
  if (!cache.armed) arm();
  Uncarved& slab = cache.slab;
  if (slab.bytes < size) slab = pop_rest(slab, size);
  if (slab.bytes < size) {
    const size_t bytes = cache.carved ? Slab::most : first_slab;
    slab.next = ask_system(bytes, [&] { return (slab = new_slab(bytes)).next; });
    cache.carved = true;
  }
  void* p = slab.carve(size);
  if (cache.closed || !cache.armed) push_rest(slab);  // nobody else would
  return p;
}

// Sizes that keep growing leave blocks behind that nothing will ask for again: a new large one is
// the time to let them go, once they are more than twice what was ever in use.
constexpr size_t large = size_t(1) << 20;
constexpr int64_t always_kept = int64_t(64) << 20;
void trim_for(size_t bytes) {
  add_to_totals();
  const int64_t cached_then = cached_bytes.load(std::memory_order_relaxed) -
                              unreleased_bytes.load(std::memory_order_relaxed) + int64_t(bytes);
  if (cached_then <= 2 * peak_bytes.load(std::memory_order_relaxed) + always_kept) return;
  flush_thread_cache();
  release_shared();
}

#ifdef GRADUS_NO_CACHE
constexpr bool caching = false;  // the address sanitizer must see every block come and go
#else
constexpr bool caching = true;
#endif

[[gnu::noinline]] void* allocate_any(size_t bytes) {
  if (bytes > (size_t(1) << 62)) fail("allocate: {} bytes are more than any machine has", bytes);
  if (!caching) return exactly(bytes);
  if (bytes > largest_cached) return from_system((bytes + alignment - 1) & -alignment, bytes);
  const auto [c, size] = class_of(bytes);
  if (Block* b = cache.head[c]) {
    cache.head[c] = b->next;
    cache.bytes -= size;
    return b;
  }
  if (Block* b = pop_shared(c)) return b;
  if (size <= small_bytes) return carve(size);
  if (size >= large) trim_for(size);
  return from_system(size, bytes);
}

[[gnu::noinline]] void deallocate_any(void* p, size_t bytes) noexcept {
  if (!p) return;
  if (bytes > largest_cached || !caching) {
    std::free(p);
    return;
  }
  const auto [c, size] = class_of(bytes);
  Block* b = static_cast<Block*>(p);
  if (!cache.armed) arm();
  if (cache.bytes + size > (size > small_bytes ? std::min(cache.keep, thread_keep) : cache.keep)) {
    push_shared(c, b);
    add_to_totals();
    return;
  }
  b->next = cache.head[c];
  cache.head[c] = b;
  cache.bytes += size;
}

}  // namespace

// The small blocks that come and go with every operation take the first lines alone.
void* allocate(size_t bytes) {
  if (caching && bytes <= small_bytes) {
    const SmallClass small = small_class(bytes);
    Block** head = cache.head + small.index;
    if (Block* b = *head) {
      *head = b->next;
      __builtin_prefetch(b->next, 1);  // the one that will be asked for next, in a large graph cold
      cache.bytes -= small.bytes;
      return b;
    }
  }
  return allocate_any(bytes);
}

void deallocate(void* p, size_t bytes) noexcept {
  if (caching && bytes <= small_bytes) {
    const SmallClass small = small_class(bytes);
    if (p && cache.bytes + small.bytes <= cache.keep) {
      Block* b = static_cast<Block*>(p);
      Block** head = cache.head + small.index;
      b->next = *head;
      *head = b;
      cache.bytes += small.bytes;
      return;
    }
  }
  deallocate_any(p, bytes);
}

void charge(size_t bytes) {
  if (!cache.armed) arm();
  const int64_t limit = limit_bytes.load(std::memory_order_relaxed);
  if (limit != 0) {
    add_to_totals();
    const int64_t now =
        active_bytes.fetch_add(int64_t(bytes), std::memory_order_relaxed) + int64_t(bytes);
    if (now > limit) {
      active_bytes.fetch_sub(int64_t(bytes), std::memory_order_relaxed);
      fail("allocate: {} bytes more would pass the limit, {} in use of {}", bytes,
           now - int64_t(bytes), limit);
    }
    return raise_peak(now);
  }
  cache.active += int64_t(bytes);
  cache.most = std::max(cache.most, cache.active);
  if (cache.active >= counted_apart || cache.closed) add_to_totals();
}
void discharge(size_t bytes) noexcept {
  if (!cache.armed) arm();
  cache.active -= int64_t(bytes);
  if (cache.active <= -counted_apart || cache.closed) add_to_totals();
}

}  // namespace memory

MemoryStats memory_stats() {
  memory::add_to_totals();
  return {memory::active_bytes.load(), memory::peak_bytes.load(), memory::cached_bytes.load()};
}
void reset_peak_memory_stats() {
  memory::add_to_totals();
  memory::peak_bytes.store(memory::active_bytes.load());
}
void release_cached_memory() {
  memory::flush_thread_cache();
  memory::release_shared();
#ifdef __GLIBC__
  malloc_trim(0);  // small blocks stand between what the program itself keeps
#endif
}
void set_memory_limit(int64_t bytes) {
  if (bytes < 0) fail("set_memory_limit: expected 0 or more bytes, got {}", bytes);
  memory::limit_bytes.store(bytes);
}
int64_t memory_limit() { return memory::limit_bytes.load(); }

}  // namespace gradus
