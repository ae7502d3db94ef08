// What ranks do not agree on breaks their group, with both sides named on all of them; the job ends
// as any other.
#include <functional>

#include "tests/distributed/world.h"

using namespace gradus;
using distributed::ProcessGroupMPI, distributed::Work;

namespace {

// What all ranks are told when rank 1 calls another thing than the rest; and every later call.
void differ(const std::function<intrusive_ptr<Work>(ProcessGroupMPI&)>& most,
            const std::function<intrusive_ptr<Work>(ProcessGroupMPI&)>& one,
            const std::string& text) {
  const auto group = ProcessGroupMPI::createProcessGroupMPI();
  group->barrier()->wait();
  const auto work = rank() == 1 ? one(*group) : most(*group);
  const std::string told = message([&] { work->wait(); });
  // The name in front is that of the rank's own operation.
  CHECK(told.substr(told.find(": ") + 2) == text);
  CHECK_FALSE(work->isSuccess());
  CHECK(work->isCompleted());
  CHECK(work->exception());
  CHECK(message([&] { group->barrier(); }) == told);
}

intrusive_ptr<Work> sum(ProcessGroupMPI& g, const Tensor& x) {
  Tensors one{x};
  return g.allreduce(one);
}

}  // namespace

TEST_CASE("ranks that call different operations") {
  differ(
      [](auto& g) {
        return sum(g, ones({10, 3}));
      },
      [](auto& g) {
        Tensors x{ones({10, 3})};
        return g.broadcast(x);
      },
      "rank 0 is at operation 2, allreduce of float32 [10, 3], sum; rank 1 is at operation 2, "
      "broadcast of float32 [10, 3], root 0");
}

TEST_CASE("ranks whose tensors differ in dtype or length; not in shape alone") {
  differ([](auto& g) { return sum(g, ones({4})); },
         [](auto& g) { return sum(g, ones({4}, kDouble)); },
         "rank 0 is at operation 2, allreduce of float32 [4], sum; rank 1 is at operation 2, "
         "allreduce of float64 [4], sum");
  differ([](auto& g) { return sum(g, ones({4})); }, [](auto& g) { return sum(g, ones({5})); },
         "rank 0 is at operation 2, allreduce of float32 [4], sum; rank 1 is at operation 2, "
         "allreduce of float32 [5], sum");
  const Tensor x = rank() == 1 ? ones({2, 3}) : ones({6});
  sum(world(), x)->wait();
  CHECK(values(x) == Values(6, size()));
}

TEST_CASE("ranks that name different roots or reductions") {
  const auto from = [](int root) {
    return [root](ProcessGroupMPI& g) {
      Tensors x{ones({2})};
      distributed::BroadcastOptions options;
      options.rootRank = root;
      return g.broadcast(x, options);
    };
  };
  differ(from(0), from(1),
         "rank 0 is at operation 2, broadcast of float32 [2], root 0; rank 1 is at operation 2, "
         "broadcast of float32 [2], root 1");
  differ([](auto& g) { return sum(g, ones({2})); },
         [](auto& g) {
           Tensors x{ones({2})};
           distributed::AllreduceOptions options;
           options.reduceOp = distributed::ReduceOp::MAX;
           return g.allreduce(x, options);
         },
         "rank 0 is at operation 2, allreduce of float32 [2], sum; rank 1 is at operation 2, "
         "allreduce of float32 [2], max");
}

TEST_CASE("ranks that list different groups") {
  // The groups of the job are then made no more: it is the last case.
  const std::string told = message([] {
    ProcessGroupMPI::createProcessGroupMPI({0, rank() == 1 ? 1 : size() - 1});
  });
  if (size() == 2) return;
  const size_t at = told.find("operation ");
  REQUIRE(at != std::string::npos);
  const std::string operation = told.substr(at, told.find(',') - at);
  CHECK(told == "new_group: rank 0 is at " + operation + ", new_group of [0, " +
                    std::to_string(size() - 1) + "]; rank 1 is at " + operation +
                    ", new_group of [0, 1]");
}
