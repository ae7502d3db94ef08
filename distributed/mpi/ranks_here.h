// The ranks on this process's machine.
#pragma once

#include "distributed/mpi/call.h"

namespace gradus::distributed::mpi {

struct RanksHere {
  RanksHere() {
    check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &all),
          "MPI_Comm_split_type");
    check(MPI_Comm_rank(all, &rank), "MPI_Comm_rank");
    check(MPI_Comm_size(all, &size), "MPI_Comm_size");
  }
  RanksHere(const RanksHere&) = delete;
  RanksHere& operator=(const RanksHere&) = delete;
  ~RanksHere() { MPI_Comm_free(&all); }

  MPI_Comm all = MPI_COMM_NULL;
  int rank = 0, size = 1;
};

}  // namespace gradus::distributed::mpi
