// Checkpointed functions: what plain calls give, from less memory.
#include "autograd/checkpoint.h"

#include <thread>

#include "autograd/gradcheck.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/nn/nn.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/view.h"
#include "tensor/base/memory.h"
#include "tests/support.h"

using namespace gradus;
using autograd::variable_list;

namespace {

Tensor input(ScalarType dtype = kFloat) {
  return randn({6, 8}, TensorOptions(dtype).requires_grad(true));
}

// Reads its input three times and the weight twice; a view, a write in place, a random mask.
struct Block {
  Tensor weight;
  Tensor operator()(const Tensor& x) const {
    Tensor h = dropout(matmul(x, weight).tanh(), 0.4, true);
    h.narrow(1, 0, 3).mul_(x.narrow(1, 2, 3));
    return softmax(matmul(h, weight.t()), 1) * x + h;
  }
};

// The gradients by x and w of two blocks with a sum around each, checkpointed at `level` depths.
variable_list gradients(const Tensor& x, const Tensor& w, int level) {
  manual_seed(3);
  const Block block{w};
  const auto inner = [block, level](const Tensor& t) {
    return level > 1 ? checkpoint(block, t) : block(t);
  };
  const auto outer = [inner](const Tensor& t) { return inner(inner(t) + t) * t; };
  const Tensor first = level > 0 ? checkpoint(outer, x) : outer(x);
  const Tensor y = (level > 0 ? checkpoint(outer, first) : outer(first)) + first + matmul(x, w);
  variable_list out = autograd::grad({(y * y).sum()}, {x, w});
  out.push_back(y.detach());
  out.push_back(rand({4}));
  return out;
}

}  // namespace

TEST_CASE("a checkpointed function gives the bits of a plain one, and so does one inside another") {
  for (const ScalarType dtype : {kFloat, kDouble}) {
    const Tensor x = input(dtype), w = randn({8, 8}, TensorOptions(dtype).requires_grad(true));
    const auto plain = gradients(x, w, 0);
    for (const int level : {1, 2}) {
      const auto again = gradients(x, w, level);
      for (size_t i = 0; i < plain.size(); ++i) {
        CAPTURE(level);
        CAPTURE(i);
        CHECK(again[i].equal(plain[i]));
      }
    }
  }
}

TEST_CASE("gradients of a checkpointed function have gradients") {
  const Tensor w = randn({8, 8}, TensorOptions(kDouble).requires_grad(true));
  const auto f = [](const variable_list& v) {
    const auto smooth = [](const Tensor& x, const Tensor& w) {
      return matmul(checkpoint([](const Tensor& t) { return t.tanh() * t; }, x), w).sigmoid();
    };
    return variable_list{checkpoint(smooth, v[0], v[1]) * v[0]};
  };
  const Tensor x = input(kDouble);
  CHECK(autograd::gradcheck(f, {x, w}));
  CHECK(autograd::gradgradcheck(f, {x, w}));
}

TEST_CASE("between the passes only the inputs of a checkpoint are held, and nothing after") {
  const auto chain = [](Tensor x) {
    for (int i = 0; i < 20; ++i) x = x.sin();
    return x;
  };
  const Tensor x = randn({1 << 16}, TensorOptions().requires_grad(true));
  const int64_t one = x.nbytes(), before = memory_stats().active;
  {
    const Tensor plain = chain(x);
    CHECK(memory_stats().active - before >= 20 * one);
  }
  {
    Tensor y = x;
    for (int i = 0; i < 4; ++i) y = checkpoint(chain, y);
    CHECK(memory_stats().active - before < 5 * one);
    reset_peak_memory_stats();
    const Tensor dx = autograd::grad({y.sum()}, {x})[0];
    CHECK(memory_stats().peak - before < 30 * one);
    CHECK(memory_stats().active - before < 7 * one);
  }
  CHECK((memory_stats().active == before));
}

TEST_CASE("a graph with checkpoints runs twice when it is kept, and else once") {
  const Tensor x = input();
  const Tensor y = checkpoint([](const Tensor& t) { return t.exp() * t; }, x).sum();
  const Tensor first = autograd::grad({y}, {x}, {}, true)[0];
  CHECK(autograd::grad({y}, {x})[0].equal(first));
  CHECK_THROWS_AS(autograd::grad({y}, {x}), Error);
}

