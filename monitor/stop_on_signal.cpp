#include <signal.h>

#include <atomic>
#include <iterator>
#include <mutex>

#include "monitor/checkpoint.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

constexpr int kinds[] = {SIGINT, SIGTERM};
std::mutex mutex;
int alive = 0;
struct sigaction former[std::size(kinds)];
std::atomic<int> last = 0;
std::atomic<bool> seen[std::size(kinds)];
static_assert(std::atomic<int>::is_always_lock_free);

// Only what may be done in a handler.
void note(int number) {
  for (size_t i = 0; i < std::size(kinds); ++i) {
    if (kinds[i] != number) continue;
    if (seen[i].exchange(true)) {  // asked twice: as if nobody had waited for it
      sigaction(number, &former[i], nullptr);
      raise(number);
    }
  }
  last = number;
}

}  // namespace

StopOnSignal::StopOnSignal() {
  const std::lock_guard lock(mutex);
  if (alive == 0) {
    last = 0;
    struct sigaction ours = {};
    ours.sa_handler = note;
    ours.sa_flags = SA_RESTART;  // a read or write that is under way goes on
    sigemptyset(&ours.sa_mask);
    for (size_t i = 0; i < std::size(kinds); ++i) {
      seen[i] = false;
      sigaction(kinds[i], nullptr, &former[i]);
      // What the program's starter had ignored, as `nohup` does, stays so.
      if (former[i].sa_handler != SIG_IGN) sigaction(kinds[i], &ours, nullptr);
    }
  }
  ++alive;
}

StopOnSignal::~StopOnSignal() {
  const std::lock_guard lock(mutex);
  if (--alive > 0) return;
  for (size_t i = 0; i < std::size(kinds); ++i) sigaction(kinds[i], &former[i], nullptr);
}

int StopOnSignal::signal() const { return last; }

}  // namespace gradus::monitor
