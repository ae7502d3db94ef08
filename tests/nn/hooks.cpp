#include "nn/hooks.h"

#include "gradus.h"
#include "nn/global_hooks.h"
#include "optim/sgd.h"
#include "tests/nn/tools.h"

using namespace gradus;
using gradus::test::filled;
using gradus::test::wave;

namespace {

using Tensors = std::vector<Tensor>;
using Names = std::vector<std::string>;

// A layer of several arguments that gives two tensors.
struct BothImpl : nn::Module {
  std::tuple<Tensor, Tensor> forward(const Tensor& a, const Tensor& b, double scale) {
    return {a * scale, a * b};
  }
};
GRADUS_MODULE(Both);

struct Unknown {
  Tensor inside;
};
struct HidingImpl : nn::Module {
  Unknown forward(const Tensor& x) { return {x * 2}; }
};
GRADUS_MODULE(Hiding);

struct FailingImpl : nn::Module {
  Tensor forward(const Tensor&) { throw Error("it fails"); }
};
GRADUS_MODULE(Failing);

struct TakesOnceImpl : nn::Module {
  Tensor forward(std::unique_ptr<int> n) { return full({1}, double(*n)); }
  void forward_nothing() {}
};
GRADUS_MODULE(TakesOnce);

struct CountsImpl : nn::Module {
  void forward() { ++count; }
  int count = 0;
};
GRADUS_MODULE(Counts);

}  // namespace

TEST_CASE("forward hooks see and replace arguments and results, in their order") {
  nn::Linear fc = filled(nn::Linear(3, 2));
  const Tensor x = wave({2, 3}), y = fc(x);
  Names calls;
  auto pre = fc->register_forward_pre_hook([&](nn::Module& m, const Tensor& in) {
    CHECK(&m == fc.get());
    CHECK(in.equal(x));
    calls.push_back("pre");
  });
  fc->register_forward_pre_hook([&](nn::Module&, const Tensor& in) {
    calls.push_back("twice");
    return in * 2;
  });
  auto first = fc->register_forward_pre_hook(
      [&](nn::Module&, const Tensor&) { calls.push_back("first"); }, /*prepend=*/true);
  fc->register_forward_hook([&](nn::Module&, const Tensor& in, const Tensor& out) {
    CHECK(in.equal(x * 2));
    calls.push_back("post");
    return out + 1;
  });
  fc->register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) -> Tensor {
    calls.push_back("last");
    return {};  // leaves it as it is
  });
  const Tensor plain = nn::functional::linear(x * 2, fc->weight, fc->bias);
  CHECK(fc(x).equal(plain + 1));
  CHECK(calls == Names{"first", "pre", "twice", "post", "last"});
  CHECK(pre.id() != first.id());
  pre.remove();
  pre.remove();
  first.remove();
  calls.clear();
  fc(x);
  CHECK(calls == Names{"twice", "post", "last"});
  CHECK(fc->forward(x).equal(y));  // not a call of the module as a whole
}

TEST_CASE("hooks are called by holders, AnyModule, Sequential and layers that hold others") {
  int calls = 0;
  const auto count = [&](nn::Module&, nn::ModuleArguments&) { ++calls; };
  const auto hooked = [&](auto module) {
    module->register_forward_pre_hook(count);
    return module;
  };
  nn::Linear fc = hooked(nn::Linear(3, 3));
  const Tensor x = ones({2, 3});
  const auto calls_of = [&](auto f) {
    calls = 0;
    f();
    return calls;
  };
  CHECK(calls_of([&] { fc(x); }) == 1);
  CHECK(calls_of([&] { nn::AnyModule(fc).forward(x); }) == 1);
  nn::Sequential net(fc, nn::ReLU(), nn::Sequential(fc));
  CHECK(calls_of([&] { net->forward(x); }) == 2);
  net->register_forward_pre_hook(count);
  CHECK(calls_of([&] { net(x); }) == 3);
  nn::Sequential through(nn::Identity(), hooked(nn::LSTM(3, 2)));
  CHECK(calls_of([&] {
          through->forward<std::tuple<Tensor, std::tuple<Tensor, Tensor>>>(ones({2, 1, 3}));
        }) == 1);
  nn::TransformerEncoderLayer layer(nn::TransformerEncoderLayerOptions(4, 2).dropout(0));
  hooked(layer->self_attn);
  hooked(layer->linear1);
  CHECK(calls_of([&] { layer(ones({3, 1, 4})); }) == 2);
  nn::TransformerEncoder encoder(nn::TransformerEncoderOptions(layer, 2));
  for (auto& l : *encoder->layers) l->register_forward_pre_hook(count);
  CHECK(calls_of([&] { encoder->forward(ones({3, 1, 4})); }) == 2 + 4);  // clones have hooks too
}

