#include "distributed/init.h"

#include <algorithm>

#include "distributed/group/process_group_mpi.h"
#include "distributed/mpi/environment.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

namespace {
// Never destroyed: the communication thread outlives static variables.
Group& the_default() {
  static Group& group = *new Group;
  return group;
}

// Not the default group where it is null: the others' next operation would take part in this one.
ProcessGroup& of(const Group& group) {
  if (!group) fail("distributed: the group is null, as for a process that is not in it");
  return *group;
}
int rank_in(const Group& group, int rank) {
  of(group);
  return get_group_rank(group, rank);
}

intrusive_ptr<Work> ended(intrusive_ptr<Work> work, bool async_op) {
  if (!async_op) work->wait();
  return work;
}
}  // namespace

void init_process_group(const std::string& backend, std::chrono::milliseconds timeout) {
  if (backend != MPI_BACKEND_NAME)
    fail("init_process_group: the only backend is mpi, got {}", backend);
  if (timeout.count() <= 0)
    fail("init_process_group: expected a timeout above 0 ms, got {}", timeout.count());
  if (the_default()) fail("init_process_group: there is a default group already");
  mpi::engine(timeout);
  const auto group = ProcessGroupMPI::createProcessGroupMPI();
  group->setTimeout(timeout);
  the_default() = group;
}

bool is_initialized() { return the_default().defined(); }

const Group& default_group() {
  if (!the_default())
    throw ValueError("there is no default group yet: call distributed::init_process_group() first");
  return the_default();
}

int get_rank() { return default_group()->getRank(); }
int get_rank(const Group& group) { return group ? group->getRank() : -1; }
int get_world_size() { return default_group()->getSize(); }
int get_world_size(const Group& group) { return group ? group->getSize() : -1; }
int get_node_local_rank() { return std::max(mpi::launched().local_rank, 0); }

int get_group_rank(const Group& group, int global_rank) {
  if (!group) fail("get_group_rank: the group is null");
  const std::vector<int> ranks = group->globalRanks();
  const auto at = std::find(ranks.begin(), ranks.end(), global_rank);
  if (at == ranks.end()) fail("get_group_rank: rank {} is not in the group", global_rank);
  return int(at - ranks.begin());
}

Group new_group(const std::vector<int>& ranks, std::chrono::milliseconds timeout) {
  default_group();
  const auto group = ProcessGroupMPI::createProcessGroupMPI(ranks);
  if (group) group->setTimeout(timeout.count() > 0 ? timeout : default_group()->getTimeout());
  return group;
}

void destroy_process_group() {
  default_group();
  the_default() = nullptr;
  mpi::finish();
}

intrusive_ptr<Work> broadcast(const Tensor& tensor, int src, const Group& group, bool async_op) {
  std::vector<Tensor> tensors{tensor};
  BroadcastOptions options;
  options.rootRank = rank_in(group, src);
  return ended(of(group).broadcast(tensors, options), async_op);
}

intrusive_ptr<Work> all_reduce(const Tensor& tensor, ReduceOp op, const Group& group,
                               bool async_op) {
  std::vector<Tensor> tensors{tensor};
  AllreduceOptions options;
  options.reduceOp = op;
  return ended(of(group).allreduce(tensors, options), async_op);
}

intrusive_ptr<Work> reduce(const Tensor& tensor, int dst, ReduceOp op, const Group& group,
                           bool async_op) {
  std::vector<Tensor> tensors{tensor};
  ReduceOptions options;
  options.reduceOp = op;
  options.rootRank = rank_in(group, dst);
  return ended(of(group).reduce(tensors, options), async_op);
}

intrusive_ptr<Work> all_gather(const std::vector<Tensor>& list, const Tensor& tensor,
                               const Group& group, bool async_op) {
  std::vector<std::vector<Tensor>> outputs{list};
  std::vector<Tensor> inputs{tensor};
  return ended(of(group).allgather(outputs, inputs), async_op);
}

intrusive_ptr<Work> all_gather_into_tensor(const Tensor& output, const Tensor& input,
                                           const Group& group, bool async_op) {
  Tensor out = output, in = input;
  return ended(of(group)._allgather_base(out, in), async_op);
}

intrusive_ptr<Work> gather(const Tensor& tensor, const std::vector<Tensor>& list, int dst,
                           const Group& group, bool async_op) {
  std::vector<std::vector<Tensor>> outputs;
  if (!list.empty()) outputs.push_back(list);
  std::vector<Tensor> inputs{tensor};
  GatherOptions options;
  options.rootRank = rank_in(group, dst);
  return ended(of(group).gather(outputs, inputs, options), async_op);
}

intrusive_ptr<Work> scatter(const Tensor& tensor, const std::vector<Tensor>& list, int src,
                            const Group& group, bool async_op) {
  std::vector<std::vector<Tensor>> inputs;
  if (!list.empty()) inputs.push_back(list);
  std::vector<Tensor> outputs{tensor};
  ScatterOptions options;
  options.rootRank = rank_in(group, src);
  return ended(of(group).scatter(outputs, inputs, options), async_op);
}

intrusive_ptr<Work> reduce_scatter(const Tensor& output, const std::vector<Tensor>& list,
                                   ReduceOp op, const Group& group, bool async_op) {
  std::vector<Tensor> outputs{output};
  std::vector<std::vector<Tensor>> inputs{list};
  ReduceScatterOptions options;
  options.reduceOp = op;
  return ended(of(group).reduce_scatter(outputs, inputs, options), async_op);
}

intrusive_ptr<Work> reduce_scatter_tensor(const Tensor& output, const Tensor& input, ReduceOp op,
                                          const Group& group, bool async_op) {
  Tensor out = output, in = input;
  ReduceScatterOptions options;
  options.reduceOp = op;
  return ended(of(group)._reduce_scatter_base(out, in, options), async_op);
}

intrusive_ptr<Work> all_to_all(const std::vector<Tensor>& outputs,
                               const std::vector<Tensor>& inputs, const Group& group,
                               bool async_op) {
  std::vector<Tensor> out = outputs, in = inputs;
  return ended(of(group).alltoall(out, in), async_op);
}

intrusive_ptr<Work> all_to_all_single(const Tensor& output, const Tensor& input,
                                      std::vector<int64_t> output_split_sizes,
                                      std::vector<int64_t> input_split_sizes, const Group& group,
                                      bool async_op) {
  Tensor out = output, in = input;
  return ended(of(group).alltoall_base(out, in, output_split_sizes, input_split_sizes), async_op);
}

intrusive_ptr<Work> isend(const Tensor& tensor, int dst, const Group& group, int tag) {
  std::vector<Tensor> tensors{tensor};
  return of(group).send(tensors, rank_in(group, dst), tag);
}

intrusive_ptr<Work> irecv(const Tensor& tensor, int src, const Group& group, int tag) {
  std::vector<Tensor> tensors{tensor};
  return src == -1 ? of(group).recvAnysource(tensors, tag)
                   : of(group).recv(tensors, rank_in(group, src), tag);
}

void send(const Tensor& tensor, int dst, const Group& group, int tag) {
  isend(tensor, dst, group, tag)->wait();
}

int recv(const Tensor& tensor, int src, const Group& group, int tag) {
  const auto work = irecv(tensor, src, group, tag);
  work->wait();
  return of(group).globalRanks()[size_t(work->sourceRank())];
}

intrusive_ptr<Work> barrier(const Group& group, bool async_op) {
  return ended(of(group).barrier(), async_op);
}

}  // namespace gradus::distributed
