#include "tensor/base/fork.h"

#include <pthread.h>

#include <atomic>

namespace gradus::detail {
namespace {

constexpr int count = int(LockOrder::memory) + 1;
constinit std::atomic<std::mutex*> known[count]{};

constinit std::mutex forking;         // one fork at a time, which
constinit std::mutex* held[count]{};  // holds these

void before() {
  forking.lock();
  for (int i = 0; i < count; ++i)
    if ((held[i] = known[i].load(std::memory_order_acquire))) held[i]->lock();
}
// In the parent and in the child, whose only thread holds the mutexes.
void after() {
  for (int i = count; i-- > 0;)
    if (held[i]) held[i]->unlock();
  forking.unlock();
}

}  // namespace

void hold_over_forks(std::mutex& mutex, LockOrder order) {
  static const int watching = pthread_atfork(before, after, after);
  (void)watching;
  known[int(order)].store(&mutex, std::memory_order_release);
}

}  // namespace gradus::detail
