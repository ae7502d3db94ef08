// Hooks on what is saved, on gradients and on nodes.
#include "autograd/graph.h"

#include <doctest/doctest.h>

#include "autograd/checkpoint.h"
#include "autograd/function_hook.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/view.h"
#include "tensor/base/fail.h"
#include "tests/support.h"

using namespace gradus;
using autograd::AutogradContext;
using autograd::variable_list;
using autograd::graph::saved_tensors_hooks;

namespace {

struct SaveBoth : autograd::Function<SaveBoth> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    const Tensor y = x.exp();
    ctx->save_for_backward({x, y});
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    const auto saved = ctx->get_saved_variables();
    return {dy[0] * saved[1] + 0 * saved[0]};
  }
};

// Counts what is packed and unpacked.
struct Counts {
  int packed = 0, unpacked = 0;
  saved_tensors_hooks hooks{[this](const Tensor& t) {
                              ++packed;
                              return t;
                            },
                            [this](const Tensor& t) {
                              ++unpacked;
                              return t;
                            }};
};

}  // namespace

TEST_CASE("saved tensors go through the hooks, and only those that a node keeps") {
  const Tensor x = leaf({1, 2}), c = vec({3, 4});
  Counts counts;
  const Tensor a = x * x;  // keeps both operands
  CHECK(counts.packed == 2);
  const Tensor b = a.exp();  // keeps its result
  CHECK(counts.packed == 3);
  const Tensor m = b.view({1, 2}).mm(c.view({2, 1}));  // keeps c only
  CHECK(counts.packed == 4);
  (c * c).exp().view({1, 2}).mm(c.view({2, 1}));  // nothing needs a gradient
  CHECK(counts.packed == 4);
  {
    const NoGradGuard no_grad;
    (x * x).exp();
  }
  CHECK(counts.packed == 4);
  CHECK(counts.unpacked == 0);
  m.sum().backward({}, true);
  CHECK(counts.unpacked == 4);
  m.sum().backward();
  CHECK(counts.unpacked == 8);
}

TEST_CASE(
    "saved tensors: what is packed may be of any type, and gradients are those of what is "
    "unpacked") {
  const Tensor x = leaf({1, 2, 3});
  const Tensor y = [&] {
    const saved_tensors_hooks halves([](const Tensor& t) { return t.to(kFloat) * 0.5; },
                                     [](const Tensor& t) { return (t * 4).to(kDouble); });
    return x.pow(3) + x.tanh() * 0;
  }();
  const Tensor dx = autograd::grad({y.sum()}, {x})[0];
  // 3 (2x)², and 0 (1 - (2 tanh)²).
  CHECK(values(dx) == Values{12, 48, 108});
  const Tensor z = [&] {
    const saved_tensors_hooks names([](const Tensor&) { return std::string("seven"); },
                                    [](const std::string&) {
                                      return vec({7, 7, 7});
                                    });
    return x * x;
  }();
  CHECK(values(autograd::grad({z.sum()}, {x})[0]) == Values{14, 14, 14});
}

TEST_CASE("saved tensors: unpacked ones have their history") {
  const Tensor x = leaf({0.5, -1.5});
  const auto f = [](const Tensor& t) {
    const saved_tensors_hooks copies([](const Tensor& s) { return s.clone(); },
                                     [](const Tensor& s) { return s; });
    const Tensor h = (t * t * t).sigmoid().exp() + SaveBoth::apply(t * 2);
    const std::vector<Tensor> both = {h, t.tanh()};
    return h.view({1, 2}).mm(stack(both)).cumsum(1);
  };
  const Tensor y = f(x).sum();
  const Tensor first = autograd::grad({y}, {x}, {}, true, true)[0];
  const Tensor plain = [&] {
    const Tensor h = (x * x * x).sigmoid().exp() + SaveBoth::apply(x * 2);
    const std::vector<Tensor> both = {h, x.tanh()};
    return h.view({1, 2}).mm(stack(both)).cumsum(1).sum();
  }();
  const Tensor other = autograd::grad({plain}, {x}, {}, true, true)[0];
  CHECK(first.equal(other));
  CHECK(autograd::grad({first.sum()}, {x})[0].equal(autograd::grad({other.sum()}, {x})[0]));
}

TEST_CASE("saved tensors: guards stand inside of each other, for one thread") {
  const Tensor x = leaf({1, 2});
  Counts outer;
  {
    Counts inner;
    x* x;
    CHECK(inner.packed == 2);
  }
  CHECK(outer.packed == 0);
  x* x;
  CHECK(outer.packed == 2);
  SaveBoth::apply(x);
  CHECK(outer.packed == 4);
}

