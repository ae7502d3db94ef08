#include "monitor/broken_pipe.h"

#include <cerrno>
#include <ctime>

namespace gradus::monitor::detail {
namespace {

sigset_t only_sigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

BrokenPipeGuard::BrokenPipeGuard() {
  const sigset_t sigpipe = only_sigpipe();
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  pending_ = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &sigpipe, &former_);
}

BrokenPipeGuard::~BrokenPipeGuard() {
  const int error = errno;
  const sigset_t sigpipe = only_sigpipe();
  const timespec at_once = {0, 0};
  if (!pending_)
    while (sigtimedwait(&sigpipe, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  pthread_sigmask(SIG_SETMASK, &former_, nullptr);
  errno = error;
}

}  // namespace gradus::monitor::detail
