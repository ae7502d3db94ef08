// Short messages about the state of ranks, beside the operations: who is at what, what has failed,
// who has left. They come through while an operation is stuck.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>

namespace gradus::distributed::mpi {

struct Notice {
  enum Kind : int32_t {
    ask,     // what are you at?
    answer,  // `called` and `text`: the operation that has not ended, if there is one
    broken,  // `text` is the reason, and `called` the operation that could not be done, or 0
    left,    // after `called` operations, for good
  };
  Kind kind = ask;
  int32_t group = 0;
  uint64_t called = 0;  // operations of the group
  int32_t status = 0;   // of a process that has left: not 0 when it failed
  int32_t busy = 0;     // of an answer: `text` is an operation that has not ended
  int32_t beside = 0;   // of an answer: `text` is one of the group beside this one
  char text[360] = "";

  void say(std::string_view words);
};

class Control {
 public:
  // Sends and receives through this communicator from now on. What comes goes to `handle`, with
  // the number of the rank that sent it.
  Control(MPI_Comm comm, std::function<void(const Notice&, int)> handle);
  void send(int rank, const Notice& notice);
  // Handles all that has come. True if there was something.
  bool poll();
  // Whether all that was sent is on its way.
  bool flushed();
  // Receives no more.
  void close();

 private:
  struct Outgoing {
    Notice notice;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  void listen();

  const MPI_Comm comm_;
  const std::function<void(const Notice&, int)> handle_;
  std::list<Outgoing> outgoing_;
  Notice incoming_;
  MPI_Request listening_ = MPI_REQUEST_NULL;
};

}  // namespace gradus::distributed::mpi
