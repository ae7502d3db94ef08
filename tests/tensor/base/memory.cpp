#include "tensor/base/memory.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "tests/sanitizers.h"
#include "tests/support.h"

using namespace gradus;
using gradus::test::caching;

namespace {
Tensor bytes(int64_t n) { return empty({n}, kByte); }
int64_t active() { return memory_stats().active; }
}  // namespace

TEST_CASE("active and peak count each byte of tensor data") {
  const int64_t before = active();
  reset_peak_memory_stats();
  {
    const Tensor small = bytes(100), large = bytes(1 << 20);
    CHECK(active() == before + 100 + (1 << 20));
    const Tensor view = large.slice(0, 10, 20);
    CHECK(active() == before + 100 + (1 << 20));
  }
  CHECK(active() == before);
  CHECK(memory_stats().peak == before + 100 + (1 << 20));
  reset_peak_memory_stats();
  CHECK(memory_stats().peak == before);
  // Small ones that come and go between two looks.
  {
    const Tensor a = bytes(1000);
    { const Tensor b = bytes(2000); }
  }
  CHECK(memory_stats().peak == before + 3000);
}

TEST_CASE("borrowed memory is not counted") {
  const int64_t before = active();
  float data[4] = {};
  const Tensor t = from_blob(data, {4});
  CHECK(active() == before);
}

TEST_CASE("other threads' bytes count, whoever frees them") {
  const int64_t before = active();
  Tensor kept;
  std::thread([&] {
    kept = bytes(300);
    const Tensor dropped = bytes(5000);
  }).join();
  CHECK(active() == before + 300);
  std::thread([t = std::move(kept)]() mutable { t = Tensor(); }).join();
  CHECK(active() == before);
}

TEST_CASE("past the limit an allocation throws and counts nothing") {
  const int64_t before = active();
  set_memory_limit(before + 1000);
  const Tensor first = bytes(600);
  CHECK(message([] { bytes(401); }) == "allocate: 401 bytes more would pass the limit, " +
                                           std::to_string(before + 600) + " in use of " +
                                           std::to_string(before + 1000));
  CHECK(active() == before + 600);
  reset_peak_memory_stats();
  { const Tensor second = bytes(400); }
  CHECK(memory_stats().peak == before + 1000);
  set_memory_limit(0);
  CHECK(memory_limit() == 0);
  const Tensor more = bytes(5000);
  CHECK(active() == before + 5600);
  CHECK(message([] { set_memory_limit(-1); }) ==
        "set_memory_limit: expected 0 or more bytes, got -1");
}

TEST_CASE("sizes that only grow do not pile up") {
  int64_t n = int64_t(40) << 20, last = 0;
  for (; n < int64_t(400) << 20; n += n / 5) {
    const Tensor t = bytes(n);
    last = n;
  }
  CHECK(memory_stats().cached < 3 * last + (int64_t(64) << 20));
  release_cached_memory();
}

TEST_CASE("what was released no longer counts when sizes grow") {
  {
    std::vector<Tensor> many;
    for (int i = 0; i < 70000; ++i) many.push_back(bytes(500));
  }
  memory_stats();
  release_cached_memory();
  reset_peak_memory_stats();
  for (int64_t n = int64_t(2) << 20; n <= int64_t(32) << 20; n += n / 5) {
    const Tensor t = bytes(n);
    CHECK(memory_stats().cached <= 2 * n + (int64_t(64) << 20));
  }
  release_cached_memory();
}

TEST_CASE("what was freed is kept for reuse until it is released") {
  release_cached_memory();
  const int64_t small = memory_stats().cached;  // blocks beside some that are in use
  { const Tensor t = bytes(100000); }
  CHECK((memory_stats().cached >= small + 100000) == caching);
  release_cached_memory();
  CHECK(memory_stats().cached == small);
}

TEST_CASE("small blocks are released with the last of their slab") {
  release_cached_memory();
  const int64_t before = memory_stats().cached;
  constexpr int64_t count = 100000, each = 100;
  {
    std::vector<Tensor> all;
    for (int64_t i = 0; i < count; ++i) all.push_back(full({each}, i % 100, kByte));
    bool kept = true;
    for (int64_t i = 0; i < count; ++i)
      kept = kept && all[size_t(i)].data_ptr<uint8_t>()[i % each] == i % 100;
    CHECK(kept);
    // A few that stay hold a slab each.
    std::vector<Tensor> few;
    for (int64_t i = 0; i < count; i += count / 4) few.push_back(all[size_t(i)]);
    all.clear();
    if (caching) CHECK(memory_stats().cached > before + count * each);
    release_cached_memory();
    CHECK(memory_stats().cached < before + int64_t(few.size()) * (2 << 20));
    for (size_t i = 0; i < few.size(); ++i)
      CHECK(few[i].data_ptr<uint8_t>()[0] == int64_t(i) * (count / 4) % 100);
  }
  release_cached_memory();
  CHECK(memory_stats().cached <= before);
}

TEST_CASE("a thread's small blocks outlive it, and the rest of its slab serves others") {
  release_cached_memory();
  const int64_t before = memory_stats().cached;
  std::vector<Tensor> made;
  for (int i = 0; i < 50; ++i)
    std::thread([&] {
      for (int k = 0; k < 20; ++k) made.push_back(full({k + 1}, i + k, kByte));
    }).join();
  for (int i = 0; i < 50; ++i)
    for (int k = 0; k < 20; ++k) {
      const Tensor& t = made[size_t(i * 20 + k)];
      CHECK(t.data_ptr<uint8_t>()[0] == i + k);
      CHECK(t.data_ptr<uint8_t>()[k] == i + k);
    }
  made.clear();
  release_cached_memory();
  CHECK(memory_stats().cached <= before);
}
