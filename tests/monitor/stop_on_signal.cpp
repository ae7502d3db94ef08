#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/checkpoint.h"

using gradus::monitor::StopOnSignal;

namespace {
int counted = 0;
void count(int) { ++counted; }
}  // namespace

TEST_CASE("a signal sets the flag, and the former handlers come back") {
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

TEST_CASE("the second Ctrl-C ends the program, and an ignored one stays ignored") {
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
