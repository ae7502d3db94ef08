// A set of processes, each with a rank, that exchange tensors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "distributed/group/work.h"

namespace gradus::distributed {

/// The processes that run one program together, or some of them. All of them call the same
/// operations in the same order; send and recv only need a partner. Each operation is started and
/// returns a Work: its tensors hold the result when Work::wait() has returned, and must not be
/// touched before.
///
/// Every vector of tensors holds one, as in libtorch, except where an operation says otherwise.
/// Tensors are of any dtype, size and strides; all ranks give the same sizes and dtype unless it is
/// said otherwise. Results are written without history, as into Tensor::data().
///
/// What is wrong with the arguments is thrown by the call, before anything is sent. What ranks do
/// not agree on (operation, dtype, number of elements, root, reduction), a rank that is lost, and a
/// timeout are thrown by Work::wait(), with both sides named. The group is then broken: each later
/// call throws the same at once.
class ProcessGroup : public intrusive_ptr_target {
 public:
  ProcessGroup(int rank, int size) : rank_(rank), size_(size) {}

  /// This process's number in the group, from 0.
  int getRank() const { return rank_; }
  /// The number of processes.
  int getSize() const { return size_; }
  /// What the job of all processes calls the ranks of this group.
  virtual std::vector<int> globalRanks() const;
  /// What carries the tensors: `mpi`.
  virtual const std::string getBackendName() const = 0;
  /// The name of the group, for people. Empty unless it was set.
  const std::string& getGroupName() const { return name_; }
  /// Sets getGroupName().
  void setGroupName(const std::string& name) { name_ = name; }
  /// What the group is for, in words. Empty unless it was set.
  const std::string& getGroupDesc() const { return description_; }
  /// Sets getGroupDesc().
  void setGroupDesc(const std::string& description) { description_ = description; }
  /// How long an operation may take that says no time of its own, half an hour at first.
  virtual std::chrono::milliseconds getTimeout() const = 0;
  /// Sets getTimeout() for operations to come. Throws Error unless it is above 0.
  virtual void setTimeout(std::chrono::milliseconds timeout) = 0;

  /// Every rank's tensor becomes the root's.
  virtual intrusive_ptr<Work> broadcast(std::vector<Tensor>& tensors,
                                        const BroadcastOptions& options = {}) = 0;
  /// Every rank's tensor becomes the reduction of all. Floating-point sums are made in an order
  /// that MPI chooses; tree_allreduce() has a fixed one.
  virtual intrusive_ptr<Work> allreduce(std::vector<Tensor>& tensors,
                                        const AllreduceOptions& options = {}) = 0;
  /// The same for any number of tensors of one dtype at once.
  virtual intrusive_ptr<Work> allreduce_coalesced(
      std::vector<Tensor>& tensors, const AllreduceCoalescedOptions& options = {}) = 0;
  /// The root's tensor becomes the reduction of all; the others stay as they are.
  virtual intrusive_ptr<Work> reduce(std::vector<Tensor>& tensors,
                                     const ReduceOptions& options = {}) = 0;
  /// outputs[0][r] becomes rank r's input, on every rank.
  virtual intrusive_ptr<Work> allgather(std::vector<std::vector<Tensor>>& outputs,
                                        std::vector<Tensor>& inputs,
                                        const AllgatherOptions& options = {}) = 0;
  /// The inputs of all ranks, one behind the other, fill the output.
  virtual intrusive_ptr<Work> _allgather_base(Tensor& output, Tensor& input,
                                              const AllgatherOptions& options = {}) = 0;
  /// For any number of inputs of one dtype: outputs[r][i] becomes rank r's inputs[i].
  virtual intrusive_ptr<Work> allgather_coalesced(std::vector<std::vector<Tensor>>& outputs,
                                                  std::vector<Tensor>& inputs,
                                                  const AllgatherOptions& options = {}) = 0;
  /// outputs[0][r] becomes rank r's input, on the root; the other ranks give no outputs.
  virtual intrusive_ptr<Work> gather(std::vector<std::vector<Tensor>>& outputs,
                                     std::vector<Tensor>& inputs,
                                     const GatherOptions& options = {}) = 0;
  /// Rank r's output becomes the root's inputs[0][r]; the other ranks give no inputs.
  virtual intrusive_ptr<Work> scatter(std::vector<Tensor>& outputs,
                                      std::vector<std::vector<Tensor>>& inputs,
                                      const ScatterOptions& options = {}) = 0;
  /// Rank r's output becomes the reduction of all ranks' inputs[0][r].
  virtual intrusive_ptr<Work> reduce_scatter(std::vector<Tensor>& outputs,
                                             std::vector<std::vector<Tensor>>& inputs,
                                             const ReduceScatterOptions& options = {}) = 0;
  /// Rank r's output becomes the r-th of the equal parts of the reduction of all inputs.
  virtual intrusive_ptr<Work> _reduce_scatter_base(Tensor& output, Tensor& input,
                                                   const ReduceScatterOptions& options = {}) = 0;
  /// Rank r's outputs[s] becomes rank s's inputs[r]. Sizes may differ from pair to pair.
  virtual intrusive_ptr<Work> alltoall(std::vector<Tensor>& outputs, std::vector<Tensor>& inputs,
                                       const AllToAllOptions& options = {}) = 0;
  /// The same with the parts of one tensor each, cut along its first dim into so many rows, or into
  /// equal parts where the sizes are empty.
  virtual intrusive_ptr<Work> alltoall_base(Tensor& output, Tensor& input,
                                            std::vector<int64_t>& output_split_sizes,
                                            std::vector<int64_t>& input_split_sizes,
                                            const AllToAllOptions& options = {}) = 0;
  /// Sends the tensor to a rank, which receives it under the same tag. Tags are 0 or more.
  virtual intrusive_ptr<Work> send(std::vector<Tensor>& tensors, int dst_rank, int tag) = 0;
  /// Receives the tensor that the rank sends under that tag, of the same dtype and number of
  /// elements.
  virtual intrusive_ptr<Work> recv(std::vector<Tensor>& tensors, int src_rank, int tag) = 0;
  /// The same from any rank, which Work::sourceRank() then names.
  virtual intrusive_ptr<Work> recvAnysource(std::vector<Tensor>& tensors, int tag) = 0;
  /// Complete when every rank has called it.
  virtual intrusive_ptr<Work> barrier(const BarrierOptions& options = {}) = 0;

