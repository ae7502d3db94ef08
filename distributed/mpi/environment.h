// Where this process stands in the job, and MPI's start and end.
#pragma once

#include <chrono>

#include "distributed/mpi/engine.h"

namespace gradus::distributed::mpi {

// What the environment says, as the launcher sets it. -1 is unknown.
struct Launch {
  int rank = -1, size = -1;
  int local_rank = -1, local_size = -1;  // among the processes of this machine
  bool by_mpi = false;                   // a launcher of MPI's
};
// Throws Error where RANK and WORLD_SIZE contradict the launcher, or are no numbers.
Launch launched();

// The process's, started when it is first asked for; null where the process was started alone.
// Processes that no launcher of MPI has started wait so long for each other. Throws Error when MPI
// cannot start, or was ended.
Engine* engine(std::chrono::milliseconds timeout = kBackendDefaultTimeout);
// The same, which does not start it.
Engine* running();
// Ends what engine() started, with MPI. Not to be started again.
void finish();
// Ends the job at once.
[[noreturn]] void abort();

}  // namespace gradus::distributed::mpi
