// One call of a group's method, checked and ready to be sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "distributed/group/packing.h"
#include "distributed/group/types.h"

namespace gradus::distributed {

struct Operation {
  OpType kind = OpType::BARRIER;
  ScalarType dtype = ScalarType::Byte;
  ReduceOp::RedOpType reduce = ReduceOp::SUM;
  int peer = 0;  // the root, or the partner of send and recv; -1 for any
  int tag = 0;
  // What is sent and what is received, contiguous. The same for what is done in place.
  Packing input, output;
  // alltoall: the elements of each rank's part.
  std::vector<int64_t> input_parts, output_parts;
  std::chrono::milliseconds timeout{0};
  // What all ranks must agree on, and the same for people: `allreduce of float32 [10, 3], sum`.
  std::string agreed, text;
  // The tensors of Work::result().
  std::vector<Tensor> results;

  int64_t input_count() const { return input.flat().numel(); }
  int64_t output_count() const { return output.flat().numel(); }
};

}  // namespace gradus::distributed
