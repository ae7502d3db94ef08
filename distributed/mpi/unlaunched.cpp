#include "distributed/mpi/unlaunched.h"

#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "distributed/meeting/own_thread.h"
#include "distributed/mpi/call.h"
#include "distributed/mpi/pmi.h"
#include "distributed/mpi/ranks_here.h"
#include "tensor/base/error.h"

namespace gradus::distributed::mpi {

namespace {
// Never destroyed: MPI may ask until the process's end.
struct Met {
  meeting::Meeting meeting;
  Pmi pmi;
  Met(const meeting::Invitation& invitation, std::chrono::milliseconds timeout)
      : meeting(invitation, timeout), pmi(meeting) {}
};
Met* met = nullptr;
bool starting = false;

// Open MPI ends a process in which it cannot start.
void at_exit() {
  if (starting)
    std::fprintf(stderr,
                 "gradus: %s could not start in processes that it has not launched: start them by "
                 "mpirun\n",
                 mpi_version().c_str());
}
}  // namespace

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string version(text, size_t(length));
  version.resize(std::min(version.find_first_of(",\n"), version.size()));
  for (char& c : version)
    if (c == '\t') c = ' ';
  if (version.size() > 60) version.resize(60);
  return version;
}

void meet(std::chrono::milliseconds timeout) {
  check_that_mpi_asks();
  meeting::Invitation invitation = meeting::invited();
  invitation.mpi = mpi_version();
  auto meets = std::make_unique<Met>(invitation, timeout);
  let_mpi_ask(meets->pmi);
  met = meets.release();
  std::atexit(at_exit);
  starting = true;
  met->meeting.watch(give_up);
}

void give_up(const std::string& why) {
  static std::atomic_flag said = ATOMIC_FLAG_INIT;
  if (said.test_and_set())
    for (;;) pause();  // another thread does the rest
  std::fprintf(stderr, "gradus: %s\n", why.c_str());
  leave_nothing();
  std::fflush(nullptr);
  _exit(1);
}

void speak_to_all_here() {
  if (!met) return;
  const RanksHere here;
  // To each by itself: a collective operation takes other ways.
  for (int k = 1; k < here.size; ++k)
    check(MPI_Sendrecv(nullptr, 0, MPI_BYTE, (here.rank + k) % here.size, 0, nullptr, 0, MPI_BYTE,
                       (here.rank - k + here.size) % here.size, 0, here.all, MPI_STATUS_IGNORE),
          "MPI_Sendrecv");
}

void have_met() {
  if (!met) return;
  met->pmi.barrier();
  met->meeting.stop_watch();
  starting = false;
  mpi_has_asked();
}

bool before_part() {
  if (!met || mpi_ends()) return true;
  // Until the others have what this process has sent, which MPI may still have to do.
  std::atomic<bool> all{false};
  std::thread waits = meeting::own_thread([&] {
    try {
      met->pmi.barrier();
    } catch (const Error&) {
      // One has ended already.
    }
    all = true;
  });
  while (!all) {
    int some = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &some, MPI_STATUS_IGNORE);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  waits.join();
  return false;
}

void part() {
  if (!met) return;
  if (std::exchange(starting, false)) mpi_has_asked();
  end_asking();
  delete std::exchange(met, nullptr);
}

}  // namespace gradus::distributed::mpi
