#include <doctest/doctest.h>

#include <vector>

#include "distributed/distributed.h"
#include "tests/support.h"

using namespace gradus;
using distributed::ProcessGroup;

TEST_CASE("tree_slice: the parts of all ranks are disjoint, cover all, and are of equal length") {
  for (const int size : {1, 2, 4, 8})
    for (const int64_t numel : {0, 1, 3, 7, 8, 64, 101}) {
      std::vector<int> owners(numel, 0);
      for (int rank = 0; rank < size; ++rank) {
        const auto [begin, end] = ProcessGroup::tree_slice(numel, rank, size);
        CHECK(end - begin >= numel / size);
        CHECK(end - begin <= (numel + size - 1) / size);
        for (int64_t i = begin; i < end; ++i) ++owners[i];
      }
      CHECK(owners == std::vector<int>(numel, 1));
    }
}

TEST_CASE("tree_slice: bit 0 of the rank chooses the half, bit 1 the quarter") {
  CHECK(ProcessGroup::tree_slice(8, 0, 4) == std::pair<int64_t, int64_t>(0, 2));
  CHECK(ProcessGroup::tree_slice(8, 1, 4) == std::pair<int64_t, int64_t>(4, 6));
  CHECK(ProcessGroup::tree_slice(8, 2, 4) == std::pair<int64_t, int64_t>(2, 4));
  CHECK(ProcessGroup::tree_slice(8, 3, 4) == std::pair<int64_t, int64_t>(6, 8));
}

TEST_CASE("tree_slice: refuses what has no tree") {
  CHECK(message([] { ProcessGroup::tree_slice(8, 0, 3); }) ==
        "tree_slice: the number of ranks is no power of two, 3");
  CHECK(message([] { ProcessGroup::tree_slice(8, 4, 4); }) == "tree_slice: rank 4 of 4");
}
