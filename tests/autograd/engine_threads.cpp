// The engine with several threads: graphs that they share, and leaves at which they meet.
#include <thread>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("threads that meet at a leaf") {
  const Tensor x = leaf({1});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) (x * 1).backward();
    });
  for (std::thread& t : threads) t.join();
  CHECK(values(x.grad()) == Values{16000});
}

TEST_CASE("a graph that goes through several threads") {
  const Tensor x = full({2}, 1.5).requires_grad_();
  Tensor y = x, z;
  std::thread([&] {
    for (int i = 0; i < 100; ++i) y = y + x;
  }).join();
  // A thread that has recorded nothing yet goes on behind the other's nodes.
  std::thread([&] {
    z = (y * y + y * x).sum();
    z.backward();
  }).join();
  // z = 101 x * 101 x + 101 x * x
  CHECK(x.grad().allclose(full({2}, 2 * (101 * 101 + 101) * 1.5)));
}

TEST_CASE("several threads record with one leaf") {
  const Tensor x = ones({2}).requires_grad_();
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const Tensor unused = x * 3;
        (x * 2).sum().backward();
      }
    });
  for (auto& t : threads) t.join();
  CHECK(x.grad().equal(full({2}, 800.)));
  CHECK(x.use_count() == 1);
}

TEST_CASE("several threads add to the gradient of one named input") {
  const Tensor x = ones({2}).requires_grad_();
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) (x * 2).sum().backward({}, std::nullopt, false, TensorList{x});
    });
  for (auto& t : threads) t.join();
  CHECK(x.grad().equal(full({2}, 4000.)));
}
