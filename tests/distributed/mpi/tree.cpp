// Sums by a fixed tree: their bits, and how much is sent for them.
#include <cstring>

#include "autograd/autograd.h"
#include "distributed/mpi/limits.h"
#include "tests/distributed/world.h"

using namespace gradus;
using distributed::ReduceOp;

namespace {

bool is_power_of_two() { return (size() & (size() - 1)) == 0; }

// What rank r gives: numbers whose float32 sums depend on the order.
Tensor terms(int r, int64_t n, ScalarType t) {
  Tensor x = arange(n, kDouble);
  x = (x * 12.9898 + 78.233 * (r + 1)).sin() * (43758.5453 * (r % 3 == 0 ? 1 : 1e-3));
  return is_floating(t) ? x.to(t) : x.to(kLong).to(t);
}

// ((r0 + r1) + (r2 + r3)) + ...
Tensor tree_sum(int first, int ranks, int64_t n, ScalarType t) {
  if (ranks == 1) return terms(first, n, t);
  return tree_sum(first, ranks / 2, n, t) + tree_sum(first + ranks / 2, ranks / 2, n, t);
}

void check_bits(const Tensor& a, const Tensor& b) {
  REQUIRE(a.numel() == b.numel());
  const size_t bytes = size_t(a.numel()) * a.element_size();
  CHECK((bytes == 0 ||
         std::memcmp(a.contiguous().data_ptr(), b.contiguous().data_ptr(), bytes) == 0));
}

// The sum of all ranks' numbers.
int64_t everywhere(int64_t n) {
  Tensor x = full({1}, double(n), kLong);
  Tensors one{x};
  world().allreduce(one)->wait();
  return x.item<int64_t>();
}

constexpr int64_t lengths[] = {0, 1, 2, 3, 5, 8, 13, 1000, 40001};

}  // namespace

TEST_CASE("tree_allreduce gives the bits of the balanced tree on every rank") {
  if (!is_power_of_two()) return;
  for (const int64_t limit : {int64_t(1) << 28, int64_t(1000)}) {
    distributed::mpi::set_count_limit(limit);
    for (const ScalarType t : {kFloat, kDouble, kInt, kLong, kByte})
      for (const int64_t n : lengths) {
        const Tensor x = terms(rank(), n, t);
        CHECK(world().tree_allreduce(x)->wait());
        check_bits(x, tree_sum(0, size(), n, t));
      }
  }
  distributed::mpi::set_count_limit(int64_t(1) << 28);
}

TEST_CASE("the halves of tree_allreduce: each rank's slice has the sum, and then all have it") {
  if (!is_power_of_two()) return;
  for (const int64_t n : lengths) {
    const Tensor x = terms(rank(), n, kFloat), sum = tree_sum(0, size(), n, kFloat);
    world().tree_reduce_scatter(x)->wait();
    const auto [begin, end] = world().tree_slice(n);
    check_bits(x.slice(0, begin, end), sum.slice(0, begin, end));
    // What other ranks own does not matter.
    x.slice(0, 0, begin).fill_(-1);
    x.slice(0, end, n).fill_(-1);
    world().tree_all_gather(x)->wait();
    check_bits(x, sum);
  }
}

TEST_CASE("fewer ranks that begin with sums of neighbours give the same bits") {
  if (size() != 4) return;
  const auto pairs = distributed::ProcessGroupMPI::createProcessGroupMPI({0, 1});
  if (!pairs) return;
  const Tensor x = terms(2 * rank(), 100, kFloat) + terms(2 * rank() + 1, 100, kFloat);
  pairs->tree_allreduce(x)->wait();
  check_bits(x, tree_sum(0, 4, 100, kFloat));
}

TEST_CASE("an average by the tree is the sum divided by the number of ranks") {
  if (!is_power_of_two()) return;
  for (const ScalarType t : {kFloat, kLong}) {
    distributed::AllreduceOptions average;
    average.reduceOp = ReduceOp::AVG;
    const Tensor x = terms(rank(), 100, t), sum = tree_sum(0, size(), 100, t);
    world().tree_allreduce(x, average)->wait();
    check_bits(x, is_floating(t) ? sum / size() : sum.div(size(), "trunc"));
  }
}

TEST_CASE("each half of an exchange by the tree sends (N - 1)/N of the tensor") {
  if (!is_power_of_two()) return;
  for (const int64_t n : lengths) {
    const distributed::Traffic before = world().traffic();
    const Tensor x = terms(rank(), n, kFloat);
    world().tree_allreduce(x)->wait();
    const distributed::Traffic after = world().traffic();
    const int64_t scattered = after.tree_reduce_scatter - before.tree_reduce_scatter;
    const int64_t gathered = after.tree_all_gather - before.tree_all_gather;
    CHECK(after.operations == before.operations + 1);
    // Of all ranks together it is exact, and of each where the length can be divided.
    CHECK(everywhere(scattered) == (size() - 1) * n * 4);
    CHECK(everywhere(gathered) == (size() - 1) * n * 4);
    if (n % size() == 0) {
      CHECK(scattered == (size() - 1) * n / size() * 4);
      CHECK(gathered == scattered);
    }
  }
  const distributed::Traffic before = world().traffic();
  world().tree_reduce_scatter(ones({64}))->wait();
  CHECK(world().traffic().tree_all_gather == before.tree_all_gather);
  world().tree_all_gather(ones({64}))->wait();
  CHECK(world().traffic().tree_all_gather - before.tree_all_gather ==
        (size() - 1) * 64 / size() * 4);
  CHECK(world().traffic().tree_reduce_scatter - before.tree_reduce_scatter ==
        (size() - 1) * 64 / size() * 4);
}

TEST_CASE("exchanges by a tree refuse a number of ranks that has none") {
  if (is_power_of_two()) return;
  CHECK(message([] { world().tree_allreduce(ones({3})); }) ==
        "tree_allreduce: the number of ranks is no power of two, " + std::to_string(size()));
}
