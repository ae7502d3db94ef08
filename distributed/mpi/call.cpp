#include "distributed/mpi/call.h"

#include <atomic>
#include <string>

#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {
std::atomic<int64_t> limit{int64_t(1) << 28};
}  // namespace

int64_t count_limit() { return limit.load(std::memory_order_relaxed); }
void set_count_limit(int64_t elements) { limit = elements; }

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  fail("{}: {}", call, std::string(text, size_t(length)));
}

bool Requests::ended() {
  if (list_.empty()) return true;
  statuses_.resize(list_.size());
  int done = 0;
  const int code = MPI_Testall(int(list_.size()), list_.data(), &done, statuses_.data());
  if (code == MPI_ERR_IN_STATUS)
    for (const MPI_Status& s : statuses_)
      if (s.MPI_ERROR != MPI_ERR_PENDING) check(s.MPI_ERROR, "MPI_Testall");
  check(code, "MPI_Testall");
  return done != 0;
}

}  // namespace gradus::distributed::mpi
