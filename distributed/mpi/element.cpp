#include "distributed/mpi/element.h"

#include <algorithm>

#include "autograd/modes.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::distributed::mpi {

namespace {
// Calls f(begin, length) for parts so short that each is computed on this thread alone: the others
// are the program's.
template <class F>
void each_part(int64_t n, F f) {
  constexpr int64_t longest = 1 << 14;
  for (int64_t begin = 0; begin < n; begin += longest) f(begin, std::min(longest, n - begin));
}
}  // namespace

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

void add(const Tensor& to, const Tensor& terms) {
  const NoGradGuard no_grad;
  each_part(to.numel(), [&](int64_t begin, int64_t n) {
    raw::part(to, 0, begin, n).add_(raw::part(terms, 0, begin, n));
  });
}

void divide(const Tensor& sum, int64_t ranks) {
  const NoGradGuard no_grad;
  each_part(sum.numel(), [&](int64_t begin, int64_t n) {
    const Tensor part = raw::part(sum, 0, begin, n);
    if (is_floating(sum.scalar_type()))
      part.div_(ranks);
    else
      part.div_(ranks, "trunc");
  });
}

}  // namespace gradus::distributed::mpi
