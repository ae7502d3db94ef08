// Where the processes of a job meet that were started one by one, as torchrun says it to each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gradus::distributed::meeting {

// The value of an environment variable; nothing where it is empty or not set. Throws Error where it
// is no number from 0 to 1,000,000.
std::optional<int> number_in(const char* variable);

struct Invitation {
  int rank = 0, size = 1;
  std::string address;     // of rank 0's machine
  std::vector<int> ports;  // rank 0 listens on the first of them that is free
  std::string job;         // tells this job from others
  std::string mpi;         // the MPI library, which all have to have

  uint64_t job_number() const;  // a hash of it
  std::string place() const;    // `localhost:29500`
};
// What RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT say. Throws Error where one of them is missing
// or impossible.
Invitation invited();

}  // namespace gradus::distributed::meeting
