#include "tensor/base/parallel.h"

#include <omp.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <exception>

#include "tensor/base/fail.h"

namespace gradus {

namespace {
std::atomic<int> thread_limit{0};
// In the child of a fork, whose OpenMP would wait for threads that only the parent has.
std::atomic<bool> orphaned{false};

[[maybe_unused]] const int watching = pthread_atfork(nullptr, nullptr, [] { orphaned = true; });
}  // namespace

int get_num_threads() {
  if (orphaned.load(std::memory_order_relaxed)) return 1;
  const int n = thread_limit.load(std::memory_order_relaxed);
  return n > 0 ? n : omp_get_max_threads();
}
void set_num_threads(int n) {
  if (n < 1) fail("set_num_threads: expected 1 or more, got {}", n);
  thread_limit.store(n, std::memory_order_relaxed);
}
int get_thread_num() { return omp_get_thread_num(); }
bool in_parallel_region() { return omp_in_parallel(); }

namespace detail {

int64_t chunk_count(int64_t count, int64_t grain) {
  if (count < 2 * grain || omp_in_parallel()) return 1;
  return std::min<int64_t>(get_num_threads(), count / std::max<int64_t>(grain, 1));
}

void parallel_ranges(int64_t begin, int64_t end, int64_t chunks, RangeBody body, void* context) {
  std::exception_ptr error;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
#pragma omp parallel for num_threads(int(chunks)) schedule(static, 1)
  for (int64_t c = 0; c < chunks; ++c) {
    try {
      body(context, begin + (end - begin) * c / chunks, begin + (end - begin) * (c + 1) / chunks);
    } catch (...) {
      if (!failed.test_and_set()) error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace detail
}  // namespace gradus
