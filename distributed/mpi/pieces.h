// Messages between two ranks of any length.
#pragma once

#include "distributed/group/types.h"
#include "distributed/mpi/call.h"

namespace gradus::distributed::mpi {

// Of what belongs to operations among all ranks.
inline constexpr int exchange_tag = 1;

// Starts to send `count` elements, in as many pieces as both sides count.
void send_pieces(const char* from, int64_t count, ScalarType dtype, int rank, int tag,
                 MPI_Comm comm, Requests& requests);
void receive_pieces(char* to, int64_t count, ScalarType dtype, int rank, int tag, MPI_Comm comm,
                    Requests& requests);

}  // namespace gradus::distributed::mpi
