// Threads by libtorch's names; parallel_for() is in "tensor/base/parallel.h".
#pragma once

#include <c10/macros/Macros.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "tensor/base/error.h"
#include "tensor/base/parallel.h"

namespace gradus {

/// x / y, rounded up.
inline int64_t divup(int64_t x, int64_t y) { return (x + y - 1) / y; }

/// f(b, e, ident) of disjoint ranges that cover [begin, end), brought together in their order by
/// sf(a, b), which starts with `ident`. On several threads when that pays.
template <class T, class F, class Join>
T parallel_reduce(int64_t begin, int64_t end, int64_t grain, const T ident, const F& f,
                  const Join& sf) {
  if (grain < 0) throw Error("parallel_reduce: the grain is negative");
  if (begin >= end) return ident;
  const int64_t chunks = detail::chunk_count(end - begin, grain);
  if (chunks <= 1) return f(begin, end, ident);
  struct Part {
    T value;
  };
  std::vector<Part> parts(size_t(chunks), Part{ident});
  const int64_t count = end - begin;
  parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
    for (int64_t c = first; c < last; ++c)
      parts[size_t(c)].value =
          f(begin + count * c / chunks, begin + count * (c + 1) / chunks, ident);
  });
  T result = ident;
  for (const Part& part : parts) result = sf(result, part.value);
  return result;
}

namespace detail {
inline std::atomic<int> interop_threads{0};
}
/// Sets the number that get_num_interop_threads() gives. Nothing runs on such threads: an operation
/// ends before the next begins. Throws Error for less than 1.
inline void set_num_interop_threads(int n) {
  if (n < 1) throw Error("set_num_interop_threads: expected 1 or more, got " + std::to_string(n));
  detail::interop_threads = n;
}
/// What was set, else the number of threads of a loop.
inline size_t get_num_interop_threads() {
  const int n = detail::interop_threads;
  return size_t(n > 0 ? n : get_num_threads());
}
/// The number of threads that a loop takes by itself.
inline int intraop_default_num_threads() { return get_num_threads(); }
/// Does nothing: threads start when the first loop needs them.
inline void init_num_threads() {}
/// Calls the function, on this thread.
inline void launch(const std::function<void()>& f) { f(); }
inline void intraop_launch(const std::function<void()>& f) { f(); }
/// How many threads there are, in words.
inline std::string get_parallel_info() {
  return "ATen parallel backend: OpenMP\nat::get_num_threads() : " +
         std::to_string(get_num_threads()) +
         "\nat::get_num_interop_threads() : " + std::to_string(get_num_interop_threads()) + "\n";
}

}  // namespace gradus
