#include "distributed/mpi/pieces.h"

#include <algorithm>

#include "distributed/mpi/element.h"

namespace gradus::distributed::mpi {

namespace {
// Calls one(offset in bytes, elements) for each piece.
template <class F>
void each_piece(int64_t count, ScalarType dtype, F one) {
  const int64_t limit = count_limit(), item = int64_t(item_size(dtype));
  for (int64_t begin = 0; begin < count; begin += limit)
    one(begin * item, int(std::min(limit, count - begin)));
}
}  // namespace

void send_pieces(const char* from, int64_t count, ScalarType dtype, int rank, int tag,
                 MPI_Comm comm, Requests& requests) {
  const MPI_Datatype type = datatype(dtype);
  each_piece(count, dtype, [&](int64_t offset, int n) {
    check(MPI_Isend(from + offset, n, type, rank, tag, comm, requests.add()), "MPI_Isend");
  });
}

void receive_pieces(char* to, int64_t count, ScalarType dtype, int rank, int tag, MPI_Comm comm,
                    Requests& requests) {
  const MPI_Datatype type = datatype(dtype);
  each_piece(count, dtype, [&](int64_t offset, int n) {
    check(MPI_Irecv(to + offset, n, type, rank, tag, comm, requests.add()), "MPI_Irecv");
  });
}

}  // namespace gradus::distributed::mpi
