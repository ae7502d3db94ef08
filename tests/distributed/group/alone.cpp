// A process that was started alone is a world of one rank.
#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "distributed/distributed.h"
#include "tests/support.h"

using namespace gradus;
using distributed::ProcessGroupMPI, distributed::ReduceOp;
using Tensors = std::vector<Tensor>;
using Lists = std::vector<Tensors>;

namespace {
intrusive_ptr<ProcessGroupMPI> world() { return ProcessGroupMPI::createProcessGroupMPI(); }
}  // namespace

TEST_CASE("a process alone is rank 0 of 1, and every operation is complete at once") {
  const auto group = world();
  CHECK(group->getRank() == 0);
  CHECK(group->getSize() == 1);
  CHECK(group->getBackendName() == "mpi");
  Tensor x = vec({1, 2, 3});
  Tensors one{x};
  for (const auto& work :
       {group->broadcast(one), group->allreduce(one), group->reduce(one), group->barrier(),
        group->tree_allreduce(x), group->tree_reduce_scatter(x), group->tree_all_gather(x)}) {
    CHECK(work->isCompleted());
    CHECK(work->isSuccess());
    CHECK(work->wait());
    CHECK_FALSE(work->exception());
  }
  CHECK(values(x) == Values{1, 2, 3});
  CHECK(group->getSequenceNumberForGroup() == 7);
  CHECK(group->traffic().operations == 7);
}

TEST_CASE("a process alone gets back what it gives") {
  const auto group = world();
  const Tensor x = vec({1, 2, 3, 4});
  Tensor out = zeros({4}, kDouble), strided = zeros({4, 2}, kDouble).select(1, 0);
  Tensors in{x}, to{strided};
  Lists lists{{out}}, ins{{x}};
  group->allgather(lists, in)->wait();
  CHECK(values(out) == values(x));
  group->scatter(to, ins)->wait();
  CHECK(values(strided) == values(x));
  for (auto *const run :
       {+[](ProcessGroupMPI&g, Tensor&o, Tensor&i) { g._allgather_base(o, i); },
        +[](ProcessGroupMPI&g, Tensor&o, Tensor&i) { g._reduce_scatter_base(o, i); },
        +[](ProcessGroupMPI&g, Tensor&o, Tensor&i) {
          std::vector<int64_t> equal;
          g.alltoall_base(o, i, equal, equal);
        }}) {
    Tensor input = x.clone();
    strided.zero_();
    run(*group, strided, input);
    CHECK(values(strided) == values(x));
  }
  strided.zero_();
  group->gather(lists, in)->wait();
  group->reduce_scatter(to, ins)->wait();
  CHECK(values(strided) == values(x));
  Tensors outs{out.zero_()};
  group->alltoall(outs, in)->wait();
  CHECK(values(out) == values(x));
  lists = {{out.zero_(), strided.zero_()}};
  Tensors two{x, x * 2};
  group->allgather_coalesced(lists, two)->wait();
  CHECK(values(strided) == Values{2, 4, 6, 8});
}

TEST_CASE("a result counts as a write, also to a tensor that requires grad") {
  const auto group = world();
  Tensor p = leaf({1, 2});
  const Tensor y = (p * p).sum();
  Tensors one{p};
  group->broadcast(one)->wait();
  Tensor out = zeros({2}, kDouble);
  const auto before = out._version();
  Tensor in = p;
  group->_allgather_base(out, in)->wait();
  CHECK(out._version() == before + 1);
  CHECK_FALSE(out.requires_grad());
  CHECK(values(out) == Values{1, 2});
}

