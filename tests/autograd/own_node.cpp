// Nodes of the program's own and hooks of nodes, in libtorch's words.
#include <doctest/doctest.h>
#include <torch/torch.h>

#include <sstream>

#include "tests/support.h"

using torch::Tensor;
using torch::autograd::edge_list;
using torch::autograd::Node;
using torch::autograd::variable_list;

namespace {

int alive = 0;

// y = x³, from nodes alone.
struct CubeBackward : Node {
  CubeBackward() { ++alive; }
  explicit CubeBackward(edge_list&& edges) : Node(std::move(edges)) { ++alive; }
  CubeBackward(const CubeBackward&) = delete;
  CubeBackward& operator=(const CubeBackward&) = delete;
  ~CubeBackward() override { --alive; }
  variable_list apply(variable_list&& grads) override {
    wanted = task_should_compute_output(0);
    if (!should_compute_output(0)) return {Tensor()};
    const Tensor x = x_.unpack();
    return {grads[0] * 3 * x * x};
  }
  void release_variables() override { x_.reset_data(); }
  torch::autograd::SavedVariable x_;
  bool wanted = false;
};

Tensor cube(const Tensor& x, std::shared_ptr<CubeBackward>* out = nullptr) {
  std::shared_ptr<CubeBackward> node;
  if (torch::autograd::any_variable_requires_grad({x})) {
    node = std::shared_ptr<CubeBackward>(new CubeBackward(), torch::autograd::deleteNode);
    node->set_next_edges(torch::autograd::collect_next_edges(x));
    node->x_ = torch::autograd::SavedVariable(x, false);
  }
  Tensor y;
  {
    const torch::NoGradGuard no_grad;
    y = x * x * x;
  }
  if (node) torch::autograd::set_history(y, node);
  if (out) *out = node;
  return y;
}

// Sum and difference.
struct BothBackward : Node {
  variable_list apply(variable_list&& grads) override {
    const Tensor a = grads[0].defined() ? grads[0] : torch::zeros_like(grads[1]);
    const Tensor b = grads[1].defined() ? grads[1] : torch::zeros_like(grads[0]);
    return {a + b, a - b};
  }
};

struct Double : torch::autograd::FunctionPreHook {
  variable_list operator()(const variable_list& grads) override { return {grads[0] * 2}; }
};
struct AddOne : torch::autograd::FunctionPostHook {
  variable_list operator()(const variable_list& outputs, const variable_list& inputs) override {
    seen = inputs;
    variable_list out = outputs;
    for (Tensor& t : out)
      if (t.defined()) t = t + 1;
    return out;
  }
  variable_list seen;
};

}  // namespace

TEST_CASE("a node of the program's own takes part in the backward pass") {
  {
    const Tensor x = leaf({1, 2});
    std::shared_ptr<CubeBackward> node;
    const Tensor y = cube(x * 2, &node);
    CHECK(y.grad_fn().get() == node.get());
    CHECK(y.grad_fn() == torch::autograd::Edge(node, 0).function);
    CHECK(y.grad_fn()->name().find("CubeBackward") != std::string::npos);
    CHECK(node->num_inputs() == 1);
    CHECK(node->num_outputs() == 1);
    CHECK(node->next_edge(0).function->name() == "MulBackward1");
    CHECK(node->next_edges()[0].input_nr == 0);
    const Tensor dx = torch::autograd::grad({y.sum()}, {x}, {}, true, true)[0];
    CHECK(values(dx) == Values{24, 96});
    CHECK(node->wanted);
    CHECK(values(torch::autograd::grad({dx.sum()}, {x}, {}, true)[0]) == Values{48, 96});
    y.sum().backward();
    CHECK(message([&] { y.sum().backward(); }) ==
          std::string("custom node: ") + torch::autograd::ERR_BACKWARD_TWICE);
    std::shared_ptr<Node> any = y.grad_fn();
    CHECK(any->sequence_nr() > 0);
    CHECK(torch::autograd::gradcheck([](const Tensor& t) { return cube(t); }, {x}));
    CHECK(torch::autograd::gradgradcheck([](const Tensor& t) { return cube(t); }, {x}));
  }
  CHECK(alive == 0);
}

