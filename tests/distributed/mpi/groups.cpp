// Groups of some of the ranks, and how long they last.
#include "distributed/mpi/limits.h"
#include "tests/distributed/world.h"

using namespace gradus;
using distributed::ProcessGroupMPI;

TEST_CASE("a group of some ranks has numbers of its own; the others have none") {
  if (!distributed::is_initialized()) distributed::init_process_group();
  const auto group = distributed::new_group({size() - 1, 0});
  const bool member = rank() == 0 || rank() == size() - 1;
  CHECK(group.defined() == member);
  CHECK(distributed::get_rank(group) == (member ? (rank() == 0 ? 1 : 0) : -1));
  CHECK(distributed::get_world_size(group) == (member ? 2 : -1));
  if (!member) return;
  CHECK(group->globalRanks() == std::vector<int>{size() - 1, 0});
  CHECK(distributed::get_group_rank(group, 0) == 1);
  CHECK(message([&] { distributed::get_group_rank(group, size()); }) ==
        "get_group_rank: rank " + std::to_string(size()) + " is not in the group");
  const Tensor x = full({3}, double(rank()), kDouble);
  distributed::broadcast(x, 0, group);
  CHECK(values(x) == Values{0, 0, 0});
  x.fill_(rank() + 1);
  distributed::all_reduce(x, distributed::ReduceOp::SUM, group);
  CHECK(values(x) == Values(3, size() + 1));
  if (rank() == 0)
    distributed::send(x, size() - 1, group, 2);
  else
    CHECK(distributed::recv(x, 0, group, 2) == 0);
}

TEST_CASE("groups go on beside each other, in whatever order a rank calls them") {
  const auto a = ProcessGroupMPI::createProcessGroupMPI(),
             b = ProcessGroupMPI::createProcessGroupMPI();
  Tensors x{ones({10}, kDouble)}, y{ones({10}, kDouble)};
  intrusive_ptr<distributed::Work> first, second;
  if (rank() == 0) {
    first = a->allreduce(x);
    second = b->allreduce(y);
  } else {
    second = b->allreduce(y);
    second->wait();
    first = a->allreduce(x);
  }
  first->wait();
  second->wait();
  CHECK(values(x[0]) == Values(10, size()));
  CHECK(values(y[0]) == Values(10, size()));
}

TEST_CASE("new_group refuses ranks that are none, or come twice") {
  CHECK(message([] {
          ProcessGroupMPI::createProcessGroupMPI({0, size()});
        }) == "new_group: rank " + std::to_string(size()) + " of " + std::to_string(size()));
  CHECK(message([] {
          ProcessGroupMPI::createProcessGroupMPI({1, 1});
        }) == "new_group: rank 1 is listed twice");
}

TEST_CASE("groups that all their ranks have dropped are freed when others are made") {
  const auto sum = [](distributed::ProcessGroup& group) {
    Tensors x{ones({2}, kDouble)};
    group.allreduce(x)->wait();
    return values(x[0])[0];
  };
  // Until the next one is made, the last of those before is kept.
  ProcessGroupMPI::createProcessGroupMPI();
  const int before = distributed::mpi::groups_kept();
  const auto stays = ProcessGroupMPI::createProcessGroupMPI();
  // MPICH has room for 1,020 groups.
  if (size() > 3) return;  // more ranks than cores are slow at it
  const int many = size() == 2 ? 1100 : 3;
  for (int i = 0; i < many; ++i) {
    const auto group = ProcessGroupMPI::createProcessGroupMPI();
    if (i % 100 == 0) CHECK(sum(*group) == size());
  }
  CHECK(distributed::mpi::groups_kept() <= before + 2);
  // One that a rank alone keeps stays, with what is beside it.
  auto kept = ProcessGroupMPI::createProcessGroupMPI();
  const auto beside = kept->beside();
  CHECK(kept->beside() == beside);
  CHECK(sum(*beside) == size());
  if (rank() > 0) kept = nullptr;
  for (int i = 0; i < 2; ++i) ProcessGroupMPI::createProcessGroupMPI();
  CHECK(distributed::mpi::groups_kept() >= before + 3);
  CHECK(sum(*beside) == size());
  // Some ranks alone, whose others have nothing to drop.
  for (int i = 0; i < 4; ++i) ProcessGroupMPI::createProcessGroupMPI({size() - 1});
  CHECK(distributed::mpi::groups_kept() <= before + 6);
  CHECK(sum(*stays) == size());
}

TEST_CASE(
    "a group and the one beside it go on beside each other, and an operation outlives its group") {
  const auto group = ProcessGroupMPI::createProcessGroupMPI();
  const auto beside = group->beside();
  CHECK(beside->getRank() == group->getRank());
  CHECK(beside->getSize() == size());
  CHECK(beside->globalRanks() == group->globalRanks());
  Tensors x{ones({10}, kDouble)}, y{full({10}, 2., kDouble)};
  intrusive_ptr<distributed::Work> first, second;
  if (rank() == 0) {
    first = group->allreduce(x);
    second = beside->allreduce(y);
  } else {
    beside->allreduce(y)->wait();
    first = group->allreduce(x);
  }
  if (second) second->wait();
  first->wait();
  CHECK(values(x[0]) == Values(10, size()));
  CHECK(values(y[0]) == Values(10, 2 * size()));
  if (size() > 3) return;
  Tensors z{ones({1 << 20})};
  auto brief = ProcessGroupMPI::createProcessGroupMPI();
  const auto work = brief->allreduce(z);
  brief = nullptr;
  ProcessGroupMPI::createProcessGroupMPI();
  work->wait();
  CHECK(z[0][1].item<float>() == float(size()));
}