TEST_CASE("hooks see all arguments under their types") {
  Both both;
  const Tensor a = ones({2}), b = full({2}, 3.0);
  both->register_forward_pre_hook([](nn::Module&, nn::ModuleArguments& arguments) {
    REQUIRE(arguments.size() == 3);
    arguments[2] = nn::AnyValue(arguments[2].get<double>() * 10);
  });
  both->register_forward_hook([](nn::Module&, const nn::ModuleArguments&, nn::AnyValue& result) {
    auto pair = result.get<std::tuple<Tensor, Tensor>>();
    std::get<1>(pair) = std::get<1>(pair) + 1;
    result = nn::AnyValue(pair);
  });
  const auto [first, second] = both(a, b, 2.0);
  CHECK(first.equal(full({2}, 20.0)));
  CHECK(second.equal(full({2}, 4.0)));
  auto wrong = both->register_forward_pre_hook(
      [](nn::Module&, nn::ModuleArguments& arguments) { arguments[2] = nn::AnyValue(1); });
  CHECK_THROWS_AS(both(a, b, 2.0), Error);
  wrong.remove();
  wrong = both->register_forward_hook([](nn::Module&, const Tensor&, const Tensor&) {});
  CHECK_THROWS_AS(both(a, b, 2.0), Error);
  wrong.remove();
  both->register_forward_pre_hook(
      [](nn::Module&, nn::ModuleArguments& arguments) { arguments.pop_back(); });
  CHECK_THROWS_AS(both(a, b, 2.0), Error);
  Counts counts;
  int seen = 0;
  counts->register_forward_hook([&](nn::Module&, const nn::ModuleArguments& arguments,
                                    nn::AnyValue&) { seen += 1 + int(arguments.size()); });
  counts();
  CHECK(counts->count == 1);
  CHECK(seen == 1);
  TakesOnce once;
  CHECK(once(std::make_unique<int>(3)).equal(full({1}, 3.0)));
  once->register_forward_pre_hook([](nn::Module&, nn::ModuleArguments&) {});
  CHECK_THROWS_AS(once(std::make_unique<int>(3)), Error);
}

TEST_CASE("always_call hooks are called when forward throws") {
  Failing failing;
  int always = 0, never = 0;
  failing->register_forward_hook(
      [&](nn::Module&, const Tensor&, const Tensor& out) { always += out.defined() ? 0 : 1; },
      false, /*always_call=*/true);
  failing->register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) { ++never; });
  failing->register_forward_hook(
      [&](nn::Module&, const Tensor&, const Tensor&) -> Tensor {
        ++always;
        throw Error("another");
      },
      false, true);
  CHECK_THROWS_WITH_AS(failing(ones({1})), "it fails", Error);
  CHECK(always == 2);
  CHECK(never == 0);
  nn::ReLU relu;
  relu->register_forward_hook(
      [&](nn::Module&, const Tensor&, const Tensor&) { throw Error("in a hook"); });
  relu->register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) { ++always; }, false,
                              true);
  CHECK_THROWS_WITH_AS(relu(ones({1})), "in a hook", Error);
  CHECK(always == 3);
}

TEST_CASE("full backward hooks see the gradients by inputs and results, and replace them") {
  nn::Linear fc = filled(nn::Linear(3, 2));
  const Tensor x = wave({2, 3}).requires_grad_(), weight = wave({2, 2}, 1);
  Names calls;
  fc->register_full_backward_hook([&](nn::Module& m, const Tensors& dx, const Tensors& dy) {
    CHECK(&m == fc.get());
    REQUIRE(dx.size() == 1);
    REQUIRE(dy.size() == 1);
    CHECK(dx[0].allclose(weight.mm(fc->weight)));
    CHECK(dy[0].equal(weight));
    calls.push_back("full");
  });
  const Tensor y = fc(x);
  CHECK(y.equal(fc->forward(x)));
  (y * weight).sum().backward();
  CHECK(calls == Names{"full"});
  const Tensor plain = x.grad().clone();
  CHECK(plain.allclose(weight.mm(fc->weight)));
  auto doubled = fc->register_full_backward_hook(
      [&](nn::Module&, const Tensors& dx, const Tensors&) { return Tensors{dx[0] * 2}; });
  x.mutable_grad().reset();
  (fc(x) * weight).sum().backward();
  CHECK(x.grad().allclose(plain * 2));
  doubled.remove();
  fc->register_full_backward_pre_hook([&](nn::Module&, const Tensors& dy) {
    calls.push_back("pre");
    return Tensors{dy[0] * 3};
  });
  fc->zero_grad();
  x.mutable_grad().reset();
  calls.clear();
}

