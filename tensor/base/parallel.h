// Threads: one fork-join loop that everything uses.
#pragma once

#include <cstdint>
#include <type_traits>

namespace gradus {

/// The number of threads that a loop may use, by default that of OpenMP (OMP_NUM_THREADS, or one
/// for each processor). Results have the same bits for any number. After a fork the child has one
/// thread, if its parent has used more.
int get_num_threads();
/// Sets the number of threads that a loop may use, for the whole process. Throws Error for less
/// than 1.
void set_num_threads(int n);
/// Which of a loop's threads this is: 0 outside of a loop.
int get_thread_num();
/// Whether the calling thread is one of several that run a loop.
bool in_parallel_region();

namespace detail {
using RangeBody = void (*)(void* context, int64_t begin, int64_t end);
void parallel_ranges(int64_t begin, int64_t end, int64_t chunks, RangeBody body, void* context);
int64_t chunk_count(int64_t count, int64_t grain);
}  // namespace detail

/// Calls body(b, e) on disjoint ranges that cover [begin, end), none much shorter than `grain`, on
/// several threads when that pays. An exception from a range is thrown here. Calls inside a body
/// run on the calling thread.
template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, F&& body) {
  if (begin >= end) return;
  const int64_t chunks = detail::chunk_count(end - begin, grain);
  if (chunks == 1) {
    body(begin, end);
    return;
  }
  using Body = std::remove_reference_t<F>;
  detail::parallel_ranges(
      begin, end, chunks,
      [](void* context, int64_t b, int64_t e) { (*static_cast<Body*>(context))(b, e); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace gradus