  /// The part [begin, end) of `numel` elements that this rank owns in tree_reduce_scatter() and
  /// tree_all_gather(). The parts of all ranks are disjoint, cover all, and differ in length by 1
  /// at most. They are not in the order of ranks.
  std::pair<int64_t, int64_t> tree_slice(int64_t numel) const {
    return tree_slice(numel, rank_, size_);
  }
  /// The same for any rank of `size`. Throws Error unless size is a power of two.
  static std::pair<int64_t, int64_t> tree_slice(int64_t numel, int rank, int size);
  /// The part tree_slice() of the contiguous tensor becomes the sum, or average, of all ranks';
  /// what the rest holds afterwards is not said. The sum is that of a fixed balanced tree:
  /// ((r0 + r1) + (r2 + r3)) + ..., whose bits do not depend on how many ranks carry its leaves:
  /// each of half as many ranks that begins with the sum of two gives the same. By vector halving,
  /// distance doubling: of N ranks each sends (N - 1)/N of the tensor, the least that suffices.
  ///
  /// This and the two below want a number of ranks that is a power of two, a contiguous tensor, and
  /// SUM or AVG (an average is the sum divided by N at the end). None of bool.
  virtual intrusive_ptr<Work> tree_reduce_scatter(const Tensor& tensor,
                                                  const ReduceScatterOptions& options = {}) = 0;
  /// Every rank's part tree_slice() is copied to all others: the second half of an all-reduce, of
  /// any dtype. Each rank sends (N - 1)/N of the tensor.
  virtual intrusive_ptr<Work> tree_all_gather(const Tensor& tensor,
                                              const AllgatherOptions& options = {}) = 0;
  /// Both in one: every rank's tensor becomes the sum of all by the fixed tree.
  virtual intrusive_ptr<Work> tree_allreduce(const Tensor& tensor,
                                             const AllreduceOptions& options = {}) = 0;

  /// Another group of the same ranks, which stays as long as this one. Operations of the two do not
  /// wait for each other, and are never taken for each other. All ranks make the first call in the
  /// order of their operations; it gives the same group each time.
  virtual intrusive_ptr<ProcessGroup> beside() = 0;

  /// The number of collective operations that were called; all ranks that are in step have the
  /// same.
  virtual uint64_t getSequenceNumberForGroup() = 0;
  /// What this process has sent through the group since it was made.
  virtual Traffic traffic() const = 0;
  /// Ends the job: all its processes, at once.
  [[noreturn]] virtual void abort() = 0;

 private:
  const int rank_, size_;
  std::string name_, description_;
};

/// The same by libtorch's other name.
using Backend = ProcessGroup;

}  // namespace gradus::distributed