TEST_CASE("a backward pre-hook comes first and scales all that follows") {
  nn::Linear fc = filled(nn::Linear(3, 2));
  const Tensor x = wave({2, 3}).requires_grad_();
  fc(x).sum().backward();
  const Tensor by_x = x.grad().clone(), by_bias = fc->bias.grad().clone();
  Names calls;
  fc->register_full_backward_hook([&](nn::Module&, const Tensors&, const Tensors& dy) {
    calls.push_back("full");
    CHECK(dy[0].equal(full({2, 2}, 3.0, kDouble)));
  });
  fc->register_full_backward_pre_hook([&](nn::Module&, const Tensors& dy) {
    calls.push_back("pre");
    return Tensors{dy[0] * 3};
  });
  fc->zero_grad();
  x.mutable_grad().reset();
  const Tensor loss = fc(x).sum();
  loss.backward({}, /*keep_graph=*/true);
  CHECK(calls == Names{"pre", "full"});
  CHECK(x.grad().allclose(by_x * 3));
  CHECK(fc->bias.grad().allclose(by_bias * 3));
  loss.backward();
  CHECK(calls == Names{"pre", "full", "pre", "full"});
}

TEST_CASE("backward hooks of many tensors, of inputs without gradients, and under no_grad") {
  Both both;
  size_t calls = 0;
  both->register_full_backward_hook([&](nn::Module&, const Tensors& dx, const Tensors& dy) {
    ++calls;
    REQUIRE(dx.size() == 2);
    REQUIRE(dy.size() == 2);
    CHECK(dx[0].defined());
    CHECK_FALSE(dx[1].defined());  // b needs none
    CHECK(dy[0].defined());
    CHECK_FALSE(dy[1].defined());  // the second result is not used
  });
  const Tensor a = ones({2}).requires_grad_(), b = full({2}, 3.0);
  std::get<0>(both(a, b, 2.0)).sum().backward();
  CHECK(calls == 1);
  CHECK(a.grad().equal(full({2}, 2.0)));
  {
    const NoGradGuard untaped;
    both(a, b, 2.0);
  }
  nn::Linear fc(3, 2);
  fc->register_full_backward_hook([&](nn::Module&, const Tensors& dx, const Tensors& dy) {
    ++calls;
    REQUIRE(dx.size() == 1);
    CHECK_FALSE(dx[0].defined());
    CHECK(dy[0].defined());
  });
  fc(ones({1, 3})).sum().backward();
  CHECK(calls == 2);
  Hiding hiding;
  hiding->register_full_backward_hook([](nn::Module&, const Tensors&, const Tensors&) {});
  CHECK_THROWS_AS(hiding(ones({2}).requires_grad_()), Error);
  nn::ReLU relu;
  relu->register_full_backward_hook(
      [](nn::Module&, const Tensors&, const Tensors&) { return Tensors(2); });
  const Tensor y = relu(ones({2}).requires_grad_()).sum();
  CHECK_THROWS_WITH_AS(
      y.backward(), "full backward hook of gradus::nn::ReLUImpl: it gave 2 gradients for 1", Error);
}

TEST_CASE("a graph outlives its module, whose backward hooks are then not called") {
  const Tensor x = ones({2}).requires_grad_();
  int calls = 0;
  Tensor loss;
  {
    nn::Tanh layer;
    layer->register_full_backward_hook(
        [&](nn::Module&, const Tensors&, const Tensors&) { ++calls; });
    loss = layer(x).sum();
  }
  loss.backward();
  CHECK(calls == 0);
  CHECK(x.grad().allclose(1 - x.tanh().pow(2)));
}

TEST_CASE("gradients of gradients pass backward hooks") {
  nn::Linear fc = filled(nn::Linear(3, 2));
  const Tensor x = wave({2, 3}).requires_grad_();
  const auto second = [&] {
    const Tensor y = fc(x).pow(3).sum();
    const Tensor dx = autograd::grad({y}, {x}, {}, true, true)[0];
    return autograd::grad({dx.pow(2).sum()}, {x})[0];
  };
  const Tensor plain = second();
  fc->register_full_backward_hook([](nn::Module&, const Tensors&, const Tensors&) {});
  CHECK(second().allclose(plain));
}

TEST_CASE("hooks go with copies, and each copy has its own") {
  nn::Linear fc(3, 2);
  int calls = 0;
  auto handle = fc->register_forward_pre_hook([&](nn::Module&, nn::ModuleArguments&) { ++calls; });
  nn::Linear copy = nn::deepcopy(fc);
  copy(ones({3}));
  CHECK(calls == 1);
  handle.remove();
  fc(ones({3}));
  CHECK(calls == 1);
  copy(ones({3}));
  CHECK(calls == 2);
  nn::RemovableHandle late;
  {
    nn::ReLU gone;
    late = gone->register_forward_pre_hook([](nn::Module&, nn::ModuleArguments&) {});
  }
  late.remove();
  CHECK_THROWS_WITH_AS(fc->register_forward_pre_hook(nn::ForwardPreHook()),
                       "register_forward_pre_hook: the hook is empty", Error);
}