TEST_CASE("a node of the program's own lives as long as the tape or the program refers to it") {
  std::shared_ptr<CubeBackward> node;
  {
    const Tensor x = leaf({1, 2});
    const Tensor y = cube(x, &node);
    const Tensor z = y.exp();
    CHECK(alive == 1);
  }
  CHECK(alive == 1);
  CHECK(node.use_count() == 1);
  {
    const Tensor again = vec({3});
    torch::autograd::set_history(again, node);
    CHECK(node.use_count() == 2);
    node.reset();
    CHECK(alive == 1);
    CHECK(again.grad_fn()->num_inputs() == 2);
    // The tape's reference, held by a shared_ptr and given back to it, makes no cycle.
    const std::shared_ptr<Node> held = again.grad_fn();
    const torch::autograd::Edge edge(held, 0);
    CHECK(edge.is_valid());
  }
  CHECK(alive == 0);
  {
    const auto made = std::make_shared<CubeBackward>();
    const torch::autograd::Edge edge(made, 0);
    CHECK(made.use_count() == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("a node of the program's own may have several outputs and edges") {
  const Tensor x = leaf({1, 2}), y = leaf({3, 5});
  const auto node = std::make_shared<BothBackward>();
  node->set_next_edges(torch::autograd::collect_next_edges(x, y));
  Tensor s, d;
  {
    const torch::NoGradGuard no_grad;
    s = x + y;
    d = x - y;
  }
  torch::autograd::set_history({s, d}, node);
  CHECK(node->num_inputs() == 2);
  CHECK(d.output_nr() == 1);
  (s * 10).sum().backward({}, true);
  CHECK(values(y.grad()) == Values{10, 10});
  (s + 2 * d).sum().backward();
  CHECK(values(x.grad()) == Values{13, 13});
  CHECK(values(y.grad()) == Values{9, 9});
}

TEST_CASE("a node of the program's own: what is refused") {
  struct Nothing : Node {};
  struct Many : Node {
    variable_list apply(variable_list&& grads) override { return {grads[0], grads[0]}; }
  };
  const Tensor x = leaf({1, 2}), y = x * 2;
  const auto nothing = std::make_shared<Nothing>();
  const Tensor a = vec({1});
  torch::autograd::set_history(a, nothing);
  CHECK(message([&] { a.backward(); }).find("the node does not override apply") !=
        std::string::npos);
  const auto many = std::make_shared<Many>();
  many->add_next_edge(torch::autograd::impl::gradient_edge(x));
  const Tensor b = vec({1, 1});
  torch::autograd::set_history(b, many);
  CHECK(message([&] { b.sum().backward(); }).find("apply returned 2 gradients, expected 1") !=
        std::string::npos);
  CHECK(message([&] { many->add_next_edge(torch::autograd::Edge(y.grad_fn(), 1)); }) ==
        "custom node: an edge leads to gradient 1 of mul, which takes 1");
  const Tensor later = y * 3;
  CHECK(message([&] { many->add_next_edge(torch::autograd::impl::gradient_edge(later)); }) ==
        "custom node: an edge leads to a node of mul that was made after this had outputs");
  CHECK(message([&] { y.grad_fn()->add_next_edge({}); }) ==
        "mul: the edges of an operation's node cannot be changed");
  CHECK(message([&] { y.grad_fn()->add_input_metadata(x); }) ==
        "mul: an operation's node has the outputs that it has");
  CHECK(message([&] { many->set_next_edge(4, {}); }) == "custom node: set_next_edge(4) of 1");
  CHECK(message([&] { y.grad_fn()->next_edge(7); }) == "mul: next_edge(7) of 2");
  CHECK(message([&] {
          torch::autograd::set_history(torch::ones({2}, torch::kLong), many);
        }).find("a tensor of int64 has no gradient") != std::string::npos);
}

TEST_CASE("a node is printed as where it is") {
  const Tensor x = torch::ones({2}).requires_grad_(), y = cube(x);
  std::ostringstream node, none, address;
  node << y.grad_fn();
  none << x.grad_fn();
  address << static_cast<const void*>(y.grad_fn().get());
  CHECK(node.str() == address.str());
  CHECK(none.str() == "0");
}

TEST_CASE("nodes of the program's own in a circle are refused") {
  struct Pass : Node {
    variable_list apply(variable_list&& grads) override { return {grads[0]}; }
  };
  for (const size_t length : {1, 2, 5}) {
    std::vector<std::shared_ptr<Pass>> nodes;
    for (size_t i = 0; i < length; ++i) nodes.push_back(std::make_shared<Pass>());
    for (size_t i = 0; i < length; ++i)
      nodes[i]->set_next_edges({torch::autograd::Edge(nodes[(i + 1) % length], 0)});
    const Tensor x = torch::ones({2}).requires_grad_(), y = x * 2;
    Tensor z = torch::ones({2});
    torch::autograd::set_history(z, nodes[0]);
    CHECK(message([&] { (z + y).sum().backward(); }).find("make a circle") != std::string::npos);
    CHECK(values(torch::autograd::grad({(z + y).sum()}, {x})[0]) == Values{2, 2});
    for (const auto& n : nodes) n->set_next_edges({});
  }
}

TEST_CASE("hooks of nodes") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * x, z = y * 3;
  auto own = std::make_unique<AddOne>();
  AddOne& post = *own;
  y.grad_fn()->add_pre_hook(std::make_unique<Double>());
  const uintptr_t key = z.grad_fn()->add_post_hook(std::move(own));
  CHECK(z.grad_fn()->post_hooks().size() == 1);
  z.sum().backward({}, true);
  // (3 + 1) doubled, times 2x.
  CHECK(values(x.grad()) == Values{16, 32});
  CHECK(values(post.seen[0]) == Values{1, 1});
  CHECK(z.grad_fn()->del_post_hook(key));
  CHECK(!z.grad_fn()->del_post_hook(key));
  // Only hooks of the tensor's are seen by what asks for its gradient.
  CHECK(values(torch::autograd::grad({z.sum()}, {y}, {}, true)[0]) == Values{3, 3});
  y.grad_fn()->add_tensor_pre_hook(std::make_unique<Double>());
  CHECK(values(torch::autograd::grad({z.sum()}, {y}, {}, true)[0]) == Values{6, 6});
  CHECK(y.grad_fn()->pre_hooks().size() == 1);
  CHECK(y.grad_fn()->tensor_pre_hooks().size() == 1);

  // Of a leaf's node, as programs that train on several machines use it.
  const Tensor w = leaf({1, 2});
  int calls = 0;
  const auto sink = torch::autograd::impl::grad_accumulator(w);
  torch::autograd::register_hook(*sink, [&](const variable_list& out, const variable_list& in) {
    ++calls;
    CHECK(out.empty());
    CHECK(values(in[0]) == Values{14, 14});
    CHECK(values(w.grad()) == Values{14, 14});
    CHECK(torch::autograd::get_current_node() == sink);
    return variable_list();
  });
  torch::autograd::register_prehook(
      *sink, [](const variable_list& in) -> variable_list { return {in[0] * 2}; });
  (w * 7).sum().backward();
  CHECK(calls == 1);
  CHECK(!torch::autograd::impl::grad_accumulator(y));
  torch::autograd::register_prehook(*z.grad_fn(), [](const variable_list&) -> variable_list {
    return {Tensor(), Tensor()};
  });
  CHECK(message([&] { z.sum().backward(); }) == "mul: a pre-hook returned 2 gradients, expected 1");
}

TEST_CASE("a node can be called by hand") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * x;
  CHECK(values((*y.grad_fn())({vec({1, 1})})[0]) == Values{1, 2});
  {
    const torch::autograd::NodeGuard guard(y.grad_fn());
    CHECK(torch::autograd::get_current_node() == y.grad_fn());
  }
  CHECK(!torch::autograd::get_current_node());
  CHECK(message([] { torch::autograd::NodeGuard(nullptr); }) == "NodeGuard: the node is null");
  CHECK(message([&] { (*y.grad_fn())({}); }) == "mul: the node takes 1 gradients, got 0");
}

TEST_CASE("variables made of data and an edge") {
  const Tensor x = leaf({1, 2}), y = x * 3;
  const Tensor plain = torch::autograd::make_variable(y);
  CHECK(!plain.requires_grad());
  CHECK(torch::autograd::make_variable(y, true).is_leaf());
  const Tensor same = torch::autograd::make_variable(y, torch::autograd::impl::gradient_edge(y));
  CHECK(same.grad_fn() == y.grad_fn());
  CHECK(values(torch::autograd::grad({same.sum()}, {x})[0]) == Values{3, 3});
  CHECK(!torch::autograd::make_variable(Tensor(), true).defined());

  struct Count : torch::autograd::PostAccumulateGradHook {
    explicit Count(int& c) : calls(c) {}
    void operator()(const Tensor&) override { ++calls; }
    int& calls;
  };
  int calls = 0;
  torch::autograd::impl::set_post_acc_grad_hooks(x, std::make_unique<Count>(calls));
  (x * 2).sum().backward();
  CHECK(calls == 1);
}
