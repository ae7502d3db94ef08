// How much goes into one call of MPI.
#pragma once

#include <cstdint>

namespace gradus::distributed::mpi {

// The largest number of elements in one call of MPI, which counts in int; more go in pieces.
int64_t count_limit();
// For tests.
void set_count_limit(int64_t elements);

}  // namespace gradus::distributed::mpi
