#include "distributed/group/alone.h"
#include "distributed/group/operation.h"
#include "distributed/group/process_group_mpi.h"
#include "distributed/mpi/environment.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

intrusive_ptr<ProcessGroupMPI> ProcessGroupMPI::createProcessGroupMPI(std::vector<int> ranks) {
  mpi::Engine* const engine = mpi::engine();
  if (!engine) {
    if (!ranks.empty() && ranks != std::vector<int>{0})
      fail("new_group: ranks {}, and this process was started alone",
           IntArrayRef(std::vector<int64_t>(ranks.begin(), ranks.end())));
    return make_intrusive<ProcessGroupMPI>();
  }
  const std::shared_ptr<mpi::Channel> channel = engine->new_group(std::move(ranks));
  if (!channel) return nullptr;
  const mpi::Link& link = channel->link();
  return intrusive_ptr<ProcessGroupMPI>::unsafe_steal_from_new(
      new ProcessGroupMPI(link.rank, link.size, channel));
}

intrusive_ptr<ProcessGroup> ProcessGroupMPI::beside() {
  if (!channel_) return intrusive_ptr<ProcessGroup>::reclaim_copy(this);
  if (beside_) return beside_;
  Operation op = begin(OpType::NEW_GROUP, kUnsetTimeout);
  op.text = op.agreed = "new_group beside this one";
  const auto work = start(std::move(op));
  work->wait();
  const auto other = intrusive_ptr<ProcessGroupMPI>::unsafe_steal_from_new(
      new ProcessGroupMPI(getRank(), getSize(), static_cast<mpi::ChannelWork&>(*work).made));
  other->timeout_ = timeout_;
  return beside_ = other;
}

std::vector<int> ProcessGroupMPI::globalRanks() const {
  return channel_ ? channel_->link().world_ranks : std::vector<int>{0};
}

void ProcessGroupMPI::setTimeout(std::chrono::milliseconds timeout) {
  if (timeout.count() <= 0) fail("setTimeout: expected more than 0 ms, got {}", timeout.count());
  timeout_ = timeout;
  if (beside_) beside_->setTimeout(timeout);
  if (mpi::Engine* const engine = channel_ ? mpi::running() : nullptr) engine->set_timeout(timeout);
}

ProcessGroupMPI::~ProcessGroupMPI() {
  if (channel_ && mpi::running()) channel_->leave(0);
}

intrusive_ptr<Work> ProcessGroupMPI::start(Operation op) {
  if (!channel_) {
    auto work = run_alone(op, called_.load() + 1);
    ++called_;
    return work;
  }
  if (!mpi::running())
    fail("{}: the process group was ended, or belongs to the process that this one was forked from",
         opTypeToString(op.kind));
  return channel_->call(std::move(op));
}

uint64_t ProcessGroupMPI::getSequenceNumberForGroup() {
  return channel_ ? channel_->called() : called_.load();
}

Traffic ProcessGroupMPI::traffic() const {
  if (channel_) return channel_->traffic();
  Traffic t;
  t.operations = int64_t(called_.load());
  return t;
}

void ProcessGroupMPI::abort() { mpi::abort(); }

}  // namespace gradus::distributed
