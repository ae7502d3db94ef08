// Element types and reductions in MPI's words.
#pragma once

#include <mpi.h>

#include "distributed/group/types.h"

namespace gradus::distributed::mpi {

MPI_Datatype datatype(ScalarType t);
// A sum for an average, which divides afterwards. Of bool, which MPI sees as uint8, sums are `or`.
MPI_Op reduction(ReduceOp::RedOpType op, ScalarType t);
// Adds to a tensor of one dim another one.
void add(const Tensor& to, const Tensor& terms);
// Divides what was summed: integers are rounded toward zero.
void divide(const Tensor& sum, int64_t ranks);

}  // namespace gradus::distributed::mpi
