#include "tensor/base/fork.h"

#include <pthread.h>

#include <atomic>
#include <utility>

namespace gradus::detail {
namespace {

constexpr int count = int(LockOrder::memory) + 1;
constinit std::atomic<std::mutex*> known[count]{};

constinit const FirstUse* first_uses = nullptr;
constinit std::mutex forking;         // one fork at a time, which
constinit std::mutex* held[count]{};  // holds these

void before() {
  forking.lock();
  for (const FirstUse* f = first_uses; f; f = f->next) {
    try {
      f->use();
    } catch (...) {  // it throws again where it is needed
    }
  }
  for (int i = 0; i < count; ++i)
    if ((held[i] = known[i].load(std::memory_order_acquire))) held[i]->lock();
}
// In the parent and in the child, whose only thread holds the mutexes.
void after() {
  for (int i = count; i-- > 0;)
    if (held[i]) held[i]->unlock();
  forking.unlock();
}

[[maybe_unused]] const int watching = pthread_atfork(before, after, after);

}  // namespace

FirstUse::FirstUse(void (*use_)()) : use(use_), next(std::exchange(first_uses, this)) {}

void hold_over_forks(std::mutex& mutex, LockOrder order) {
  known[int(order)].store(&mutex, std::memory_order_release);
}

}  // namespace gradus::detail
