// What a fork must leave in order.
#pragma once

#include <mutex>

namespace gradus::detail {

// The order in which the library's own mutexes are locked: who holds one may take those after it.
enum class LockOrder { history, generator, memory };

// From now on a fork waits for the mutex and what it guards, so that the child, which has none of
// the other threads, finds both as they are between two uses. One mutex for each place in the
// order.
void hold_over_forks(std::mutex& mutex, LockOrder order);

// A function that makes a static of the library when it is first called. A fork calls it before:
// in a child whose parent's other thread was just making it, it would never be made. Only at
// namespace scope.
class FirstUse {
 public:
  explicit FirstUse(void (*use)());

  void (*const use)();
  const FirstUse* const next;
};

}  // namespace gradus::detail
