#include "distributed/group/process_group_mpi.h"

#include <algorithm>
#include <bit>

#include "distributed/group/alone.h"
#include "distributed/group/arguments.h"
#include "distributed/group/operation.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

using arguments::one;

ProcessGroupMPI::ProcessGroupMPI() : ProcessGroup(0, 1) {}
ProcessGroupMPI::ProcessGroupMPI(int rank, int size, std::shared_ptr<mpi::Channel> channel)
    : ProcessGroup(rank, size), channel_(std::move(channel)) {}

Operation ProcessGroupMPI::begin(OpType kind, std::chrono::milliseconds timeout,
                                 int64_t root) const {
  Operation op;
  op.kind = kind;
  op.timeout = timeout.count() > 0 ? timeout : timeout_;
  if (root < 0 || root >= getSize())
    fail("{}: the root is rank {} of {}", opTypeToString(kind), root, getSize());
  op.peer = int(root);
  return op;
}

intrusive_ptr<Work> ProcessGroupMPI::broadcast(std::vector<Tensor>& tensors,
                                               const BroadcastOptions& options) {
  Operation op = begin(OpType::BROADCAST, options.timeout, options.rootRank);
  arguments::in_place(op, {one(op, tensors)});
  arguments::agree(op, op.results[0].sizes(), true);
  arguments::agree_on_purpose(op, options.purpose);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::allreduce(std::vector<Tensor>& tensors,
                                               const AllreduceOptions& options) {
  Operation op = begin(OpType::ALLREDUCE, options.timeout);
  if (options.sparseIndices) fail("allreduce: sparse tensors are not supported");
  arguments::in_place(op, {one(op, tensors)});
  arguments::reduces(op, options.reduceOp);
  arguments::agree(op, op.results[0].sizes());
  arguments::agree_on_purpose(op, options.purpose);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::allreduce_coalesced(std::vector<Tensor>& tensors,
                                                         const AllreduceCoalescedOptions& options) {
  Operation op = begin(OpType::ALLREDUCE_COALESCED, options.timeout);
  arguments::in_place(op, tensors);
  arguments::reduces(op, options.reduceOp);
  arguments::agree(op, op.results);
  arguments::agree_on_purpose(op, options.purpose);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::reduce(std::vector<Tensor>& tensors,
                                            const ReduceOptions& options) {
  Operation op = begin(OpType::REDUCE, options.timeout, options.rootRank);
  arguments::in_place(op, {one(op, tensors)}, getRank() == op.peer);
  arguments::reduces(op, options.reduceOp);
  arguments::agree(op, op.results[0].sizes(), true);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::allgather(std::vector<std::vector<Tensor>>& outputs,
                                               std::vector<Tensor>& inputs,
                                               const AllgatherOptions& options) {
  Operation op = begin(OpType::ALLGATHER, options.timeout);
  const Tensor& input = one(op, inputs);
  const std::vector<Tensor>& list = arguments::list(op, outputs, "output");
  arguments::one_for_each_rank(op, list, getSize(), input, "output", "input");
  arguments::from_to(op, {input}, list);
  arguments::agree(op, input.sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::_allgather_base(Tensor& output, Tensor& input,
                                                     const AllgatherOptions& options) {
  Operation op = begin(OpType::_ALLGATHER_BASE, options.timeout);
  arguments::parts_of(op, output, "output", input, "input", getSize());
  arguments::from_to(op, {input}, {output});
  arguments::agree(op, input.sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::allgather_coalesced(std::vector<std::vector<Tensor>>& outputs,
                                                         std::vector<Tensor>& inputs,
                                                         const AllgatherOptions& options) {
  Operation op = begin(OpType::ALLGATHER_COALESCED, options.timeout);
  if (int64_t(outputs.size()) != getSize())
    fail("allgather_coalesced: {} lists of outputs, {} ranks", outputs.size(), getSize());
  std::vector<Tensor> flat;
  for (const std::vector<Tensor>& list : outputs) {
    if (list.size() != inputs.size())
      fail("allgather_coalesced: {} outputs for a rank, {} inputs", list.size(), inputs.size());
    for (size_t i = 0; i < list.size(); ++i) {
      arguments::same_count(op, list[i], "output", inputs[i], "input");
      flat.push_back(list[i]);
    }
  }
  arguments::from_to(op, inputs, flat);
  arguments::agree(op, inputs);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::gather(std::vector<std::vector<Tensor>>& outputs,
                                            std::vector<Tensor>& inputs,
                                            const GatherOptions& options) {
  Operation op = begin(OpType::GATHER, options.timeout, options.rootRank);
  const Tensor& input = one(op, inputs);
  const std::vector<Tensor>* list = arguments::at_root(op, outputs, getRank(), "outputs");
  if (list) arguments::one_for_each_rank(op, *list, getSize(), input, "output", "input");
  arguments::from_to(op, {input}, list ? *list : std::vector<Tensor>());
  arguments::agree(op, input.sizes(), true);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::scatter(std::vector<Tensor>& outputs,
                                             std::vector<std::vector<Tensor>>& inputs,
                                             const ScatterOptions& options) {
  Operation op = begin(OpType::SCATTER, options.timeout, options.rootRank);
  const Tensor& output = one(op, outputs);
  const std::vector<Tensor>* list = arguments::at_root(op, inputs, getRank(), "inputs");
  if (list) arguments::one_for_each_rank(op, *list, getSize(), output, "input", "output");
  arguments::from_to(op, list ? *list : std::vector<Tensor>(), {output});
  arguments::agree(op, output.sizes(), true);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::reduce_scatter(std::vector<Tensor>& outputs,
                                                    std::vector<std::vector<Tensor>>& inputs,
                                                    const ReduceScatterOptions& options) {
  Operation op = begin(OpType::REDUCE_SCATTER, options.timeout);
  const Tensor& output = one(op, outputs);
  const std::vector<Tensor>& list = arguments::list(op, inputs, "input");
  arguments::one_for_each_rank(op, list, getSize(), output, "input", "output");
  arguments::from_to(op, list, {output});
  arguments::reduces(op, options.reduceOp);
  arguments::agree(op, output.sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::_reduce_scatter_base(Tensor& output, Tensor& input,
                                                          const ReduceScatterOptions& options) {
  Operation op = begin(OpType::_REDUCE_SCATTER_BASE, options.timeout);
  arguments::parts_of(op, input, "input", output, "output", getSize());
  arguments::from_to(op, {input}, {output});
  arguments::reduces(op, options.reduceOp);
  arguments::agree(op, output.sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::alltoall(std::vector<Tensor>& outputs,
                                              std::vector<Tensor>& inputs,
                                              const AllToAllOptions& options) {
  Operation op = begin(OpType::ALLTOALL, options.timeout);
  const auto counts = [&](const std::vector<Tensor>& list, const char* what) {
    if (int64_t(list.size()) != getSize())
      fail("alltoall: {} {}s, {} ranks", list.size(), what, getSize());
    std::vector<int64_t> n;
    for (const Tensor& t : list) n.push_back(t.defined() ? t.numel() : 0);
    return n;
  };
  op.input_parts = counts(inputs, "input");
  op.output_parts = counts(outputs, "output");
  arguments::from_to(op, inputs, outputs);
  arguments::agree_on_dtype(op);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::alltoall_base(Tensor& output, Tensor& input,
                                                   std::vector<int64_t>& output_split_sizes,
                                                   std::vector<int64_t>& input_split_sizes,
                                                   const AllToAllOptions& options) {
  Operation op = begin(OpType::ALLTOALL_BASE, options.timeout);
  arguments::from_to(op, {input}, {output});
  op.input_parts = arguments::row_parts(op, input, input_split_sizes, getSize(), "input");
  op.output_parts = arguments::row_parts(op, output, output_split_sizes, getSize(), "output");
  arguments::agree_on_dtype(op);
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::send(std::vector<Tensor>& tensors, int dst_rank, int tag) {
  Operation op = begin(OpType::SEND, kUnsetTimeout);
  arguments::partner(op, dst_rank, tag, getRank(), getSize());
  arguments::from_to(op, {one(op, tensors)}, {});
  arguments::between_two(op, tensors[0].sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::recv(std::vector<Tensor>& tensors, int src_rank, int tag) {
  Operation op = begin(OpType::RECV, kUnsetTimeout);
  arguments::partner(op, src_rank, tag, getRank(), getSize());
  arguments::from_to(op, {}, {one(op, tensors)});
  arguments::between_two(op, tensors[0].sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::recvAnysource(std::vector<Tensor>& tensors, int tag) {
  Operation op = begin(OpType::RECVANYSOURCE, kUnsetTimeout);
  arguments::partner(op, -1, tag, getRank(), getSize());
  arguments::from_to(op, {}, {one(op, tensors)});
  arguments::between_two(op, tensors[0].sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::barrier(const BarrierOptions& options) {
  Operation op = begin(OpType::BARRIER, options.timeout);
  op.text = op.agreed = "barrier";
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::tree_reduce_scatter(const Tensor& tensor,
                                                         const ReduceScatterOptions& options) {
  Operation op = begin(OpType::TREE_REDUCE_SCATTER, options.timeout);
  arguments::tree(op, tensor, getSize());
  arguments::reduces_by_tree(op, options.reduceOp);
  arguments::agree(op, tensor.sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::tree_all_gather(const Tensor& tensor,
                                                     const AllgatherOptions& options) {
  Operation op = begin(OpType::TREE_ALL_GATHER, options.timeout);
  arguments::tree(op, tensor, getSize());
  arguments::agree(op, tensor.sizes());
  return start(std::move(op));
}

intrusive_ptr<Work> ProcessGroupMPI::tree_allreduce(const Tensor& tensor,
                                                    const AllreduceOptions& options) {
  Operation op = begin(OpType::TREE_ALLREDUCE, options.timeout);
  arguments::tree(op, tensor, getSize());
  arguments::reduces_by_tree(op, options.reduceOp);
  arguments::agree(op, tensor.sizes());
  arguments::agree_on_purpose(op, options.purpose);
  return start(std::move(op));
}

}  // namespace gradus::distributed
