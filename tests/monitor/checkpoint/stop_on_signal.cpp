#include "monitor/checkpoint/stop_on_signal.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace gradus::monitor::detail {
extern std::atomic<int64_t> signal_interval;  // of monitor/checkpoint/stop_on_signal.cpp
}

using gradus::monitor::StopOnSignal;
using gradus::monitor::detail::signal_interval;

namespace {
int counted = 0;
void count(int) { ++counted; }

struct Interval {
  explicit Interval(int64_t nanoseconds) { signal_interval = nanoseconds; }
  ~Interval() { signal_interval = former; }
  int64_t former = signal_interval;
};
}  // namespace

TEST_CASE("a signal sets the flag, and the former handlers come back") {
  const Interval none(0);
  struct sigaction own = {}, former = {};
  own.sa_handler = count;
  sigaction(SIGTERM, &own, &former);
  {
    StopOnSignal stop;
    CHECK_FALSE(stop);
    raise(SIGTERM);
    CHECK(stop);
    CHECK(stop.signal() == SIGTERM);
    CHECK(counted == 0);
    {
      const StopOnSignal inner;
      CHECK(inner);
    }
    raise(SIGTERM);  // the second time it does what it did before
    CHECK(counted == 1);
  }
  raise(SIGTERM);
  CHECK(counted == 2);
  const StopOnSignal next;
  CHECK_FALSE(next);
  sigaction(SIGTERM, &former, nullptr);
}

TEST_CASE("a terminal that is closed sets the flag, unless nohup was there") {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGHUP, SIG_DFL);
    bool right = false;
    {
      const StopOnSignal stop;
      raise(SIGHUP);
      right = stop.signal() == SIGHUP;
    }
    signal(SIGHUP, SIG_IGN);
    const StopOnSignal stop;
    raise(SIGHUP);
    _exit(right && !stop ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("the second Ctrl-C ends the program, and an ignored one stays ignored") {
  const Interval none(0);
  const auto ends_by = [](bool ignored) {
    const pid_t child = fork();
    if (child == 0) {
      signal(SIGINT, ignored ? SIG_IGN : SIG_DFL);
      const StopOnSignal stop;
      raise(SIGINT);
      raise(SIGINT);
      _exit(stop ? 3 : 4);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
  };
  CHECK(ends_by(false) == SIGINT);
  CHECK(ends_by(true) == -4);
}

TEST_CASE("a signal that comes twice at once counts once") {
  CHECK(signal_interval == 1'000'000'000);
  const Interval hour(3600'000'000'000);
  struct sigaction own = {}, former = {};
  own.sa_handler = count;
  sigaction(SIGTERM, &own, &former);
  counted = 0;
  {
    const StopOnSignal stop;
    for (int i = 0; i < 3; ++i) raise(SIGTERM);
    CHECK(stop);
    CHECK(counted == 0);
    signal_interval = 0;  // later
    raise(SIGTERM);
    CHECK(counted == 1);
  }
  sigaction(SIGTERM, &former, nullptr);
}