TEST_CASE("saved tensors: a hook that throws leaves nothing behind") {
  const Tensor x = leaf({1, 2});
  {
    const saved_tensors_hooks bad([](const Tensor&) -> Tensor { fail("no room"); },
                                  [](const Tensor& t) { return t; });
    CHECK(message([&] { x* x; }) == "no room");
    CHECK(message([&] { x.view({1, 2}).mm(x.view({2, 1})); }) == "no room");
    CHECK(message([&] { x.exp(); }) == "no room");
    CHECK(message([&] { SaveBoth::apply(x); }) == "no room");
  }
  (x * x).view({1, 2}).mm(x.view({2, 1})).sum().backward();
  CHECK(values(x.grad()) == Values{3, 12});
  // A write that is done has its own past, not the former one of the tensor.
  Tensor written = x * 1;
  {
    const saved_tensors_hooks bad([](const Tensor&) -> Tensor { fail("no room"); },
                                  [](const Tensor& t) { return t; });
    CHECK(message([&] { written.exp_(); }) == "no room");
  }
  CHECK(message([&] { written.sum().backward(); }).find("is freed") != std::string::npos);
  // One that cannot be recorded is not done.
  Tensor kept = x.view({1, 2}) * 1, product = x * 1;
  const Tensor left = leaf({3}).view({1, 1});
  {
    const saved_tensors_hooks bad([](const Tensor&) -> Tensor { fail("no room"); },
                                  [](const Tensor& t) { return t; });
    CHECK(message([&] { kept.addmm_(left, x.view({1, 2})); }) == "no room");
  }
  x.mutable_grad() = Tensor();
  kept.sum().backward();
  CHECK(values(kept) == Values{1, 2});
  CHECK(values(x.grad()) == Values{1, 1});
  {
    int packed = 0;
    const saved_tensors_hooks second(
        [&](const Tensor& t) {
          if (++packed == 2) fail("no room");
          return t;
        },
        [](const Tensor& t) { return t; });
    CHECK(message([&] { product.cumprod_(0); }) == "no room");
  }
  CHECK(values(product) == Values{1, 2});
  CHECK(message([&] { product.sum().backward(); }).find("is freed") != std::string::npos);
  const Tensor y = [&] {
    const saved_tensors_hooks wrong([](const Tensor& t) { return t; },
                                    [](const Tensor& t) { return t.sum(); });
    return x * x;
  }();
  CHECK(message([&] { y.sum().backward(); }) ==
        "mul: the unpack hook returned float64 of shape [], what was packed is float64 of shape "
        "[2]");
  const Tensor z = [&] {
    const saved_tensors_hooks none([](const Tensor& t) { return t; },
                                   [](const Tensor&) { return Tensor(); });
    return x.exp();
  }();
  CHECK(message([&] { z.sum().backward(); }) ==
        "exp: the unpack hook returned an undefined tensor");
}

TEST_CASE("saved tensors: copies are not harmed by later writes") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 2, k = x * 2;
  const Tensor y = [&] {
    const autograd::graph::save_on_cpu copies;
    return h * h;
  }();
  h.zero_();
  y.sum().backward();
  CHECK(values(x.grad()) == Values{8, 16});
  const Tensor z = k * k;
  k.zero_();
  CHECK(message([&] { z.sum().backward(); }).find("modified in place") != std::string::npos);
}

TEST_CASE("saved tensors: hooks may be forbidden") {
  {
    const autograd::graph::disable_saved_tensors_hooks off("not here");
    CHECK(message([] { Counts counts; }) == "saved_tensors_hooks: not here");
  }
  Counts counts;
  CHECK(message([] { autograd::graph::disable_saved_tensors_hooks off("not now"); }) ==
        "disable_saved_tensors_hooks: 1 are active: not now");
}

TEST_CASE("saved tensors: hooks and checkpoints") {
  const Tensor x = leaf({1, 2});
  Counts counts;
  const Tensor y = checkpoint([](const Tensor& t) { return (t * t).exp(); }, x);
  y.sum().backward();
  CHECK(x.grad().allclose(2 * x * (x * x).exp()));
}

TEST_CASE("a saved variable keeps a tensor, or what hooks make of it") {
  const Tensor x = leaf({1, 2}), h = x * 3;
  autograd::SavedVariable saved(h, false);
  CHECK(saved.unpack().is_same(h));
  CHECK(!autograd::SavedVariable(Tensor(), false).unpack().defined());
  autograd::SavedVariable output(h, true);
  CHECK(message([&] { output.unpack(); }) ==
        "saved: an output saved for the backward pass is unpacked without its node");
  CHECK(output.unpack(h.grad_fn()).grad_fn() == h.grad_fn());

  struct Hooks : autograd::SavedVariableHooks {
    Tensor kept;
    void call_pack_hook(const Tensor& t) override { kept = t * 2; }
    Tensor call_unpack_hook() override { return kept; }
  };
  saved.register_hooks(std::make_unique<Hooks>());
  CHECK(values(saved.unpack()) == Values{6, 12});
  CHECK(saved.unpack().grad_fn() == h.grad_fn());
  CHECK(message([&] { saved.register_hooks(std::make_unique<Hooks>()); }) ==
        "register_hooks: the saved tensor has hooks already");
  saved.reset_data();
  CHECK(message([&] { saved.unpack(); }) == std::string("saved: ") + autograd::ERR_BACKWARD_TWICE);
  autograd::SavedVariable written(h, false);
  h.add_(1);
  CHECK(message([&] { written.unpack(); }) ==
        "saved: a tensor saved for the backward pass was modified in place, shape [2] is at "
        "version 1, expected 0");
}

