#include "distributed/mpi/element.h"

#include "autograd/modes.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

MPI_Datatype datatype(ScalarType t) {
  switch (t) {
    case kBool:
    case kByte:
      return MPI_UINT8_T;
    case kInt:
      return MPI_INT32_T;
    case kLong:
      return MPI_INT64_T;
    case kFloat:
      return MPI_FLOAT;
    case kDouble:
      return MPI_DOUBLE;
    default:
      fail("there is no MPI type for {}", t);
  }
}

MPI_Op reduction(ReduceOp::RedOpType op, ScalarType t) {
  const bool logical = t == kBool;
  switch (op) {
    case ReduceOp::SUM:
    case ReduceOp::AVG:
      return logical ? MPI_BOR : MPI_SUM;
    case ReduceOp::PRODUCT:
      return logical ? MPI_BAND : MPI_PROD;
    case ReduceOp::MIN:
      return logical ? MPI_BAND : MPI_MIN;
    case ReduceOp::MAX:
      return logical ? MPI_BOR : MPI_MAX;
    case ReduceOp::BAND:
      return MPI_BAND;
    case ReduceOp::BOR:
      return MPI_BOR;
    case ReduceOp::BXOR:
      return MPI_BXOR;
    default:
      fail("there is no MPI reduction for {}", to_string(op));
  }
}

void divide(const Tensor& sum, int64_t ranks) {
  const NoGradGuard no_grad;
  if (is_floating(sum.scalar_type()))
    sum.div_(ranks);
  else
    sum.div_(ranks, "trunc");
}

}  // namespace gradus::distributed::mpi
