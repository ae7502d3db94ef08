// The parts of a tensor that ranks own in exchanges by a tree.
#pragma once

#include <algorithm>
#include <cstdint>

namespace gradus::distributed {

// Where part i of `parts` nearly equal ones begins; the first are longer by one.
inline int64_t part_begin(int64_t numel, int64_t i, int64_t parts) {
  return i * (numel / parts) + std::min(i, numel % parts);
}

}  // namespace gradus::distributed
