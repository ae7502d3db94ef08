#include "distributed/group/process_group.h"

#include <bit>
#include <numeric>

#include "distributed/group/slices.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

std::vector<int> ProcessGroup::globalRanks() const {
  std::vector<int> ranks(size_t(size_), 0);
  std::iota(ranks.begin(), ranks.end(), 0);
  return ranks;
}

std::pair<int64_t, int64_t> ProcessGroup::tree_slice(int64_t numel, int rank, int size) {
  if (size < 1 || !std::has_single_bit(unsigned(size)))
    fail("tree_slice: the number of ranks is no power of two, {}", size);
  if (rank < 0 || rank >= size) fail("tree_slice: rank {} of {}", rank, size);
  // The first exchange, between ranks that differ in bit 0, decides about the largest halves: the
  // number of the part is the rank with its bits in reverse.
  int part = 0;
  for (int bit = 1, place = size / 2; place > 0; bit *= 2, place /= 2)
    if (rank & bit) part += place;
  return {part_begin(numel, part, size), part_begin(numel, part + 1, size)};
}

}  // namespace gradus::distributed
