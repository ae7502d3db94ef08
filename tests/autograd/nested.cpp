// Backward passes inside of backward passes, and beside each other.
#include <atomic>
#include <thread>
#include <vector>

#include "autograd/function.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "tests/support.h"

using namespace gradus;
using autograd::AutogradContext;
using autograd::variable_list;

namespace {

// The identity, whose backward pass runs that of x - 1 first, down to 0.
struct Countdown : autograd::Function<Countdown> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    {
      const AutoGradMode recorded(true);
      ctx->saved_data["x"] = x.detach().requires_grad_() - 1;
    }
    return ctx->saved_data["x"].toTensor().detach();
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    ++calls;
    const Tensor x = ctx->saved_data["x"].toTensor();
    if (x.item<double>() == 0) {
      if (fails) throw Error("down at 0");
      return dy;
    }
    const AutoGradMode recorded(true);
    apply(x)[0].sum().backward();
    grad_mode_held = grad_mode_held && GradMode::is_enabled();
    return dy;
  }
  static inline int calls = 0;
  static inline bool fails = false, grad_mode_held = true;
};

// Calls f(i) on n threads at once.
template <class F>
void at_once(int n, F f) {
  std::atomic<int> waiting{n};
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      --waiting;
      while (waiting > 0) {
      }
      f(i);
    });
  for (std::thread& t : threads) t.join();
}

}  // namespace

TEST_CASE("backward inside of backward, many levels deep") {
  for (const int levels : {10, 16000}) {
    Countdown::calls = 0;
    const Tensor x = leaf({double(levels)});
    Countdown::apply(x).sum().backward();
    CHECK(Countdown::calls == levels);
    CHECK(values(x.grad()) == Values{1});
  }
  CHECK(Countdown::grad_mode_held);
  Countdown::fails = true;
  CHECK(message([] { Countdown::apply(leaf({1000})).sum().backward(); }) == "down at 0");
  Countdown::fails = false;
}

TEST_CASE("backward of one graph by several threads: one has it, the others are told") {
  for (int round = 0; round < 200; ++round) {
    const Tensor x = leaf({0.5, -1, 2});
    const Tensor y = (((x * 2).tanh() * x).exp() / (x * x + 1)).sum();
    std::atomic<int> done{0}, told{0};
    at_once(4, [&](int) {
      try {
        y.backward();
        ++done;
      } catch (const Error& e) {
        told += std::string(e.what()).find("a second time") != std::string::npos;
      }
    });
    CHECK(done + told == 4);
    CHECK(told >= 3);
  }
  // With the graph kept each has it.
  const Tensor x = leaf({0.5, -1, 2});
  const Tensor y = (x * x).sum();
  at_once(4, [&](int) {
    for (int i = 0; i < 50; ++i) y.backward({}, true);
  });
  CHECK(values(x.grad()) == Values{200, -400, 800});
}

TEST_CASE("several threads ask for the history of one view") {
  for (int round = 0; round < 200; ++round) {
    const Tensor x = leaf({1, 2, 3});
    const Tensor base = x * 1, view = base.slice(0, 0, 2);
    base.mul_(3);
    std::vector<Tensor> dx(4);
    at_once(4, [&](int i) { dx[size_t(i)] = autograd::grad({view.sum()}, {x}, {}, true)[0]; });
    for (const Tensor& g : dx) CHECK(values(g) == Values{3, 3, 0});
  }
}
