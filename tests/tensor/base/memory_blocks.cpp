// The blocks behind tensors: their sizes, and that none is lost, handed out twice or miscounted.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <set>
#include <thread>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "tensor/base/memory.h"
#include "tensor/base/size_classes.h"
#include "tests/sanitizers.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::memory;
using gradus::test::caching;
using gradus::test::may_limit_memory;

// The address sanitizer's, where it is.
extern "C" [[gnu::weak]] int __asan_address_is_poisoned(const volatile void* p);
extern "C" [[gnu::weak]] void* __asan_region_is_poisoned(void* begin, size_t bytes);

namespace {

int64_t cached() { return memory_stats().cached; }

std::vector<void*> allocate_all(size_t count, size_t bytes) {
  std::vector<void*> all(count);
  for (void*& p : all) p = allocate(bytes);
  return all;
}
void deallocate_all(const std::vector<void*>& all, size_t bytes) {
  for (void* p : all) deallocate(p, bytes);
}
bool contains(const std::vector<void*>& all, const std::vector<void*>& some) {
  const std::set<void*> set(all.begin(), all.end());
  return std::all_of(some.begin(), some.end(), [&](void* p) { return set.count(p) == 1; });
}

// What child() returns in a process of its own.
template <class Child>
int in_a_process(Child child) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    try {
      _exit(child());
    } catch (...) {
      _exit(100);
    }
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("size classes hold what is asked for, and little more") {
  for (int c = 0; c < class_count; ++c) {
    CHECK(class_bytes(c) % alignment == 0);
    CHECK(class_of(class_bytes(c)).index == c);
    if (c > 0) CHECK(class_of(class_bytes(c - 1) + 1).index == c);
  }
  bool fits = true, close = true, same = true;
  for (size_t bytes = 0; bytes < 100000; ++bytes) {
    const Class c = class_of(bytes);
    fits = fits && c.bytes >= bytes && c.bytes == class_bytes(c.index);
    close = close && c.bytes * 4 <= std::max<size_t>(bytes, 1) * 5 + 4 * 63;
    if (bytes > small_bytes) continue;
    const SmallClass small = small_class(bytes);
    same = same && small.index == c.index && small.bytes == c.bytes;
  }
  CHECK(fits);
  CHECK(close);
  CHECK(same);
  CHECK(small_count == class_of(small_bytes).index + 1);
}

TEST_CASE("a freed block is the next of its class, and counted meanwhile") {
  if (!caching) return;
  for (const size_t n : {0, 1, 64, 65, 2048, 2049, 5000, 100000, 1 << 20, 3 << 20, 9 << 20}) {
    release_cached_memory();
    void* p = allocate(n);
    CHECK(reinterpret_cast<uintptr_t>(p) % (n > 2 << 20 ? 2 << 20 : alignment) == 0);
    const int64_t before = cached(), size = int64_t(class_of(n).bytes);
    deallocate(p, n);
    CHECK(cached() == before + size);
    void* q = allocate(n);
    CHECK(q == p);
    CHECK(cached() == before);
    deallocate(q, n);
    deallocate(nullptr, n);
    CHECK(cached() == before + size);
  }
}

TEST_CASE("blocks in use share no byte") {
  std::vector<std::pair<unsigned char*, size_t>> blocks;
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < 500; ++i) {
      const size_t n = 1 + i * i % 5003;
      blocks.emplace_back(static_cast<unsigned char*>(allocate(n)), n);
      std::memset(blocks.back().first, int(blocks.size() % 251), n);
    }
    bool own = true;
    for (size_t i = 0; i < blocks.size(); ++i)
      own = own && std::all_of(blocks[i].first, blocks[i].first + blocks[i].second,
                               [&](int byte) { return byte == int((i + 1) % 251); });
    CHECK(own);
    for (; blocks.size() > size_t(round) * 200; blocks.pop_back())
      deallocate(blocks.back().first, blocks.back().second);
  }
  for (const auto& [p, n] : blocks) deallocate(p, n);
}

TEST_CASE("the address sanitizer sees a block end where it was asked to") {
  if (caching) return;
  for (size_t n = 1; n < 300; ++n) {
    char* p = static_cast<char*>(allocate(n));
    CHECK(reinterpret_cast<uintptr_t>(p) % alignment == 0);
    CHECK(__asan_region_is_poisoned(p, n) == nullptr);
    CHECK(__asan_address_is_poisoned(p - 1));
    CHECK(__asan_address_is_poisoned(p + n));
    deallocate(p, n);
    CHECK(__asan_address_is_poisoned(p));
  }
}

