#include "distributed/group/alone.h"
#include "distributed/group/operation.h"
#include "distributed/group/process_group_mpi.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

namespace mpi {
class Channel {};
}  // namespace mpi

intrusive_ptr<ProcessGroupMPI> ProcessGroupMPI::createProcessGroupMPI(std::vector<int>) {
  return make_intrusive<ProcessGroupMPI>();
}

ProcessGroupMPI::~ProcessGroupMPI() = default;

intrusive_ptr<Work> ProcessGroupMPI::start(Operation op) { return run_alone(op, ++called_); }

uint64_t ProcessGroupMPI::getSequenceNumberForGroup() { return called_; }

Traffic ProcessGroupMPI::traffic() const {
  Traffic t;
  t.operations = int64_t(called_.load());
  return t;
}

void ProcessGroupMPI::abort() { std::abort(); }

}  // namespace gradus::distributed
