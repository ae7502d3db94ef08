// The tape: what is recorded, how gradients flow and collect, and what goes wrong with a message.
#include <doctest/doctest.h>

#include <vector>

#include "autograd/autograd.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/memory.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("leaves and results know what they are") {
  const Tensor x = leaf({1, 2});
  CHECK(x.is_leaf());
  CHECK(x.requires_grad());
  CHECK_FALSE(x.grad_fn());
  const Tensor y = x * 2;
  CHECK_FALSE(y.is_leaf());
  CHECK(y.requires_grad());
  CHECK(y.grad_fn()->name() == "MulBackward1");
  CHECK(y.grad_fn()->next_edges()[0].function->name() == "AccumulateGrad");
  CHECK_FALSE(y.detach().requires_grad());
  CHECK(y.detach().is_alias_of(y));
  CHECK(message([&] { ones({2}, kLong).requires_grad_(); }) ==
        "requires_grad_: only floating point tensors can require grad, got int64");
  CHECK(message([&] { y.requires_grad_(false); }) ==
        "requires_grad_: only a leaf can stop requiring grad; use detach()");
}

TEST_CASE("gradients collect in leaves") {
  const Tensor x = leaf({1, 2, 3});
  (x * x).sum().backward();
  CHECK(values(x.grad()) == Values{2, 4, 6});
  (x * 3).sum().backward();
  CHECK(values(x.grad()) == Values{5, 7, 9});
  x.mutable_grad().zero_();
  (x * x).backward(ones({3}, kDouble));
  CHECK(values(x.grad()) == Values{2, 4, 6});
  CHECK(message([&] { (x * x).backward(); }) ==
        "backward: a gradient is needed for a tensor that is not a scalar, shape [3]");
  CHECK(message([&] { (x * x).backward(ones({2}, kDouble)); }) ==
        "backward: the gradient has shape [2], the tensor [3]");
  CHECK(message([&] { ones({1}).backward(); }) ==
        "backward: tensor 0 does not require grad and has no grad_fn");
  CHECK(message([&] {
          autograd::backward({x.sum(), x.sum()}, {ones({}, kDouble)});
        }) == "backward: expected one gradient for each of 2 tensors, got 1");
}

TEST_CASE("a second backward needs the graph") {
  const Tensor x = leaf({1, 2});
  const Tensor kept = (x * x).sum();
  kept.backward({}, true);
  kept.backward();
  CHECK(values(x.grad()) == Values{4, 8});
  CHECK(message([&] { kept.backward(); }) ==
        "mul: backward through the graph a second time, but what it saved is freed; pass "
        "retain_graph=true the first time");
  // Nothing was saved here, so nothing is missing.
  const Tensor sum = (x + 1).sum();
  sum.backward();
  CHECK_NOTHROW(sum.backward());
}

TEST_CASE("grad: gradients on demand") {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4}), unused = leaf({5});
  const Tensor y = (x * w).sum();
  const auto g = autograd::grad({y}, {x, w}, {}, true);
  CHECK(values(g[0]) == Values{3, 4});
  CHECK(values(g[1]) == Values{1, 2});
  CHECK_FALSE(x.grad().defined());
  CHECK(message([&] { autograd::grad({y}, {unused}, {}, true); }) ==
        "grad: input 0 was not used to compute the outputs; pass allow_unused=true if that is "
        "meant");
  CHECK_FALSE(autograd::grad({y}, {unused}, {}, true, false, true)[0].defined());
  // Of a result inside the graph, too.
  const Tensor h = x * 2, z = (h * h).sum();
  CHECK(values(autograd::grad({z}, {h})[0]) == Values{4, 8});
  // And of one of several results of an operation.
  const auto parts = (x * 2).unbind(0);
  CHECK(values(autograd::grad({parts[0] + parts[1] * 3}, {parts[1]})[0]) == Values{3});
  // backward(inputs) collects in those inputs only.
  const Tensor q = (x * w).sum();
  q.backward({}, std::nullopt, false, TensorList({w}));
  CHECK(values(w.grad()) == Values{1, 2});
  CHECK_FALSE(x.grad().defined());
  // One that was not used stays without.
  (w * 2).sum().backward({}, std::nullopt, false, TensorList({w, unused}));
  CHECK(values(w.grad()) == Values{3, 4});
  CHECK_FALSE(unused.grad().defined());
  CHECK(message([&] { autograd::grad({(x * 2).sum()}, {ones({1})}); }) ==
        "grad: input 0 does not require grad");
  CHECK(message([&] { autograd::grad({(x * 2).sum()}, {}); }) ==
        "grad: the list of inputs is empty");
}

