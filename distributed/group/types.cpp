#include "distributed/group/types.h"

#include <utility>

namespace gradus::distributed {

std::string opTypeToString(OpType op) {
  static constexpr std::pair<OpType, const char*> names[] = {
      {OpType::BROADCAST, "broadcast"},
      {OpType::ALLREDUCE, "allreduce"},
      {OpType::ALLREDUCE_COALESCED, "allreduce_coalesced"},
      {OpType::REDUCE, "reduce"},
      {OpType::ALLGATHER, "allgather"},
      {OpType::_ALLGATHER_BASE, "_allgather_base"},
      {OpType::ALLGATHER_COALESCED, "allgather_coalesced"},
      {OpType::GATHER, "gather"},
      {OpType::SCATTER, "scatter"},
      {OpType::REDUCE_SCATTER, "reduce_scatter"},
      {OpType::ALLTOALL_BASE, "alltoall_base"},
      {OpType::ALLTOALL, "alltoall"},
      {OpType::SEND, "send"},
      {OpType::RECV, "recv"},
      {OpType::RECVANYSOURCE, "recvAnysource"},
      {OpType::BARRIER, "barrier"},
      {OpType::_REDUCE_SCATTER_BASE, "_reduce_scatter_base"},
      {OpType::TREE_REDUCE_SCATTER, "tree_reduce_scatter"},
      {OpType::TREE_ALL_GATHER, "tree_all_gather"},
      {OpType::TREE_ALLREDUCE, "tree_allreduce"},
      {OpType::NEW_GROUP, "new_group"},
  };
  for (const auto& [type, name] : names)
    if (type == op) return name;
  return "unknown";
}

std::string to_string(ReduceOp op) {
  static constexpr const char* names[] = {"sum", "avg", "product", "min",        "max",
                                          "and", "or",  "xor",     "premul_sum", "unused"};
  return names[op];
}

bool isP2POp(OpType op, bool batch) {
  return !batch && (op == OpType::SEND || op == OpType::RECV || op == OpType::RECVANYSOURCE);
}

}  // namespace gradus::distributed
