// The sum of the gradients of a batch's shards, in an order that does not depend on who computes
// which.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace gradus::distributed {

// a + b, in place of one that nobody else holds.
Tensor sum_of(Tensor a, Tensor b);

// The balanced binary tree over leaves 0 to n - 1, n a power of two: ((l0 + l1) + (l2 + l3)) + ...
// At most one node of each level is kept, as in a binary counter, when leaves come in rising or
// falling order. A leaf that does not come counts as 0.
class ShardSum {
 public:
  explicit ShardSum(int64_t leaves = 1);
  // Takes in a leaf, each once.
  void add(int64_t leaf, Tensor gradient);
  bool empty() const;
  // The sum, undefined when nothing came; the tree is empty afterwards.
  Tensor take();
  void clear();

 private:
  struct Slot {
    Tensor sum;  // undefined: none
    int64_t index = 0;
  };
  void put(size_t level, int64_t index, Tensor sum);
  std::vector<Slot> levels_;  // the last is the root
};

}  // namespace gradus::distributed