TEST_CASE("functions of several results, of other arguments, and of none that needs a gradient") {
  const Tensor x = input();
  const auto [s, c] = checkpoint(
      [](const Tensor& t, double factor, const std::vector<Tensor>& more) {
        return std::tuple(t.sin() * factor, t.cos() + more[0]);
      },
      x, 2.0, std::vector<Tensor>{ones({8})});
  CHECK(autograd::grad({(s * c).sum()}, {x})[0].allclose(2 * x.cos() * (x.cos() + 1) -
                                                         2 * x.sin() * x.sin()));

  const auto list = checkpoint([](const Tensor& t) { return t.unbind(0); }, x);
  CHECK(autograd::grad({list[2].square().sum()}, {x})[0][2].equal(2 * x[2]));

  CHECK_FALSE(checkpoint([](const Tensor& t) { return t.exp(); }, ones({2})).requires_grad());
  CHECK(checkpoint([](const Tensor& t) { return t; }, x).is_same(x));
  const NoGradGuard unrecorded;
  CHECK_FALSE(checkpoint([](const Tensor& t) { return t.exp(); }, x).requires_grad());
}

TEST_CASE("what the function reads may not change between its calls") {
  const auto f = [](const Tensor& x, const Tensor& w) { return x.exp() * w; };
  const Tensor x = input(), w = ones({8}, TensorOptions().requires_grad(true));
  const auto changed = [&](const Tensor& t) {
    const Tensor h = x * 1;
    const Tensor y = checkpoint(f, h, w).sum();
    {
      const NoGradGuard unrecorded;
      (t.defined() ? t : h).add_(1);
    }
    y.backward();
  };
  CHECK_THROWS_WITH_AS(
      changed(Tensor()),
      "checkpoint: a tensor of shape [6, 8] that the function reads was written to since", Error);
  CHECK_THROWS_WITH_AS(
      changed(w), "checkpoint: a tensor of shape [8] that the function reads was written to since",
      Error);
  CHECK_THROWS_WITH_AS(
      checkpoint([](Tensor t) { return t.mul_(2); }, x * 1),
      "checkpoint: the function writes to its tensor 0, and could not be called again", Error);
}

TEST_CASE("a function that does otherwise the second time is an error") {
  const auto run = [](auto f) {
    checkpoint([f, calls = std::make_shared<int>()](const Tensor& t) { return f(t, (*calls)++); },
               input())
        .sum()
        .backward();
  };
  CHECK_THROWS_WITH_AS(
      run([](const Tensor& t, int call) { return call == 0 ? t.exp().sin() : t.exp(); }),
      "checkpoint: the second call of the function recorded 1 operations, the first 2", Error);
  CHECK_THROWS_WITH_AS(
      run([](const Tensor& t, int call) { return call == 0 ? t.exp() : t.sin(); }),
      "checkpoint: the second call of the function recorded sin of shape [6, 8], the first exp of "
      "[6, 8]",
      Error);
  CHECK_THROWS_AS(run([](const Tensor& t, int call) {
                    if (call > 0) throw Error("not again");
                    return t.exp();
                  }),
                  Error);
}

TEST_CASE("the backward pass leaves the default generator where it was") {
  const Tensor x = input();
  const Tensor y = checkpoint([](const Tensor& t) { return dropout(t, 0.5, true).exp(); }, x);
  manual_seed(7);
  const Tensor next = rand({3});
  manual_seed(7);
  y.sum().backward();
  CHECK(rand({3}).equal(next));
}

TEST_CASE("hooks and retained gradients inside a checkpoint work once") {
  const Tensor x = input();
  int calls = 0;
  Tensor inside;
  const auto f = [&](const Tensor& t) {
    const Tensor h = t.exp();
    h.register_hook([&](const Tensor&) { ++calls; });
    if (!inside.defined()) {
      h.retain_grad();
      inside = h;
    }
    return h.sin();
  };
  checkpoint(f, x).sum().backward();
  CHECK(calls == 1);
  CHECK(inside.grad().equal(x.exp().cos().detach()));
}

TEST_CASE("threads that run graphs with one checkpoint in common") {
  const Tensor x = input(kDouble);
  const Tensor y = checkpoint([](const Tensor& t) { return (t.tanh() * t).exp(); }, x);
  const Tensor want = autograd::grad({(y * y).sum()}, {x}, {}, true)[0];
  std::vector<Tensor> got(4);
  std::vector<std::thread> threads;
  for (Tensor& g : got)
    threads.emplace_back([&] { g = autograd::grad({(y * y).sum()}, {x}, {}, true)[0]; });
  for (std::thread& t : threads) t.join();
  for (const Tensor& g : got) CHECK(g.equal(want));
}
