// Calls of MPI that throw.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "distributed/mpi/limits.h"

namespace gradus::distributed::mpi {

// Throws Error with MPI's words unless the code is that of success.
void check(int code, const char* call);

// What was started and has not ended. One that is dropped before its end goes on in MPI, which then
// still writes where it was told.
class Requests {
 public:
  // The place for one more.
  MPI_Request* add() {
    list_.push_back(MPI_REQUEST_NULL);
    return &list_.back();
  }
  // Whether all have ended; their statuses are known then. Throws what went wrong in one.
  bool ended();
  const MPI_Status& status(size_t i) const { return statuses_[i]; }
  void clear() { list_.clear(); }

 private:
  std::vector<MPI_Request> list_;
  std::vector<MPI_Status> statuses_;
};

}  // namespace gradus::distributed::mpi
