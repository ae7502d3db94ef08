// Writing to a pipe whose reader has ended: an error of the call instead of the program's end.
#pragma once

#include <signal.h>

namespace gradus::monitor::detail {

// While it lives, a write to a broken pipe gives EPIPE, and this thread gets no SIGPIPE for it.
// What the program does with that signal stays as it is.
class BrokenPipeGuard {
 public:
  BrokenPipeGuard();
  BrokenPipeGuard(const BrokenPipeGuard&) = delete;
  BrokenPipeGuard& operator=(const BrokenPipeGuard&) = delete;
  ~BrokenPipeGuard();

 private:
  sigset_t former_;
  bool pending_;  // one that was there before, which is not ours to take
};

}  // namespace gradus::monitor::detail
