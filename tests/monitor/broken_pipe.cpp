// Bars and logs that are written to a pipe whose reader has ended.
#include "monitor/broken_pipe.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "gradus.h"
#include "monitor/log/logger.h"
#include "monitor/progress/progress_output.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::ProgressOutput;

namespace {

// What a process gives that calls body(the broken pipe) under SIGPIPE's default: 0 where that is
// true, and above 0 where it is false or the process was killed.
template <class F>
int in_child(F body) {
  std::fflush(nullptr);  // or the child writes it too
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    int ends[2];
    if (pipe(ends) != 0) _exit(3);
    close(ends[0]);
    bool good = false;
    try {
      good = body(ends[1]);
    } catch (...) {
    }
    if (good) std::exit(0);  // which flushes files
    _exit(2);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a bar whose reader has ended does not end the program") {
  CHECK(in_child([](int fd) {
          ProgressOutput::to(fd)->write("a line");
          return true;
        }) == 0);
  CHECK(in_child([](int fd) {
          std::FILE* file = fdopen(fd, "w");
          ProgressOutput::to(file)->write("a line");
          return file != nullptr;
        }) == 0);
  CHECK(in_child([](int fd) {
          dup2(fd, STDERR_FILENO);
          ProgressOutput::standard()->write("a line");
          return true;
        }) == 0);
  for (const bool shared : {true, false})  // with stdout's buffer, or one of its own
    CHECK(in_child([&](int fd) {
            dup2(fd, STDOUT_FILENO);
            std::ios::sync_with_stdio(shared);
            ProgressOutput::to(std::cout)->write("a line");
            std::cout.clear();
            return true;
          }) == 0);
  CHECK(in_child([](int fd) {  // and the program's own writes are as they were
          ProgressOutput::to(fd)->write("a line");
          return write(fd, "x", 1) == 1;
        }) == 100 + SIGPIPE);
}

TEST_CASE("a guard takes no signal that was there before") {
  CHECK(in_child([](int fd) {
          sigset_t set;
          sigemptyset(&set);
          sigaddset(&set, SIGPIPE);
          pthread_sigmask(SIG_BLOCK, &set, nullptr);
          raise(SIGPIPE);
          {
            const monitor::detail::BrokenPipeGuard guard;
            if (write(fd, "x", 1) != -1 || errno != EPIPE) return false;
          }
          sigset_t pending;
          sigpending(&pending);
          return sigismember(&pending, SIGPIPE) == 1;
        }) == 0);
}

TEST_CASE("a log whose reader has ended throws") {
  const TemporaryDirectory dir;
  const std::string name = dir / "fifo";
  REQUIRE(mkfifo(name.c_str(), 0600) == 0);
  CHECK(in_child([&](int) {
          const int reader = open(name.c_str(), O_RDONLY | O_NONBLOCK);
          monitor::JSONLinesLogger log(name);
          log.log(1, {{"loss", 0.5}});
          close(reader);
          try {
            log.log(2, {{"loss", 0.5}});
          } catch (const Error& e) {
            return std::string(e.what()) ==
                   "json lines logger: cannot write " + name + ": Broken pipe";
          }
          return false;
        }) == 0);
}