TEST_CASE("a gradient that is given is copied") {
  const Tensor x = leaf({1, 2}), y = leaf({1, 2}), g = ones({2}, kDouble);
  for (int pass = 0; pass < 2; ++pass) {
    x.backward(g);
    y.backward(g, std::nullopt, false, TensorList({y}));
  }
  y.mutable_grad().add_(1);
  CHECK(values(x.grad()) == Values{2, 2});
  CHECK(values(g) == Values{1, 1});
  const Tensor z = leaf({1, 2});
  z.backward(g, std::nullopt, false, TensorList({z}));
  z.mutable_grad().add_(1);
  CHECK(values(g) == Values{1, 1});
}

TEST_CASE("gradients are added in place, except those that have a graph") {
  const Tensor x = leaf({1, 2});
  (x * x).sum().backward();
  const Tensor first = x.grad();
  (x * x).sum().backward();
  CHECK(values(first) == Values{4, 8});
  (x * x).sum().backward({}, std::nullopt, /*create_graph=*/true);
  CHECK(values(first) == Values{4, 8});
  CHECK(values(x.grad()) == Values{6, 12});
  x.mutable_grad().reset();  // its graph holds x
}

TEST_CASE("a gradient has its tensor's type and layout") {
  const Tensor x = ones({2, 3}).requires_grad_(), w = ones({3, 2}, kDouble);
  const Tensor y = x.t() * w;
  CHECK((y.dtype() == kDouble));
  y.backward(ones({3, 2}));  // float32
  CHECK((x.grad().dtype() == kFloat));
  CHECK(x.grad().is_contiguous());
  const Tensor v = ones({2, 3}, kDouble).requires_grad_();
  (v * w.t()).sum().backward();
  CHECK(v.grad().is_contiguous());
  const Tensor z = leaf({1, 2});
  z.backward(ones({2}));
  CHECK((z.grad().dtype() == kDouble));
}

TEST_CASE("create_graph keeps the graph") {
  const Tensor x = leaf({2});
  const Tensor y = (x * x).sum();
  autograd::backward({y}, {}, std::nullopt, /*create_graph=*/true);
  CHECK_NOTHROW(autograd::grad({y}, {x}, {}, std::nullopt, /*create_graph=*/true));
  CHECK_NOTHROW(y.backward());
  x.mutable_grad().reset();  // its graph holds x
}

TEST_CASE("derivatives of any order") {
  Tensor x = leaf({2});
  Tensor y = x.pow(5);
  for (const double expected : {80.0, 160.0, 240.0, 240.0, 120.0}) {
    y = autograd::grad({y}, {x}, {ones({1}, kDouble)}, true, true)[0];
    CHECK(values(y)[0] == doctest::Approx(expected));
  }
}

TEST_CASE("a hook of a result without a gradient is not called") {
  const Tensor x = leaf({1, 2});
  const auto parts = (x * 2).unbind(0);
  bool called = false;
  parts[0].register_hook([&](const Tensor&) { called = true; });
  parts[0].retain_grad();
  parts[1].backward();
  CHECK_FALSE(called);
  CHECK_FALSE(parts[0].grad().defined());
}