TEST_CASE("hooks of modules and of optimisers have handles of one type") {
  nn::Linear fc(1, 1);
  optim::SGD sgd(fc->parameters(), 0.1);
  int calls = 0;
  std::vector<RemovableHandle> handles;
  handles.push_back(fc->register_forward_pre_hook([&](nn::Module&, const Tensor&) { ++calls; }));
  handles.push_back(sgd.register_step_pre_hook([&](optim::Optimizer&) { ++calls; }));
  static_assert(std::is_same_v<nn::RemovableHandle, optim::RemovableHandle>);
  CHECK(handles[0].id() != handles[1].id());
  CHECK(RemovableHandle().id() == 0);
  fc(ones({1, 1}));
  sgd.step();
  CHECK(calls == 2);
  for (RemovableHandle& each : handles) each.remove();
  fc(ones({1, 1}));
  sgd.step();
  CHECK(calls == 2);
}

TEST_CASE("hooks of all modules are called before a module's own") {
  nn::Linear fc(2, 2);
  nn::Sequential net(fc, nn::ReLU());
  Names calls;
  const auto note = [&](std::string what) {
    return [&calls, what](nn::Module& m, const auto&...) {
      calls.push_back(what + " " + detail::short_module_name(m));
    };
  };
  const auto see = [&](std::string what) {
    return [call = note(what)](nn::Module& m, const Tensor&) { call(m); };
  };
  const auto see_both = [&](std::string what) {
    return [call = note(what)](nn::Module& m, const Tensor&, const Tensor&) { call(m); };
  };
  const auto see_grads = [&](std::string what) {
    return [call = note(what)](nn::Module& m, const Tensors&) { call(m); };
  };
  const auto see_both_grads = [&](std::string what) {
    return [call = note(what)](nn::Module& m, const Tensors&, const Tensors&) { call(m); };
  };
  fc->register_forward_pre_hook(see("own pre"));
  fc->register_forward_hook(see_both("own post"));
  fc->register_full_backward_pre_hook(see_grads("own back pre"));
  fc->register_full_backward_hook(see_both_grads("own back"));
  std::vector<nn::RemovableHandle> handles = {
      nn::register_module_forward_pre_hook(see("pre")),
      nn::register_module_forward_hook(see_both("post")),
      nn::register_module_full_backward_pre_hook(see_grads("back pre")),
      nn::register_module_full_backward_hook(see_both_grads("back"))};
  net(ones({1, 2}).requires_grad_()).sum().backward();
  CHECK(calls == Names{"pre Sequential", "pre Linear", "own pre Linear", "post Linear",
                       "own post Linear", "pre ReLU", "post ReLU", "post Sequential",
                       "back pre Sequential", "back pre ReLU", "back ReLU", "back pre Linear",
                       "own back pre Linear", "back Linear", "own back Linear", "back Sequential"});
  for (nn::RemovableHandle& h : handles) h.remove();
  for (nn::RemovableHandle& h : handles) h.remove();
  calls.clear();
  net(ones({1, 2})).sum().backward();
  CHECK(calls ==
        Names{"own pre Linear", "own post Linear", "own back pre Linear", "own back Linear"});
}

TEST_CASE("hooks of all modules replace arguments and results, and may remove themselves") {
  nn::RemovableHandle twice = nn::register_module_forward_pre_hook(
                          [](nn::Module&, const Tensor&x) { return x * 2; }),
                      more = nn::register_module_forward_hook(
                          [&](nn::Module&, const Tensor&, const Tensor&y) {
                            more.remove();
                            return y + 1;
                          });
  nn::ReLU relu;
  const Tensor x = tensor({-1.0, 3.0});
  CHECK(relu(x).equal(tensor({1.0, 7.0})));
  CHECK(relu(x).equal(tensor({0.0, 6.0})));
  CHECK(relu->forward(x).equal(tensor({0.0, 3.0})));
  twice.remove();
  CHECK(relu(x).equal(tensor({0.0, 3.0})));
  Failing failing;
  int seen = 0;
  auto always = nn::register_module_forward_hook(
      [&](nn::Module&, const Tensor&, const Tensor& y) { seen += !y.defined(); }, true);
  CHECK_THROWS_WITH_AS(failing(x), "it fails", Error);
  CHECK(seen == 1);
  always.remove();
  CHECK_THROWS_WITH_AS(nn::register_module_forward_hook(nn::ForwardHook()),
                       "register_module_forward_hook: the hook is empty", Error);
}
