#include "distributed/data_parallel/shard_sum.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using distributed::ShardSum;

namespace {

// The sum of leaves [begin, begin + n), by its definition.
Tensor tree(const std::vector<Tensor>& leaves, size_t begin, size_t n) {
  if (n == 1) return leaves[begin];
  return tree(leaves, begin, n / 2) + tree(leaves, begin + n / 2, n / 2);
}
bool same_bits(const Tensor& a, const Tensor& b) { return equal(a.view(kInt), b.view(kInt)); }

}  // namespace

TEST_CASE("shard sum: any order of leaves by halves gives the bits of the tree") {
  manual_seed(0);
  std::vector<Tensor> leaves;
  for (int i = 0; i < 8; ++i) leaves.push_back(randn({33}) * std::pow(10., i % 3));
  const Tensor want = tree(leaves, 0, 8);
  for (const std::vector<int>& order : {std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7},
                                        {7, 6, 5, 4, 3, 2, 1, 0},
                                        {3, 2, 1, 0, 7, 6, 5, 4},
                                        {1, 0, 3, 2, 5, 4, 7, 6}}) {
    ShardSum sum(8);
    CHECK(sum.empty());
    for (const int i : order) sum.add(i, leaves[size_t(i)].clone());
    CHECK_FALSE(sum.empty());
    CHECK(same_bits(sum.take(), want));
    CHECK(sum.empty());
    CHECK_FALSE(sum.take().defined());
  }
  CHECK_FALSE(same_bits(want, stack(leaves).sum(0)));
}

TEST_CASE("shard sum: a leaf that does not come is 0") {
  manual_seed(1);
  for (int mask = 1; mask < 256; ++mask) {
    std::vector<Tensor> leaves;
    ShardSum falling(8), rising(8);
    for (int i = 0; i < 8; ++i) {
      leaves.push_back(zeros({2}));
      // A negative zero, whose sign is lost where 0 is added to it.
      if (mask >> i & 1) leaves.back() = tensor({float(i) * 0.1F + 1e-3F, -0.F});
    }
    for (int i = 0; i < 8; ++i) {
      if (mask >> i & 1) rising.add(i, leaves[size_t(i)].clone());
      if (mask >> (7 - i) & 1) falling.add(7 - i, leaves[size_t(7 - i)].clone());
    }
    const Tensor want = tree(leaves, 0, 8);
    CHECK(same_bits(rising.take(), want));
    CHECK(same_bits(falling.take(), want));
  }
}

TEST_CASE("shard sum: what others hold is not written to") {
  const Tensor shared = ones({3}), wide = ones({1}).expand({3});
  ShardSum sum(4);
  sum.add(3, shared);
  sum.add(2, wide);
  sum.add(1, shared);
  CHECK(values(sum.take()) == Values{3, 3, 3});
  CHECK(values(shared) == Values{1, 1, 1});
  CHECK(values(wide) == Values{1, 1, 1});
}
