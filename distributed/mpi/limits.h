// How much goes into one call of MPI, and how many groups it has made.
#pragma once

#include <cstdint>

namespace gradus::distributed::mpi {

// The largest number of elements in one call of MPI, which counts in int; more go in pieces.
int64_t count_limit();
// For tests.
void set_count_limit(int64_t elements);
// How many groups of this process MPI keeps; 0 where it was not started.
int groups_kept();

}  // namespace gradus::distributed::mpi
