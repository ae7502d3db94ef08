// What collective operations are told: how to reduce, which rank is the root, how long to wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace gradus::distributed {

/// No timeout of its own: that of the group counts.
inline constexpr auto kUnsetTimeout = std::chrono::milliseconds(-1);
/// The same for Work::wait().
inline constexpr auto kNoTimeout = std::chrono::milliseconds(0);
/// A group's timeout, unless it is set: half an hour.
inline constexpr auto kBackendDefaultTimeout = std::chrono::milliseconds(30 * 60 * 1000);

/// How the tensors of all ranks become one:
///
///   SUM, PRODUCT  of all numbers; of integers modulo 2^n, of bool `or` and `and`
///   AVG           the sum divided by the number of ranks, of integers rounded toward zero; not of
///                 bool
///   MIN, MAX      of all numbers; of bool `and` and `or`
///   BAND, BOR, BXOR   bit by bit, of integers and bool
///
/// PREMUL_SUM is libtorch's for GPUs and is refused.
struct ReduceOp {
  /// The reductions, in libtorch's numbers.
  enum RedOpType : uint8_t {
    SUM = 0,
    AVG = 1,
    PRODUCT = 2,
    MIN = 3,
    MAX = 4,
    BAND = 5,
    BOR = 6,
    BXOR = 7,
    PREMUL_SUM = 8,
    UNUSED = 9
  };
  ReduceOp() = default;
  ReduceOp(RedOpType op) : op_(op) {}
  /// Which reduction it is.
  operator RedOpType() const { return op_; }

  RedOpType op_ = SUM;
};

/// Options of broadcast(): whose tensor it is.
struct BroadcastOptions {
  int64_t rootRank = 0;
  int64_t rootTensor = 0;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
  /// What it is for, in words, on which ranks must agree as on the rest.
  std::string purpose;
};

/// Options of allreduce() and tree_allreduce(); sparse tensors are refused.
struct AllreduceOptions {
  ReduceOp reduceOp = ReduceOp::SUM;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
  std::optional<Tensor> sparseIndices = std::nullopt;
  /// What it is for, in words, on which ranks must agree as on the rest.
  std::string purpose;
};

/// Options of allreduce_coalesced().
struct AllreduceCoalescedOptions : AllreduceOptions {};

/// Options of reduce(): who gets the result.
struct ReduceOptions {
  ReduceOp reduceOp = ReduceOp::SUM;
  int64_t rootRank = 0;
  int64_t rootTensor = 0;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
};

/// Options of allgather(), its other forms and tree_all_gather().
struct AllgatherOptions {
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
};

/// Options of gather(): who gets the tensors.
struct GatherOptions {
  int64_t rootRank = 0;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
};

/// Options of scatter(): whose tensors they are.
struct ScatterOptions {
  int64_t rootRank = 0;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
};

/// Options of reduce_scatter(), its other form and tree_reduce_scatter().
struct ReduceScatterOptions {
  ReduceOp reduceOp = ReduceOp::SUM;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
};

/// Options of alltoall() and alltoall_base().
struct AllToAllOptions {
  std::chrono::milliseconds timeout = kUnsetTimeout;
  bool asyncOp = true;
};

/// Options of barrier(); the devices are ignored.
struct BarrierOptions {
  std::vector<int64_t> device_ids;
  std::chrono::milliseconds timeout = kUnsetTimeout;
  std::optional<Device> device;
  bool asyncOp = true;
};

/// Which operation a Work stands for, in libtorch's numbers; the last three are ours.
enum class OpType : uint8_t {
  BROADCAST = 0,
  ALLREDUCE = 1,
  ALLREDUCE_COALESCED = 2,
  REDUCE = 3,
  ALLGATHER = 4,
  _ALLGATHER_BASE = 5,
  ALLGATHER_COALESCED = 6,
  GATHER = 7,
  SCATTER = 8,
  REDUCE_SCATTER = 9,
  ALLTOALL_BASE = 10,
  ALLTOALL = 11,
  SEND = 12,
  RECV = 13,
  RECVANYSOURCE = 14,
  BARRIER = 15,
  _REDUCE_SCATTER_BASE = 16,
  COALESCED = 17,
  _ALLREDUCE_SPARSE = 18,
  REDUCE_SCATTER_TENSOR_COALESCED = 19,
  UNKNOWN = 100,
  TREE_REDUCE_SCATTER = 200,
  TREE_ALL_GATHER = 201,
  TREE_ALLREDUCE = 202,
  NEW_GROUP = 203,
};

/// The name of the method, such as `allreduce`.
std::string opTypeToString(OpType op);
/// The name in messages, such as `sum`.
std::string to_string(ReduceOp op);
/// Whether only two ranks take part: send, recv, recvAnysource.
bool isP2POp(OpType op, bool batch = false);

/// The bytes of tensors that this process has sent, headers and checks not counted.
struct Traffic {
  /// By tree_reduce_scatter() and the first half of tree_allreduce().
  int64_t tree_reduce_scatter = 0;
  /// By tree_all_gather() and the second half of tree_allreduce().
  int64_t tree_all_gather = 0;
  /// By send(), alltoall() and alltoall_base().
  int64_t point_to_point = 0;
  /// Handed to MPI's collective operations, whose algorithms MPI chooses: the bytes of this rank's
  /// inputs.
  int64_t collective = 0;
  /// Operations that have ended well.
  int64_t operations = 0;
};

}  // namespace gradus::distributed
