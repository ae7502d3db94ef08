#include "distributed/mpi/limits.h"
#include "tests/distributed/world.h"

using namespace gradus;

TEST_CASE("send and recv: every dtype, empty, strided, in pieces") {
  const int next = (rank() + 1) % size(), last = (rank() + size() - 1) % size();
  for (const ScalarType t : all_types)
    for (const int64_t n : {0, 7}) {
      distributed::mpi::set_count_limit(n == 7 ? 3 : 100);
      Tensors x{(arange(2 * n, kDouble) + rank()).to(t).view({n, 2}).select(1, 1)};
      Tensors y{zeros({n, 2}, t).select(1, 0)};
      const auto sent = world().send(x, next, 3);
      const auto received = world().recv(y, last, 3);
      CHECK(received->wait());
      CHECK(sent->wait());
      CHECK(received->sourceRank() == last);
      CHECK(values(y[0]) ==
            values((arange(2 * n, kDouble) + last).to(t).view({n, 2}).select(1, 1)));
    }
  distributed::mpi::set_count_limit(int64_t(1) << 28);
}

TEST_CASE("large tensors cross each other, whoever sends first") {
  const int next = (rank() + 1) % size(), last = (rank() + size() - 1) % size();
  const int64_t n = 300'000;
  Tensors x{full({n}, double(rank()), kDouble)}, y{zeros({n}, kDouble)};
  world().send(x, next, 0);
  world().recv(y, last, 0)->wait();
  CHECK(y[0].sum().item<double>() == double(n * last));
  world().barrier()->wait();
}

TEST_CASE(
    "messages of one tag arrive in the order they were sent, those of others when asked for") {
  if (rank() == 0) {
    for (const double v : {1, 2, 3, 4}) {
      Tensors x{full({100'000}, v, kFloat)};
      world().send(x, 1, v == 3 ? 9 : 5);
    }
  } else if (rank() == 1) {
    Tensors nine{zeros({100'000})};
    world().recv(nine, 0, 9)->wait();
    CHECK(nine[0][5].item<float>() == 3);
    std::vector<Tensors> fives;
    std::vector<intrusive_ptr<distributed::Work>> works;
    for (int i = 0; i < 3; ++i) {
      fives.push_back({zeros({100'000})});
      works.push_back(world().recv(fives.back(), 0, 5));
    }
    for (int i = 2; i >= 0; --i) works[size_t(i)]->wait();
    CHECK(fives[0][0][7].item<float>() == 1);
    CHECK(fives[1][0][7].item<float>() == 2);
    CHECK(fives[2][0][7].item<float>() == 4);
  }
  world().barrier()->wait();
}

TEST_CASE("recvAnysource says from whom") {
  if (rank() > 0) {
    Tensors x{full({4}, double(rank()), kLong)};
    world().send(x, 0, 1)->wait();
  } else {
    std::vector<int> sources;
    for (int i = 1; i < size(); ++i) {
      Tensors y{zeros({4}, kLong)};
      const auto work = world().recvAnysource(y, 1);
      work->wait();
      sources.push_back(work->sourceRank());
      CHECK(values(y[0]) == Values(4, work->sourceRank()));
    }
    std::sort(sources.begin(), sources.end());
    for (int i = 1; i < size(); ++i) CHECK(sources[size_t(i) - 1] == i);
  }
  world().barrier()->wait();
}

TEST_CASE("a receive of another dtype or length fails, and the group goes on") {
  if (rank() == 0) {
    Tensors x{ones({5}, kFloat)}, large{ones({200'000}, kDouble)};
    world().send(x, 1, 0)->wait();
    world().send(large, 1, 0)->wait();
    world().send(x, 1, 0)->wait();
  } else if (rank() == 1) {
    Tensors wrong{zeros({5}, kInt)}, short_of{zeros({4}, kDouble)}, right{zeros({5})};
    CHECK(message([&] { world().recv(wrong, 0, 0)->wait(); }) ==
          "recv: rank 0 sent 5 elements of float32, and 5 of int32 are expected");
    CHECK(message([&] { world().recv(short_of, 0, 0)->wait(); }) ==
          "recv: rank 0 sent 200000 elements of float64, and 4 of float64 are expected");
    CHECK(values(wrong[0]) == Values(5, 0));
    CHECK(values(short_of[0]) == Values(4, 0));
    world().recv(right, 0, 0)->wait();
    CHECK(values(right[0]) == Values(5, 1));
  }
  world().barrier()->wait();
}

TEST_CASE("a tag that MPI has no room for is refused") {
  Tensors x{ones({1})};
  CHECK(message([&] {
          world().send(x, (rank() + 1) % size(), 2'147'483'647);
        }).starts_with("send: the tag is 2147483647, and MPI has room for "));
}

TEST_CASE("functions of torch.distributed: send and recv in turn") {
  if (!distributed::is_initialized()) distributed::init_process_group();
  CHECK(distributed::get_rank() == rank());
  CHECK(distributed::get_world_size() == size());
  const Tensor x = full({3}, double(rank()), kFloat);
  if (rank() == 0) {
    distributed::send(x, 1);
    CHECK(distributed::recv(x) == 1);
    CHECK(values(x) == Values(3, 1));
  } else if (rank() == 1) {
    const Tensor y = zeros({3});
    CHECK(distributed::recv(y, 0) == 0);
    CHECK(values(y) == Values(3, 0));
    distributed::send(x, 0);
  }
  distributed::barrier();
}
