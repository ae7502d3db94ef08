// Operations as steps between which nothing waits.
#pragma once

#include <mpi.h>

#include <memory>
#include <string>
#include <vector>

#include "distributed/group/operation.h"
#include "distributed/mpi/call.h"

namespace gradus::distributed::mpi {

// The ranks of a group, and the ways between them.
struct Link {
  MPI_Comm collective = MPI_COMM_NULL;  // what all ranks do in the same order
  MPI_Comm point = MPI_COMM_NULL;       // send and recv
  int rank = 0, size = 1;
  std::vector<int> world_ranks;  // what the others call rank r
};

// One operation on its way. What it was told is kept by the caller.
class Task {
 public:
  virtual ~Task() = default;
  // Starts what can go on at once; called again when all of it has ended. False: nothing is left to
  // do. Throws when the ranks can go on no more.
  virtual bool next(Requests& requests) = 0;

  // What it has sent.
  Traffic sent;
  // Why it failed, where the group can go on.
  std::string refused;
  // Of a receive: from whom.
  int source = -1;
};

// Of an operation among all ranks. A barrier has none: that all ranks have called it is found out
// before a task begins.
std::unique_ptr<Task> collective_task(const Link& link, const Operation& op);
std::unique_ptr<Task> tree_task(const Link& link, const Operation& op);
std::unique_ptr<Task> alltoall_task(const Link& link, const Operation& op);
// Of a send or receive. `number` tells its message from others that are on their way; below
// number_limit().
std::unique_ptr<Task> point_task(const Link& link, const Operation& op, int number);

// Tags of sends and receives, and numbers of messages, lie below it.
int number_limit();

}  // namespace gradus::distributed::mpi
