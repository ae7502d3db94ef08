// The ranks of a test's job.
#pragma once

#include <doctest/doctest.h>

#include <vector>

#include "distributed/distributed.h"
#include "tests/support.h"

using Tensors = std::vector<gradus::Tensor>;
using Lists = std::vector<Tensors>;

// All of them. It stays until the end of the process.
inline gradus::distributed::ProcessGroupMPI& world() {
  using gradus::distributed::ProcessGroupMPI;
  static auto& group = *new auto(ProcessGroupMPI::createProcessGroupMPI());
  return *group;
}
inline int rank() { return world().getRank(); }
inline int size() { return world().getSize(); }

// The types that tensors have.
inline constexpr gradus::ScalarType all_types[] = {gradus::kBool, gradus::kByte,  gradus::kInt,
                                                   gradus::kLong, gradus::kFloat, gradus::kDouble};
