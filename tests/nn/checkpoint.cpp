#include "nn/utils/checkpoint.h"

#include "autograd/ops/random/random.h"
#include "nn/modules.h"
#include "tensor/base/memory.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("checkpoint_sequential gives the gradients of the modules in a row") {
  nn::Sequential net;
  for (int i = 0; i < 7; ++i) {
    net->push_back(nn::Linear(16, 16));
    net->push_back(i % 2 ? nn::AnyModule(nn::Dropout(0.3)) : nn::AnyModule(nn::GELU()));
  }
  const Tensor x = randn({5, 16}, TensorOptions().requires_grad(true));
  const auto gradients = [&](auto forward) {
    manual_seed(1);
    net->zero_grad();
    x.mutable_grad() = Tensor();
    forward().square().sum().backward();
    std::vector<Tensor> out{x.grad()};
    for (const Tensor& p : net->parameters()) out.push_back(p.grad().clone());
    return out;
  };
  const auto plain = gradients([&] { return net->forward(x); });
  for (const int64_t segments : {1, 2, 3, 14}) {
    const auto got =
        gradients([&] { return utils::checkpoint::checkpoint_sequential(net, segments, x); });
    for (size_t i = 0; i < plain.size(); ++i) CHECK(got[i].equal(plain[i]));
  }
  CHECK_THROWS_WITH_AS(checkpoint_sequential(net, 15, x),
                       "checkpoint_sequential: 14 functions do not make 15 segments", Error);
  CHECK_THROWS_AS(checkpoint_sequential(net, 0, x), Error);
}

TEST_CASE("a checkpointed LSTM takes and gives its state as a tuple") {
  nn::LSTM lstm(3, 4);
  const auto one = [] { return randn({1, 2, 4}); };
  const Tensor x = randn({5, 2, 3}, TensorOptions().requires_grad(true)), h = one(), c = one();
  const auto gradient = [&](const auto& results) {
    const auto& [y, state] = results;
    const Tensor loss = y.square().sum() + (std::get<0>(state) * std::get<1>(state)).sum();
    return autograd::grad({loss}, {x})[0];
  };
  const Tensor want = gradient(lstm->forward(x, std::tuple(h, c)));
  CHECK(gradient(checkpoint(lstm, x, std::tuple(h, c))).equal(want));

  const auto results = checkpoint(lstm, x, std::optional(std::tuple(h, c)));
  c.add_(1);
  CHECK_THROWS_WITH_AS(
      gradient(results),
      "checkpoint: a tensor of shape [1, 2, 4] that the function reads was written to since",
      Error);
}