TEST_CASE("hooks after a leaf's gradient was added to") {
  const Tensor x = leaf({1, 2});
  int calls = 0;
  const unsigned handle = x.register_post_accumulate_grad_hook([&](const Tensor& t) {
    ++calls;
    CHECK(t.is_same(x));
    CHECK(values(t.grad()) == Values{5, 5});
    t.mutable_grad().reset();
  });
  (x * 2 + x * 3).sum().backward();
  CHECK(calls == 1);
  CHECK(!x.grad().defined());
  (x * 5).sum().backward({}, {}, false, TensorList({x}));
  CHECK(calls == 2);
  autograd::grad({(x * 5).sum()}, {x});
  CHECK(calls == 2);
  x.remove_hook(handle);
  (x * 2).sum().backward();
  CHECK(calls == 2);
  CHECK(message([&] { (x * 2).register_post_accumulate_grad_hook([](const Tensor&) {}); }) ==
        "register_post_accumulate_grad_hook: only a leaf has a gradient added to, got "
        "MulBackward1");
  CHECK(message([&] { vec({1}).register_post_accumulate_grad_hook([](const Tensor&) {}); }) ==
        "register_post_accumulate_grad_hook: the tensor does not require grad");
}

TEST_CASE("hooks on several gradients") {
  const Tensor a = leaf({1, 1}), b = leaf({2, 2});
  const Tensor c = a * b, d = a + 1;
  std::vector<std::vector<bool>> calls;
  auto handle = autograd::graph::register_multi_grad_hook({a, b, d}, [&](const variable_list& g) {
    calls.emplace_back();
    for (const Tensor& t : g) calls.back().push_back(t.defined());
  });
  int any = 0;
  auto first = autograd::graph::register_multi_grad_hook_any({a, b}, [&](const Tensor& g) {
    ++any;
    CHECK(g.sizes() == IntArrayRef({2}));
  });
  (c.sum() + d.sum()).backward({}, true);
  c.sum().backward({}, true);
  using Seen = std::vector<bool>;
  CHECK(calls == std::vector<Seen>{{true, true, true}, {true, true, false}});
  CHECK(any == 2);
  autograd::grad({c.sum()}, {b}, {}, true);
  CHECK(calls.back() == Seen{false, true, false});
  handle.remove();
  handle.remove();
  first.remove();
  c.sum().backward();
  CHECK(calls.size() == 3);
  CHECK(any == 3);
  CHECK(message([&] { autograd::graph::register_multi_grad_hook({vec({1})}, {}); }) ==
        "register_multi_grad_hook: tensor 0 does not require grad");
}

TEST_CASE("the backward pass that runs has a number, and calls back at its end") {
  CHECK(autograd::get_current_graph_task_id() == -1);
  CHECK(!autograd::get_current_node());
  const Tensor x = leaf({1, 2});
  std::string order;
  const Tensor h = x * 2;
  h.register_hook([&](const Tensor&) {
    CHECK(autograd::get_current_graph_task_id() >= 0);
    CHECK(autograd::get_current_graph_task_keep_graph());
    autograd::queue_callback([&] { order += "end "; });
    order += "hook ";
  });
  x.register_hook([&](const Tensor&) { order += "leaf "; });
  h.sum().backward({}, true);
  CHECK(order == "hook leaf end ");
  CHECK(message([] { autograd::queue_callback([] {}); }) ==
        "queue_callback: no backward pass runs");
  CHECK(message([] { autograd::get_current_graph_task_keep_graph(); }) ==
        "get_current_graph_task_keep_graph: no backward pass runs");
}

TEST_CASE("writes past the tape can be counted") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 2, y = h * h;
  autograd::graph::increment_version(h);
  CHECK(message([&] { y.sum().backward(); }).find("modified in place") != std::string::npos);
  CHECK(autograd::graph::get_gradient_edge(h).function == h.grad_fn());
  CHECK(message([] { autograd::graph::get_gradient_edge(vec({1})); }) ==
        "get_gradient_edge: the tensor does not require grad");
}
