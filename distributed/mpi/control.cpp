#include "distributed/mpi/control.h"

#include <algorithm>
#include <cstring>

#include "distributed/mpi/call.h"

namespace gradus::distributed::mpi {

void Notice::say(std::string_view words) {
  const size_t n = std::min(words.size(), sizeof text - 1);
  std::memcpy(text, words.data(), n);
  text[n] = 0;
}

Control::Control(MPI_Comm comm, std::function<void(const Notice&, int)> handle)
    : comm_(comm), handle_(std::move(handle)) {
  listen();
}

void Control::listen() {
  check(MPI_Irecv(&incoming_, sizeof incoming_, MPI_BYTE, MPI_ANY_SOURCE, 0, comm_, &listening_),
        "MPI_Irecv");
}

void Control::send(int rank, const Notice& notice) {
  Outgoing& out = outgoing_.emplace_back(Outgoing{notice});
  // To a rank that is gone it may fail: whoever waits for an answer sees that none comes.
  if (MPI_Isend(&out.notice, sizeof out.notice, MPI_BYTE, rank, 0, comm_, &out.request) !=
      MPI_SUCCESS)
    outgoing_.pop_back();
}

bool Control::poll() {
  bool some = false;
  for (;;) {
    int done = 0;
    MPI_Status status;
    check(MPI_Test(&listening_, &done, &status), "MPI_Test");
    if (!done) break;
    some = true;
    const Notice notice = incoming_;
    listen();
    handle_(notice, status.MPI_SOURCE);
  }
  flushed();
  return some;
}

bool Control::flushed() {
  std::erase_if(outgoing_, [](Outgoing& out) {
    int done = 0;
    return MPI_Test(&out.request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS || done;
  });
  return outgoing_.empty();
}

void Control::close() {
  MPI_Status status;
  if (MPI_Cancel(&listening_) == MPI_SUCCESS) MPI_Wait(&listening_, &status);
}

}  // namespace gradus::distributed::mpi
