// What an MPI asks the launcher of its processes, its PMI-1: rank, size, and a table of words that
// all fill and read. A meeting answers where there is no launcher.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "distributed/meeting/meeting.h"

namespace gradus::distributed::mpi {

class Pmi {
 public:
  // Room for all that a rank has to say in one value: where Open MPI 4 divides it, it reads memory
  // that it has freed, which does harm where another malloc() than glibc's is loaded.
  static constexpr int longest_name = 64, longest_key = 128, longest_value = 1 << 16;
  static constexpr const char* name = "gradus";  // of the table

  explicit Pmi(meeting::Meeting& meeting);

  int rank() const { return meeting_.rank(); }
  int size() const { return meeting_.size(); }
  uint32_t number() const { return meeting_.number(); }
  const std::vector<uint32_t>& machines() const { return meeting_.machines(); }
  // The ranks on this machine.
  const std::vector<int>& here() const { return here_; }

  // Others see it after the next barrier. False where it is too long.
  bool put(std::string_view key, std::string_view value);
  // Waits for all ranks. Throws Error as Meeting::exchange().
  void barrier();
  std::optional<std::string> get(const std::string& key);

 private:
  meeting::Meeting& meeting_;
  std::vector<int> here_;
  std::mutex mutex_;
  std::string own_;  // put since the last barrier
  std::map<std::string, std::string> table_;
};

// How this MPI is brought to ask it; asked_by_*.cpp, of which one is built.

// Throws Error where the library that the program runs with cannot.
void check_that_mpi_asks();
// Before MPI_Init. Where there is no answer any more, the process gives up.
void let_mpi_ask(Pmi& pmi);
// After it, when all ranks are through: what was put into the environment for it is gone again, as
// are files that are no longer needed, whatever becomes of this process.
void mpi_has_asked();
// Whether MPI_Finalize is to be called, for which it is then ready.
bool mpi_ends();
// After it, or instead of it.
void end_asking();
// Where this process gives up: removes what all on this machine have made, as they will end too.
void leave_nothing();

}  // namespace gradus::distributed::mpi
