// The functions of PyTorch's torch.distributed.
#pragma once

#include <string>
#include <vector>

#include "distributed/group/process_group.h"

namespace gradus::distributed {

/// A group of processes; null where this process is not in it, which each operation refuses.
using Group = intrusive_ptr<ProcessGroup>;

/// Joins this process to the others that the launcher has started, which make the default group:
///
///   distributed::init_process_group();
///   Tensor x = full({3}, distributed::get_rank());
///   distributed::all_reduce(x);
///
/// `mpirun -n 4 PROGRAM` starts four, and `torchrun --nproc-per-node 4 --no-python PROGRAM` does so
/// too, or whatever sets RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT: the processes then meet at
/// that address. A program that is started alone is a world of one rank, where every call is
/// complete at once. Under mpirun rank and size come from MPI, and must not contradict RANK and
/// WORLD_SIZE, where those are set. The only backend is `mpi`. The timeout is how long processes
/// wait for each other here, and that of operations that say no other. Throws Error where a process
/// does not come, ends, or contradicts the others; where MPI itself waits for one that has ended,
/// the process says so and ends with status 1. Unless OMP_NUM_THREADS is set, as torchrun does,
/// loops get from now on no more threads than this process's fair share of its machine: the cores
/// that it may run on, divided among the processes that may run there, within the quota of their
/// cgroup.
///
/// MPI ends with the process: when it returns from main or calls exit() it first waits until all
/// others do so too, at most for the timeout; with a status that is not 0 it waits for nobody, and
/// operations of the others throw.
void init_process_group(const std::string& backend = "mpi",
                        std::chrono::milliseconds timeout = kBackendDefaultTimeout);
/// Whether there is a default group.
bool is_initialized();
/// Whether processes can be joined at all, as they can.
inline bool is_available() { return true; }
/// The same of MPI.
inline bool is_mpi_available() { return true; }
/// The default group. Throws Error before init_process_group().
const Group& default_group();
/// This process's rank in the group, by default the default group; -1 for a null group, which
/// new_group() gives where this process is not in it.
int get_rank();
int get_rank(const Group& group);
/// The number of ranks; -1 for a null group.
int get_world_size();
int get_world_size(const Group& group);
/// The number of this process among those on its machine, from 0, as the launcher says it; 0 where
/// it says nothing.
int get_node_local_rank();
/// The rank in the group of a rank of the default group. Throws Error where it is not in it.
int get_group_rank(const Group& group, int global_rank);
/// A group of these ranks of the default group, or of all where none is listed; null where this
/// process is not among them. All processes call it, in the same order.
Group new_group(const std::vector<int>& ranks = {},
                std::chrono::milliseconds timeout = kUnsetTimeout);
/// Ends the default group and MPI with it, when all processes have called it; not to be initialised
/// again. Needed only where the process goes on for long afterwards.
void destroy_process_group();

// What follows runs on the default group unless another one is given; ranks are those of the
// default group. It is complete on return; with `async_op` it may go on, and the Work says when it
// has ended. Shapes, dtypes and errors are said at ProcessGroup.

/// ProcessGroup::broadcast().
intrusive_ptr<Work> broadcast(const Tensor& tensor, int src, const Group& group = default_group(),
                              bool async_op = false);
/// ProcessGroup::allreduce().
intrusive_ptr<Work> all_reduce(const Tensor& tensor, ReduceOp op = ReduceOp::SUM,
                               const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::reduce().
intrusive_ptr<Work> reduce(const Tensor& tensor, int dst, ReduceOp op = ReduceOp::SUM,
                           const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::allgather(): list[r] becomes rank r's tensor.
intrusive_ptr<Work> all_gather(const std::vector<Tensor>& list, const Tensor& tensor,
                               const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::_allgather_base().
intrusive_ptr<Work> all_gather_into_tensor(const Tensor& output, const Tensor& input,
                                           const Group& group = default_group(),
                                           bool async_op = false);
/// ProcessGroup::gather(): the list is empty except on dst.
intrusive_ptr<Work> gather(const Tensor& tensor, const std::vector<Tensor>& list = {}, int dst = 0,
                           const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::scatter(): the list is empty except on src.
intrusive_ptr<Work> scatter(const Tensor& tensor, const std::vector<Tensor>& list = {}, int src = 0,
                            const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::reduce_scatter().
intrusive_ptr<Work> reduce_scatter(const Tensor& output, const std::vector<Tensor>& list,
                                   ReduceOp op = ReduceOp::SUM,
                                   const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::_reduce_scatter_base().
intrusive_ptr<Work> reduce_scatter_tensor(const Tensor& output, const Tensor& input,
                                          ReduceOp op = ReduceOp::SUM,
                                          const Group& group = default_group(),
                                          bool async_op = false);
/// ProcessGroup::alltoall().
intrusive_ptr<Work> all_to_all(const std::vector<Tensor>& outputs,
                               const std::vector<Tensor>& inputs,
                               const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::alltoall_base().
intrusive_ptr<Work> all_to_all_single(const Tensor& output, const Tensor& input,
                                      std::vector<int64_t> output_split_sizes = {},
                                      std::vector<int64_t> input_split_sizes = {},
                                      const Group& group = default_group(), bool async_op = false);
/// ProcessGroup::send(), which returns when the tensor may be changed again.
void send(const Tensor& tensor, int dst, const Group& group = default_group(), int tag = 0);
/// ProcessGroup::recv(); from any rank for a src of -1. The rank that it came from.
int recv(const Tensor& tensor, int src = -1, const Group& group = default_group(), int tag = 0);
/// send(), which returns at once.
intrusive_ptr<Work> isend(const Tensor& tensor, int dst, const Group& group = default_group(),
                          int tag = 0);
/// recv(), which returns at once; the Work knows the rank it came from.
intrusive_ptr<Work> irecv(const Tensor& tensor, int src = -1, const Group& group = default_group(),
                          int tag = 0);
/// ProcessGroup::barrier().
intrusive_ptr<Work> barrier(const Group& group = default_group(), bool async_op = false);

}  // namespace gradus::distributed
