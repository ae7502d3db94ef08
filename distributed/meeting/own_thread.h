// Threads of the library's own.
#pragma once

#include <signal.h>

#include <system_error>
#include <thread>
#include <utility>

#include "tensor/base/fail.h"

namespace gradus::distributed::meeting {

// Runs `f` on a new thread, which gets no signals: they are for the program's own threads. Throws
// Error where there can be no more threads.
template <class F>
std::thread own_thread(F f) {
  struct Blocked {
    sigset_t before;
    Blocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  } const blocked;
  try {
    return std::thread(std::move(f));
  } catch (const std::system_error& e) {
    fail("init_process_group: cannot start a thread: {}", e.what());
  }
}

}  // namespace gradus::distributed::meeting