TEST_CASE("modes") {
  const Tensor x = leaf({1});
  {
    const NoGradGuard guard;
    CHECK_FALSE((x * 2).requires_grad());
    const AutoGradMode on(true);
    CHECK((x * 2).requires_grad());
  }
  CHECK(GradMode::is_enabled());
  set_grad_enabled(false);
  CHECK_FALSE((x * 2).requires_grad());
  set_grad_enabled(true);
  Tensor inside;
  {
    const InferenceMode guard;
    inside = ones({1}, kDouble) * 2;
    CHECK(InferenceMode::is_enabled());
    CHECK_FALSE((x * 2).requires_grad());
    CHECK_NOTHROW(inside.add_(1));
  }
  CHECK(inside.is_inference());
  CHECK(message([&] { inside.add_(1); }) ==
        "add_: an inference tensor cannot be written in place outside inference mode; clone it "
        "first");
  CHECK(message([&] { x* inside; }) ==
        "save: an inference tensor cannot be saved for the backward pass; clone it first");
  CHECK_NOTHROW(x * inside.clone());
}

TEST_CASE("hooks see and change gradients") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 3;
  Values seen;
  const unsigned first = y.register_hook([&](const Tensor& dy) { seen = values(dy); });
  y.register_hook([](const Tensor& dy) { return dy * 10; });
  const unsigned on_leaf = x.register_hook([](const Tensor& dy) { return dy + 1; });
  y.sum().backward({}, true);
  CHECK(seen == Values{1, 1});
  CHECK(values(x.grad()) == Values{31, 31});
  y.remove_hook(first);
  x.remove_hook(on_leaf);
  seen.clear();
  x.mutable_grad().reset();
  y.sum().backward({}, true);
  CHECK(seen.empty());
  CHECK(values(x.grad()) == Values{30, 30});
  CHECK(message([&] { x.remove_hook(7); }) == "remove_hook: no hook has the handle 7");
  y.register_hook([](const Tensor&) { return ones({3}, kDouble); });
  CHECK(message([&] { y.sum().backward(); }) ==
        "mul: a hook returned a gradient of shape [3], expected [2]");
}

TEST_CASE("retain_grad keeps the gradient of a result") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * x;
  y.retain_grad();
  CHECK(y.retains_grad());
  (y * 2).sum().backward();
  CHECK(values(y.grad()) == Values{2, 2});
  CHECK_FALSE((x * 1).grad().defined());
}

TEST_CASE("a retained gradient is summed, and follows writes in place") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 2, z = y + 0;
  y.retain_grad();
  z.retain_grad();
  z.sum().backward({}, true);
  CHECK_FALSE(y.grad().is_alias_of(z.grad()));
  z.sum().backward();
  CHECK(values(y.grad()) == Values{2, 2});

  Tensor w = x * 2, base = x * 2;
  w.retain_grad();
  base.retain_grad();
  w.mul_(3);
  base.slice(0, 0, 1).mul_(3);
  (w + base).sum().backward();
  CHECK(values(w.grad()) == Values{1, 1});
  CHECK(values(base.grad()) == Values{1, 1});
}

TEST_CASE("methods of an undefined tensor throw") {
  const Tensor none, x = leaf({1});
  const auto refused = [](auto f) {
    return message(f) == "tensor: undefined, it was never given a value";
  };
  CHECK(refused([&] { none.is_alias_of(x); }));
  CHECK(refused([&] { x.is_alias_of(none); }));
  CHECK(refused([&] { none.detach_(); }));
  CHECK(refused([&] { none.set_data(x); }));
  CHECK(refused([&] { x.detach().set_data(none); }));
  CHECK(refused([&] { none.mutable_grad(); }));
  CHECK(refused([&] { none.retains_grad(); }));
  CHECK(refused([&] { none.retain_grad(); }));
  CHECK(refused([&] { none.remove_hook(0); }));
  CHECK(refused([&] { none.name(); }));
  CHECK(refused([&] { none.is_leaf(); }));
  CHECK(refused([&] { none.output_nr(); }));
  CHECK(refused([&] { none._version(); }));
  CHECK(refused([&] { none._base(); }));
}

TEST_CASE("undefined operands are refused") {
  const Tensor x = leaf({1}), none;
  CHECK(message([&] { x + none; }) == "add: an operand is undefined, it was never given a value");
  CHECK(message([&] { none * 2; }) == "mul: an operand is undefined, it was never given a value");
  CHECK(message([&] { (x * 1).add_(none); }) ==
        "add_: an operand is undefined, it was never given a value");
}