TEST_CASE("what is wrong with arguments is said by the call") {
  const auto group = world();
  Tensor x = vec({1, 2, 3}), none, i = zeros({3}, kLong), f = zeros({3}, kFloat);
  Tensor b = zeros({3}, kBool);
  Tensors one{x}, two{x, x}, undefined{none}, mixed{x, f}, bools{b}, overlapping{x.expand({2, 3})};
  Lists no_lists, lists{{x, x}}, floats{{f}};
  std::vector<int64_t> equal, wrong{1, 1}, short_of{2};
  distributed::BroadcastOptions from;
  from.rootRank = 1;
  distributed::AllreduceOptions op;
  const auto refuses = [&](auto call, const char* text) { CHECK(message(call) == text); };
  refuses([&] { group->broadcast(two); }, "broadcast: expected one tensor, got 2");
  refuses([&] { group->broadcast(undefined); }, "broadcast: a tensor is undefined");
  refuses([&] { group->broadcast(one, from); }, "broadcast: the root is rank 1 of 1");
  refuses([&] { group->allreduce(overlapping); },
          "allreduce: several elements of the written tensor share one place, shape [2, 3] with "
          "strides [0, 1]; clone it first");
  refuses([&] { group->allreduce_coalesced(mixed); },
          "allreduce_coalesced: dtypes differ, float64 and float32");
  op.reduceOp = ReduceOp::BAND;
  refuses([&] { group->allreduce(one, op); },
          "allreduce: and works bit by bit, which float64 does not have");
  op.reduceOp = ReduceOp::PREMUL_SUM;
  refuses([&] { group->allreduce(one, op); }, "allreduce: premul_sum is not supported");
  op.reduceOp = ReduceOp::AVG;
  refuses([&] { group->allreduce(bools, op); }, "allreduce: there is no average of bool");
  op.reduceOp = ReduceOp::MAX;
  refuses([&] { group->tree_allreduce(x, op); }, "tree_allreduce: expected sum or avg, got max");
  refuses([&] { group->tree_allreduce(b); }, "tree_allreduce: there is no sum of bool by a tree");
  refuses(
      [&] {
        group->tree_all_gather(zeros({2, 3}).t());
      },
      "tree_all_gather: the tensor is not contiguous, shape [3, 2] with strides [1, 3]");
  refuses([&] { group->allgather(no_lists, one); },
          "allgather: expected one list of outputs, got 0");
  refuses([&] { group->allgather(lists, one); }, "allgather: 2 outputs, 1 ranks");
  refuses([&] { group->allgather(floats, one); },
          "allgather: an output of float32 [3], an input of float64 [3]");
  refuses([&] { group->gather(no_lists, one); },
          "gather: the root gives one list of outputs, got 0");
  Tensor six = zeros({6}, kDouble);
  refuses([&] { group->_allgather_base(six, x); },
          "_allgather_base: the output of 6 elements is not 1 times the input of 3");
  refuses([&] { group->_reduce_scatter_base(x, i); },
          "_reduce_scatter_base: dtypes differ, int64 and float64");
  refuses([&] { group->alltoall(two, one); }, "alltoall: 2 outputs, 1 ranks");
  refuses([&] { group->alltoall_base(x, x, equal, wrong); },
          "alltoall_base: 2 split sizes of the input, 1 ranks");
  refuses([&] { group->alltoall_base(x, x, equal, short_of); },
          "alltoall_base: the split sizes [2] do not make the 3 rows of the input");
  refuses([&] { group->send(one, 0, 0); }, "send: the partner is rank 0, which is this process");
  refuses([&] { group->recv(one, 2, 0); }, "recv: the partner is rank 2 of 1");
  refuses([&] { group->recv(one, 0, -1); }, "recv: the tag is negative, -1");
  refuses([&] { group->recvAnysource(one, 0); }, "recvAnysource: there is no other rank");
  refuses([&] { group->setTimeout(std::chrono::milliseconds(0)); },
          "setTimeout: expected more than 0 ms, got 0");
}

TEST_CASE("what a work cannot do is said") {
  const auto work = world()->barrier();
  CHECK(message([&] { work->sourceRank(); }) ==
        "barrier: sourceRank() is known of a receive that has ended well");
  CHECK(message([&] { work->abort(); }) ==
        "barrier: a single operation cannot be stopped, the group can, by ProcessGroup::abort()");
  CHECK(message([&] { work->getFuture(); }) ==
        "barrier: there are no futures, wait() and isCompleted() say the same");
  CHECK(work->getSequencenumber() == 1);
  CHECK(work->getDuration() >= 0);
  CHECK(work->retrieveOpType() == distributed::OpType::BARRIER);
}
