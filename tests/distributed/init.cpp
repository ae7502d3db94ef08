// PyTorch's functions, in a process that was started alone.
#include <doctest/doctest.h>

#include <cstdlib>

#include "distributed/distributed.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("a program that is started alone calls the same functions") {
  CHECK_FALSE(distributed::is_initialized());
  CHECK(message([] { distributed::get_rank(); }) ==
        "there is no default group yet: call distributed::init_process_group() first");
  CHECK(message([] { distributed::init_process_group("gloo"); }) ==
        "init_process_group: the only backend is mpi, got gloo");
  CHECK(message([] { distributed::init_process_group("mpi", std::chrono::seconds(0)); }) ==
        "init_process_group: expected a timeout above 0 ms, got 0");
  // As torchrun sets them.
  setenv("RANK", "0", 1);
  setenv("WORLD_SIZE", "2", 1);
  CHECK(message([] { distributed::init_process_group(); }) ==
        "init_process_group: no launcher of MPI has started this process, and MASTER_ADDR is not "
        "set; start it by mpirun or torchrun, or with RANK, WORLD_SIZE, MASTER_ADDR and "
        "MASTER_PORT set");
  // Each would otherwise be a job of its own.
  setenv("RANK", "1", 1);
  for (const char* size : {"", "1"}) {
    setenv("WORLD_SIZE", size, 1);
    CHECK(message([] { distributed::init_process_group(); }) ==
          (*size
               ? "init_process_group: RANK is 1, and WORLD_SIZE is 1"
               : "init_process_group: no launcher of MPI has started this process, and WORLD_SIZE "
                 "is not set; start it by mpirun or torchrun, or with RANK, WORLD_SIZE, "
                 "MASTER_ADDR and MASTER_PORT set"));
  }
  setenv("RANK", "0", 1);
  setenv("WORLD_SIZE", "2", 1);
  setenv("MASTER_ADDR", "127.0.0.1", 1);
  setenv("MASTER_PORT", "65536", 1);
  CHECK(message([] { distributed::init_process_group(); }) ==
        "init_process_group: MASTER_PORT is 65536, and ports go from 1 to 65535");
  // Rank 1 looks for one that does not come.
  setenv("RANK", "1", 1);
  setenv("MASTER_PORT", "1", 1);
  CHECK(message([] { distributed::init_process_group("mpi", std::chrono::milliseconds(200)); }) ==
        "init_process_group: rank 1 of 2 found no rank 0 at 127.0.0.1:1 in 0.2 s: "
        "Connection refused");
  setenv("WORLD_SIZE", "two", 1);
  CHECK(message([] { distributed::init_process_group(); }) ==
        "WORLD_SIZE: expected a number, got two");
  setenv("WORLD_SIZE", "1", 1);
  setenv("RANK", "0", 1);
  distributed::init_process_group();
  CHECK(distributed::is_initialized());
  CHECK(message([] { distributed::init_process_group(); }) ==
        "init_process_group: there is a default group already");
  CHECK(distributed::get_rank() == 0);
  CHECK(distributed::get_world_size() == 1);
  CHECK(distributed::get_node_local_rank() == 0);
  const auto group = distributed::new_group({0});
  CHECK(distributed::get_world_size(group) == 1);
  CHECK(distributed::get_group_rank(group, 0) == 0);
  CHECK(distributed::get_rank(distributed::Group()) == -1);
  CHECK(message([] {
          distributed::new_group({0, 1});
        }) == "new_group: ranks [0, 1], and this process was started alone");
  const Tensor x = vec({1, 2}), y = zeros({2}, kDouble);
  const std::string null_group =
      "distributed: the group is null, as for a process that is not in it";
  CHECK(message([&] {
          distributed::all_reduce(x, distributed::ReduceOp::SUM, distributed::Group());
        }) == null_group);
  CHECK(message([&] { distributed::broadcast(x, 0, distributed::Group()); }) == null_group);
  CHECK(distributed::all_reduce(x)->isCompleted());
  distributed::broadcast(x, 0, group);
  distributed::reduce(x, 0);
  distributed::barrier();
  distributed::all_gather({y}, x);
  CHECK(values(y) == Values{1, 2});
  distributed::all_gather_into_tensor(y.zero_(), x);
  CHECK(values(y) == Values{1, 2});
  distributed::gather(x, {y.zero_()});
  CHECK(values(y) == Values{1, 2});
  distributed::scatter(y.zero_(), {x});
  CHECK(values(y) == Values{1, 2});
  distributed::reduce_scatter(y.zero_(), {x});
  CHECK(values(y) == Values{1, 2});
  distributed::reduce_scatter_tensor(y.zero_(), x);
  CHECK(values(y) == Values{1, 2});
  distributed::all_to_all({y.zero_()}, {x});
  CHECK(values(y) == Values{1, 2});
  distributed::all_to_all_single(y.zero_(), x);
  CHECK(values(y) == Values{1, 2});
  CHECK(message([&] { distributed::send(x, 0); }) ==
        "send: the partner is rank 0, which is this process");
  distributed::destroy_process_group();
  CHECK_FALSE(distributed::is_initialized());
}
