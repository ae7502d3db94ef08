// MPI in processes that no launcher of MPI has started, but torchrun, or a loop in a shell.
#pragma once

#include <chrono>
#include <string>

namespace gradus::distributed::mpi {

// `Open MPI v4.1.4`
std::string mpi_version();

// Before MPI_Init: meets the other processes, and sees to it that MPI finds them. Throws Error
// where not all come, or MPI cannot be helped. From then on give_up() is called where one ends.
void meet(std::chrono::milliseconds timeout);
// Ends this process: MPI waits for another one, which will not come.
[[noreturn]] void give_up(const std::string& why);
// After MPI_Init: each process has then mapped the memory that it shares with those of its machine,
// whose files may go.
void speak_to_all_here();
// When all that MPI does at the start is done. Calls nothing of MPI, which has its own thread now.
void have_met();
// When all processes have agreed to end: whether MPI_Finalize is to be called.
bool before_part();
// After it, or instead of it, also where MPI's start has failed.
void part();

}  // namespace gradus::distributed::mpi
