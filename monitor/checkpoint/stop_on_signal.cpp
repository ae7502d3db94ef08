#include "monitor/checkpoint/stop_on_signal.h"

#include <signal.h>

#include <atomic>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <mutex>

namespace gradus::monitor {

namespace detail {
// Nanoseconds from a first signal on in which another of its kind is the same one.
extern std::atomic<int64_t> signal_interval;
std::atomic<int64_t> signal_interval = 1'000'000'000;
}  // namespace detail

namespace {

constexpr int kinds[] = {SIGINT, SIGTERM, SIGHUP};
std::mutex mutex;
int alive = 0;
struct sigaction former[std::size(kinds)];
std::atomic<int> last = 0;
std::atomic<int64_t> first[std::size(kinds)];  // when it came; 0: it did not
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free);

// Only what may be done in a handler.
void note(int number) {
  timespec t = {};
  clock_gettime(CLOCK_MONOTONIC, &t);
  const int64_t now = int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
  for (size_t i = 0; i < std::size(kinds); ++i) {
    if (kinds[i] != number) continue;
    int64_t before = 0;
    // Asked twice: as if nobody had waited for it.
    if (!first[i].compare_exchange_strong(before, now) && now - before >= detail::signal_interval) {
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
      first[i] = 0;
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