TEST_CASE("what one thread does not keep or leaves behind serves the others") {
  if (!caching) return;
  for (const size_t n : {size_t(1) << 20, small_bytes}) {
    release_cached_memory();
    const size_t count = (n == small_bytes ? 80 << 20 : 20 << 20) / n, kept = count * 4 / 5;
    const auto all = allocate_all(count, n);
    const int64_t before = cached();
    deallocate_all(all, n);
    CHECK(cached() == before + int64_t(count * n));
    std::thread([&] {
      const auto some = allocate_all(count - kept, n);
      CHECK(contains(all, some));
      deallocate_all(some, n);
    }).join();
    CHECK(cached() == before + int64_t(count * n));
    const auto again = allocate_all(count, n);
    CHECK(contains(all, again));
    CHECK(cached() == before);
    deallocate_all(again, n);
  }
  release_cached_memory();
}

TEST_CASE("what is left of slabs that are in use is not lost, and empty slabs go back") {
  if (!caching) return;
  constexpr size_t n = 100, count = 400000, step = 1000;
  const auto in_use = [] {
#ifdef __GLIBC__
    const auto m = mallinfo2();
    return int64_t(m.uordblks + m.hblkhd);
#else
    return int64_t(0);
#endif
  };
  release_cached_memory();
  const int64_t before = cached(), used = in_use();
  const auto all = allocate_all(count, n);
  std::vector<void*> kept;
  for (size_t i = 0; i < count; ++i) i % step == 0 ? kept.push_back(all[i]) : deallocate(all[i], n);
  release_cached_memory();
  const auto again = allocate_all(count - kept.size(), n);
  CHECK(contains(all, again));
  deallocate_all(again, n);
  deallocate_all(kept, n);
  release_cached_memory();
  CHECK(cached() <= before);
  CHECK(in_use() < used + int64_t(count * n / 2));
}

TEST_CASE("blocks come and go while a thread's objects are destroyed") {
  struct Last {
    void* p = nullptr;
    ~Last() {
      deallocate(p, 5000);
      deallocate(allocate(100), 100);
    }
  };
  release_cached_memory();
  void* p = nullptr;
  const int64_t before = cached();
  std::thread([&] {
    static thread_local Last last;  // made before the thread's lists, and so outlives them
    last.p = nullptr;
    last.p = p = allocate(5000);
  }).join();
  if (!caching) return;
  CHECK(cached() >= before + int64_t(class_of(5000).bytes));
  void* q = allocate(5000);
  CHECK(q == p);
  deallocate(q, 5000);
}

TEST_CASE("a running thread's larger tensors are in the totals") {
  const int64_t before = memory_stats().active;
  std::promise<void> made, looked, dropped, ended;
  std::thread other([&] {
    Tensor t = empty({200000}, kByte);
    made.set_value();
    looked.get_future().wait();
    t = Tensor();
    dropped.set_value();
    ended.get_future().wait();
  });
  made.get_future().wait();
  CHECK(std::abs(memory_stats().active - before - 200000) < 65536);
  looked.set_value();
  dropped.get_future().wait();
  CHECK(std::abs(memory_stats().active - before) < 65536);
  ended.set_value();
  other.join();
  CHECK(memory_stats().active == before);
}

TEST_CASE("more than is cached or than there is") {
  CHECK(message([] { allocate(size_t(1) << 63); }) ==
        "allocate: 9223372036854775808 bytes are more than any machine has");
  if (!caching) return;
  CHECK(in_a_process([] {
#ifdef M_PERTURB
          mallopt(M_PERTURB, 0);  // the pattern that `meson test` asks for would be written to it
#endif
          const int64_t before = cached();
          const size_t n = (size_t(1) << 34) + 1;  // nothing writes to it
          try {
            deallocate(allocate(n), n);
          } catch (const Error&) {
            return 0;  // a small machine
          }
          return cached() == before ? 0 : 1;
        }) == 0);
}

TEST_CASE("cached blocks make room before memory runs out, and then an error says so") {
  if (!caching || !may_limit_memory) return;
  CHECK(in_a_process([] {
          constexpr size_t mega = 1 << 20;
          deallocate(allocate(20 * mega), 20 * mega);
          long pages = 0;
          std::FILE* f = std::fopen("/proc/self/statm", "r");
          if (!f || std::fscanf(f, "%ld", &pages) != 1) return 1;
          std::fclose(f);
          rlimit limit{};
          limit.rlim_cur = limit.rlim_max = size_t(pages) * size_t(getpagesize()) + 8 * mega;
          if (setrlimit(RLIMIT_AS, &limit) != 0) return 2;
          void* volatile rest = nullptr;
          do rest = std::malloc(mega);
          while (rest);
          void* p = allocate(16 * mega);  // in its place
          if (message([] { allocate(1024 * mega); }) !=
              "allocate: the system has no 1073741824 bytes left")
            return 3;
          deallocate(p, 16 * mega);
          deallocate(allocate(100), 100);
          return 0;
        }) == 0);
}
