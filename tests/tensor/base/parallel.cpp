// Loops on several threads.
#include "tensor/base/parallel.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

using namespace gradus;

namespace {
int64_t counted() {
  std::atomic<int64_t> n{0};
  parallel_for(0, 1000, 1, [&](int64_t b, int64_t e) { n += e - b; });
  return n;
}
}  // namespace

TEST_CASE("the child of a fork works alone") {
  set_num_threads(2);
  REQUIRE(counted() == 1000);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // instead of waiting for threads that it does not have
    _exit(get_num_threads() == 1 && counted() == 1000 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(get_num_threads() == 2);
}