TEST_CASE("broadcast gradients are summed back") {
  const Tensor x = leaf({1, 2, 3}), row = leaf({4});
  (x * row).sum().backward();
  CHECK(values(row.grad()) == Values{6});
  CHECK(values(x.grad()) == Values{4, 4, 4});
}

TEST_CASE("long and wide graphs") {
  const Tensor x = leaf({1});
  {
    Tensor y = x;
    for (int i = 0; i < 1000000; ++i) y = y + 1;
    y.backward(ones({1}, kDouble));
    CHECK(values(x.grad()) == Values{1});
  }
  Tensor d = x;
  for (int i = 0; i < 30; ++i) d = d + d;
  CHECK(values(autograd::grad({d}, {x}, {ones({1}, kDouble)})[0]) == Values{double(1 << 30)});
}

TEST_CASE("nothing leaks, with create_graph neither") {
  const int64_t before = memory_stats().active;
  for (int i = 0; i < 3; ++i) {
    const Tensor x = leaf({0.5, 2});
    const Tensor y = (x.exp() * x.tanh()).sum();
    y.backward({}, true, true);
    const Tensor g = autograd::grad({y}, {x}, {}, true, true)[0];
    g.pow(2).sum().backward();
    Tensor v = x * 1;
    v.mul_(v);
    v.slice(0, 0, 1).exp_();
    v.sum().backward();
    x.mutable_grad().reset();  // a gradient with a history that leads back to x
  }
  CHECK(memory_stats().active == before);
}

// stacktrace.cpp tests that with debug information the place is a file and a line.
TEST_CASE("anomaly mode names the operation and its place") {
  const autograd::DetectAnomalyGuard guard;
  const Tensor x = leaf({-1});
  const Tensor y = x.sqrt();
  const std::string text = message([&] { (y * 0).sum().backward(); });
  CHECK(text.find("sqrt, recorded at ") == 0);
  CHECK(text.find("made a nan in the gradient of input 0") != std::string::npos);
  const autograd::DetectAnomalyGuard without(/*check_nan=*/false);
  CHECK_NOTHROW((x.sqrt() * 0).sum().backward());
}

TEST_CASE("a leaf that is given another shape") {
  const Tensor x = ones({2, 3}).requires_grad_();
  const Tensor y = (x * 2).sum();
  {
    const NoGradGuard unrecorded;
    x.t_();
  }
  (x * full({3, 2}, 5.)).sum().backward();
  CHECK(x.grad().equal(full({3, 2}, 5.)));
  x.set_data(ones({4}));
  x.mutable_grad().reset();
  (x * 7).sum().backward();
  CHECK(x.grad().equal(full({4}, 7.)));

  // A result that lost its recorded shape cannot be viewed on the tape.
  const Tensor z = x * 2;
  {
    const NoGradGuard unrecorded;
    z.unsqueeze_(0);
  }
  CHECK(message([&] {
          z.view({2, 2});
        }) ==
        "view: the input was given another shape without recording, [1, 4], its history has [4]");
}

TEST_CASE("many nodes and leaves that wait for their gradients") {
  std::vector<Tensor> leaves, squares;
  for (int i = 0; i < 500; ++i) {
    leaves.push_back(leaf({double(i), 1}));
    squares.push_back(leaves.back() * leaves.back());
  }
  Tensor y = zeros({2}, kDouble);
  for (int k = 0; k < 2; ++k)
    for (const Tensor& s : squares) y = y + s * leaves[size_t(k)];
  std::vector<Tensor> parts = y.split(1);
  (parts[0] * 3 + parts[1]).sum().backward();
  // y = (l0 + l1) sum l^2, with l0 = {0, 1} and l1 = {1, 1}
  CHECK(values(leaves[7].grad()) == Values{3 * 2 * 7 * 1, 2 * 2});
  CHECK(values(leaves[499].grad()) == Values{3 * 2 * 499 * 1, 2 * 2});
}
