// A process group whose tensors go through MPI.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "distributed/group/process_group.h"

namespace gradus::distributed {

inline constexpr const char* MPI_BACKEND_NAME = "mpi";

struct Operation;
namespace mpi {
class Channel;
}

/// The processes that `mpirun` started, or some of them. Operations run on a thread of the library,
/// one after the other in each group, while the program goes on; send and recv go their own way
/// beside them. In a process that was started alone the group has one rank, MPI is not touched, and
/// every call is complete at once.
class ProcessGroupMPI final : public ProcessGroup {
 public:
  /// A group of all ranks, or of those listed, in that order. All ranks of the job call it, in the
  /// same order where several groups are made; null on a rank that is not listed. Initialises MPI,
  /// when the process has not yet done so. Throws Error where what the ranks list differs, or is no
  /// rank of the job, or MPI cannot start.
  static intrusive_ptr<ProcessGroupMPI> createProcessGroupMPI(std::vector<int> ranks = {});
  /// A group of one rank; for others there is createProcessGroupMPI().
  ProcessGroupMPI();
  ~ProcessGroupMPI() override;

  const std::string getBackendName() const override { return MPI_BACKEND_NAME; }
  std::vector<int> globalRanks() const override;
  std::chrono::milliseconds getTimeout() const override { return timeout_; }
  void setTimeout(std::chrono::milliseconds timeout) override;

  intrusive_ptr<Work> broadcast(std::vector<Tensor>& tensors,
                                const BroadcastOptions& options = {}) override;
  intrusive_ptr<Work> allreduce(std::vector<Tensor>& tensors,
                                const AllreduceOptions& options = {}) override;
  intrusive_ptr<Work> allreduce_coalesced(std::vector<Tensor>& tensors,
                                          const AllreduceCoalescedOptions& options = {}) override;
  intrusive_ptr<Work> reduce(std::vector<Tensor>& tensors,
                             const ReduceOptions& options = {}) override;
  intrusive_ptr<Work> allgather(std::vector<std::vector<Tensor>>& outputs,
                                std::vector<Tensor>& inputs,
                                const AllgatherOptions& options = {}) override;
  intrusive_ptr<Work> _allgather_base(Tensor& output, Tensor& input,
                                      const AllgatherOptions& options = {}) override;
  intrusive_ptr<Work> allgather_coalesced(std::vector<std::vector<Tensor>>& outputs,
                                          std::vector<Tensor>& inputs,
                                          const AllgatherOptions& options = {}) override;
  intrusive_ptr<Work> gather(std::vector<std::vector<Tensor>>& outputs, std::vector<Tensor>& inputs,
                             const GatherOptions& options = {}) override;
  intrusive_ptr<Work> scatter(std::vector<Tensor>& outputs,
                              std::vector<std::vector<Tensor>>& inputs,
                              const ScatterOptions& options = {}) override;
  intrusive_ptr<Work> reduce_scatter(std::vector<Tensor>& outputs,
                                     std::vector<std::vector<Tensor>>& inputs,
                                     const ReduceScatterOptions& options = {}) override;
  intrusive_ptr<Work> _reduce_scatter_base(Tensor& output, Tensor& input,
                                           const ReduceScatterOptions& options = {}) override;
  intrusive_ptr<Work> alltoall(std::vector<Tensor>& outputs, std::vector<Tensor>& inputs,
                               const AllToAllOptions& options = {}) override;
  intrusive_ptr<Work> alltoall_base(Tensor& output, Tensor& input,
                                    std::vector<int64_t>& output_split_sizes,
                                    std::vector<int64_t>& input_split_sizes,
                                    const AllToAllOptions& options = {}) override;
  intrusive_ptr<Work> send(std::vector<Tensor>& tensors, int dst_rank, int tag) override;
  intrusive_ptr<Work> recv(std::vector<Tensor>& tensors, int src_rank, int tag) override;
  intrusive_ptr<Work> recvAnysource(std::vector<Tensor>& tensors, int tag) override;
  intrusive_ptr<Work> barrier(const BarrierOptions& options = {}) override;
  intrusive_ptr<Work> tree_reduce_scatter(const Tensor& tensor,
                                          const ReduceScatterOptions& options = {}) override;
  intrusive_ptr<Work> tree_all_gather(const Tensor& tensor,
                                      const AllgatherOptions& options = {}) override;
  intrusive_ptr<Work> tree_allreduce(const Tensor& tensor,
                                     const AllreduceOptions& options = {}) override;
  intrusive_ptr<ProcessGroup> beside() override;
  uint64_t getSequenceNumberForGroup() override;
  Traffic traffic() const override;
  [[noreturn]] void abort() override;

 private:
  ProcessGroupMPI(int rank, int size, std::shared_ptr<mpi::Channel> channel);
  // An operation of this kind with its timeout. Throws unless the root is one of the ranks.
  Operation begin(OpType kind, std::chrono::milliseconds timeout, int64_t root = 0) const;
  intrusive_ptr<Work> start(Operation op);

  const std::shared_ptr<mpi::Channel> channel_;  // null where there is one rank
  std::chrono::milliseconds timeout_ = kBackendDefaultTimeout;
  intrusive_ptr<ProcessGroup> beside_;
  std::atomic<uint64_t> called_{0};  // where there is one rank
};

}  // namespace gradus::distributed
