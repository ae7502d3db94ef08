#include "distributed/data_parallel/shard_sum.h"

#include <bit>

#include "autograd/modes.h"

namespace gradus::distributed {
namespace {

bool may_write(const Tensor& t) {
  const TensorImpl& i = *t.impl();
  return i.ref_count() == 1 && i.storage->ref_count() == 1 && !i.view_base && i.contiguous;
}

// What does not come is 0, and -0 + 0 is 0.
Tensor plus_zero(Tensor t) {
  const NoGradGuard no_grad;
  return may_write(t) ? t.add_(0) : t + 0;
}

}  // namespace

Tensor sum_of(Tensor a, Tensor b) {
  const NoGradGuard no_grad;
  // Addition commutes, so that either may hold the sum.
  if (may_write(a)) return a.add_(b);
  if (may_write(b)) return b.add_(a);
  return a + b;
}

ShardSum::ShardSum(int64_t leaves) : levels_(size_t(std::bit_width(uint64_t(leaves)))) {}

void ShardSum::add(int64_t leaf, Tensor gradient) { put(0, leaf, std::move(gradient)); }

void ShardSum::put(size_t level, int64_t index, Tensor sum) {
  for (; level + 1 < levels_.size(); ++level, index >>= 1) {
    Slot& slot = levels_[level];
    if (!slot.sum.defined()) {
      slot = {std::move(sum), index};
      return;
    }
    Tensor there = std::move(slot.sum);
    slot.sum.reset();
    if (slot.index == (index ^ 1)) {
      sum = sum_of(std::move(there), std::move(sum));
      continue;
    }
    put(level + 1, slot.index >> 1, plus_zero(std::move(there)));
    slot = {std::move(sum), index};
    return;
  }
  levels_.back() = {std::move(sum), 0};
}

bool ShardSum::empty() const {
  for (const Slot& s : levels_)
    if (s.sum.defined()) return false;
  return true;
}

Tensor ShardSum::take() {
  for (size_t level = 0; level + 1 < levels_.size(); ++level) {
    if (!levels_[level].sum.defined()) continue;
    Tensor sum = std::move(levels_[level].sum);
    levels_[level].sum.reset();
    put(level + 1, levels_[level].index >> 1, plus_zero(std::move(sum)));
  }
  Tensor root = std::move(levels_.back().sum);
  levels_.back().sum.reset();
  return root;
}

void ShardSum::clear() {
  for (Slot& s : levels_) s.sum.reset();
}

}  // namespace gradus::distributed
