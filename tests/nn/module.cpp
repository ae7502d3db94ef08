#include "nn/module.h"

#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"

using namespace gradus;

namespace {

struct BlockImpl : nn::Cloneable<BlockImpl> {
  BlockImpl() { reset(); }
  void reset() override {
    fc = register_module("fc", nn::Linear(2, 3));
    scale = register_parameter("scale", full({3}, 2.0));
    offset = register_buffer("offset", ones({3}));
  }
  Tensor forward(const Tensor& x) { return fc(x) * scale + offset; }
  nn::Linear fc{nullptr};
  Tensor scale, offset;
};
GRADUS_MODULE(Block);

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    first = register_parameter("first", zeros({1}));
    block = register_module("block", Block());
    norm = register_module("norm", nn::BatchNorm1d(3));
    last = register_parameter("last", zeros({1}), /*requires_grad=*/false);
  }
  Tensor forward(const Tensor& x) { return norm(block(x)) + first; }
  Tensor first, last;
  Block block{nullptr};
  nn::BatchNorm1d norm{nullptr};
};
GRADUS_MODULE(Net);

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("lists go through a module before its children, in the order of registration") {
  Net net;
  CHECK(net->named_parameters().keys() == Names{"first", "last", "block.scale", "block.fc.weight",
                                                "block.fc.bias", "norm.weight", "norm.bias"});
  CHECK(net->named_parameters(false).keys() == Names{"first", "last"});
  CHECK(net->named_buffers().keys() ==
        Names{"block.offset", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"});
  CHECK(net->named_buffers(false).is_empty());
  CHECK(net->named_modules().keys() == Names{"", "block", "block.fc", "norm"});
  CHECK(net->named_modules("net").keys() == Names{"net", "net.block", "net.block.fc", "net.norm"});
  CHECK(net->named_modules("", false).keys() == Names{"block", "block.fc", "norm"});
  CHECK(net->named_children().keys() == Names{"block", "norm"});
  CHECK(net->parameters().size() == 7);
  CHECK(net->buffers().size() == 4);
  CHECK(net->modules().size() == 4);
  CHECK(net->modules(false).size() == 3);
  CHECK(net->children()[0] == net->block.ptr());
  CHECK(net->named_parameters()["block.scale"].is_same(net->block->scale));
  CHECK_THROWS_WITH_AS(net->named_parameters()["w"], "Parameter 'w' is not defined", Error);
}

TEST_CASE("what several paths lead to is listed once") {
  nn::Linear shared(2, 2);
  nn::Sequential net(shared, nn::ReLU(), shared);
  CHECK(net->named_parameters().keys() == Names{"0.weight", "0.bias"});
  CHECK(net->named_modules().keys() == Names{"", "0", "1"});
}

TEST_CASE("apply visits all, in each of its forms") {
  Net net;
  Names names;
  net->apply([&](nn::Module& m) { names.push_back(detail::short_module_name(m)); });
  CHECK(names == Names{"Net", "Block", "Linear", "BatchNorm1d"});
  names.clear();
  net->apply([&](const std::string& name, nn::Module&) { names.push_back(name); }, "root");
  CHECK(names == Names{"root", "root.block", "root.block.fc", "root.norm"});
  const NetImpl& fixed = *net;
  int count = 0;
  fixed.apply([&](const nn::Module&) { ++count; });
  fixed.apply([&](const std::string&, const nn::Module&) { ++count; });
  net->apply([&](const std::shared_ptr<nn::Module>& m) { count += m != nullptr; });
  net->apply([&](const std::string&, const std::shared_ptr<nn::Module>&) { ++count; });
  CHECK(count == 16);

  NetImpl on_the_stack;
  CHECK(on_the_stack.parameters().size() == 7);
  CHECK_THROWS_WITH_AS(on_the_stack.modules(),
                       "(anonymous namespace)::NetImpl: no shared_ptr owns this module; make it "
                       "with std::make_shared or a module holder",
                       Error);
}

TEST_CASE("train and eval reach the whole tree") {
  Net net;
  CHECK(net->is_training());
  net->eval();
  for (const auto& m : net->modules()) CHECK_FALSE(m->is_training());
  net->train();
  CHECK(net->norm->is_training());
  net->train(false);
  CHECK_FALSE(net->block->fc->is_training());
}

TEST_CASE("zero_grad") {
  nn::Linear fc(2, 3);
  const auto step = [&] { fc(ones({4, 2})).sum().backward(); };
  step();
  CHECK(fc->bias.grad().sum().item<float>() == 12);
  fc->zero_grad(/*set_to_none=*/false);
  REQUIRE(fc->bias.grad().defined());
  CHECK(fc->bias.grad().sum().item<float>() == 0);
  fc->zero_grad();
  CHECK_FALSE(fc->bias.grad().defined());
  fc->zero_grad(false);  // nothing to do
  fc->requires_grad_(false);
  CHECK_FALSE(fc(ones({4, 2})).requires_grad());
}

TEST_CASE("to converts floating parameters and buffers, gradients too, in place") {
  Net net;
  net(ones({4, 2}) * arange(8).reshape({4, 2})).sum().backward();
  const Tensor weight = net->block->fc->weight;
  net->to(kDouble);
  CHECK((weight.dtype() == kDouble));
  CHECK(weight.is_same(net->block->fc->weight));
  CHECK((weight.grad().dtype() == kDouble));
  CHECK(weight.requires_grad());
  CHECK_FALSE(net->last.requires_grad());
  CHECK((net->norm->running_mean.dtype() == kDouble));
  CHECK((net->norm->num_batches_tracked.dtype() == kLong));
  CHECK((net(ones({4, 2}, kDouble)).dtype() == kDouble));
  net->to(Device(kCPU), kFloat);
  CHECK((weight.dtype() == kFloat));
  net->to(Device(kCPU));
  CHECK((weight.dtype() == kFloat));
  CHECK_THROWS_AS(net->to(Device(kCUDA)), Error);
}

TEST_CASE("to_empty gives new memory, half says that there is none of its kind") {
  nn::Sequential net(nn::Linear(2, 2), nn::BatchNorm1d(2));
  const auto memory = [&] {
    std::vector<void*> all;
    for (const auto& item : net->state_dict()) all.push_back(item.value().data_ptr());
    return all;
  };
  const OrderedDict<std::string, Tensor> kept = net->state_dict();  // so that nothing is used again
  const auto before = memory();
  net->to_empty(kCPU, /*recurse=*/false);
  CHECK(memory() == before);
  CHECK_THROWS_AS(net->to_empty(Device(kCUDA)), Error);
  CHECK_THROWS_AS(net->half(), Error);
  CHECK(memory() == before);
  net->to_empty(kCPU);
  const auto after = memory();
  for (size_t i = 0; i < after.size(); ++i) CHECK(after[i] != before[i]);
  CHECK(net->parameters()[0].requires_grad());
  net->load_state_dict(kept);
  CHECK(net->state_dict()["0.weight"].equal(kept["0.weight"]));
}

TEST_CASE("clone copies the tree and shares nothing") {
  manual_seed(0);
  Net net;
  net->first.data().fill_(7);
  net->block->fc->weight.set_requires_grad(false);
  net->eval();
  const auto copy = std::dynamic_pointer_cast<NetImpl>(net->clone());
  REQUIRE(copy);
  const auto a = net->named_parameters(), b = copy->named_parameters();
  CHECK(a.keys() == b.keys());
  for (const auto& p : a) {
    CAPTURE(p.key());
    CHECK(p->equal(b[p.key()]));
    CHECK(p->requires_grad() == b[p.key()].requires_grad());
    CHECK(p->data_ptr() != b[p.key()].data_ptr());
  }
  CHECK_FALSE(copy->is_training());
  CHECK_FALSE(copy->norm->is_training());
  CHECK(copy->block->fc->weight.is_same(b["block.fc.weight"]));
  CHECK(copy->block->offset.is_same(copy->named_buffers()["block.offset"]));
  const Tensor x = ones({4, 2});
  CHECK(copy->forward(x).equal(net->forward(x)));
  copy->block->scale.data().zero_();
  CHECK(net->block->scale.sum().item<float>() == 6);

  struct Forgetful : nn::Cloneable<Forgetful> {
    Forgetful() { register_parameter("w", ones({1})); }
    void reset() override {}
  };
  CHECK_THROWS_AS(std::make_shared<Forgetful>()->clone(), Error);
  struct Bare : nn::Module {
    Bare() : nn::Module("Bare") {}
  };
  CHECK_THROWS_WITH_AS(Bare().clone(), "clone: Bare does not derive from nn::Cloneable<Bare>",
                       Error);
}

TEST_CASE("a child that is no Cloneable is copied by what it registers") {
  struct Inner : nn::Module {
    Inner() { w = register_parameter("w", full({2}, draw++)); }
    Tensor w;
    double draw = 1;
  };
  struct Outer : nn::Cloneable<Outer> {
    Outer() { reset(); }
    void reset() override { inner = register_module("inner", std::make_shared<Inner>()); }
    std::shared_ptr<Inner> inner;
  };
  auto outer = std::make_shared<Outer>();
  outer->inner->w.data().fill_(9);
  const auto copy = std::dynamic_pointer_cast<Outer>(outer->clone());
  CHECK(copy->inner != outer->inner);
  CHECK(copy->inner->w.sum().item<float>() == 18);
}

TEST_CASE("registration refuses bad names and names that are taken") {
  struct M : nn::Module {
    using nn::Module::parameters_;
  };
  auto m = std::make_shared<M>();
  CHECK_THROWS_WITH_AS(m->register_parameter("", ones({1})),
                       "register_parameter: the name is empty", Error);
  CHECK_THROWS_WITH_AS(m->register_buffer("a.b", ones({1})),
                       "register_buffer: the name 'a.b' has a dot", Error);
  CHECK_THROWS_WITH_AS(m->register_module("a.b", nn::ReLU()),
                       "register_module: the name 'a.b' has a dot", Error);
  CHECK_THROWS_WITH_AS(m->register_module("a", std::shared_ptr<nn::Module>()),
                       "register_module: the module for 'a' is empty", Error);
  m->register_parameter("w", ones({1}));
  CHECK_THROWS_WITH_AS(m->register_parameter("w", ones({1})), "Parameter 'w' is already defined",
                       Error);
  m->register_parameter("none", Tensor(), false);
  CHECK(m->named_parameters().keys() == Names{"w"});
  CHECK(m->parameters_.keys() == Names{"w", "none"});

  m->register_module("act", nn::ReLU());
  CHECK_THROWS_WITH_AS(m->register_module("act", nn::ReLU()), "Submodule 'act' is already defined",
                       Error);
  const auto tanh = m->replace_module("act", nn::Tanh());
  CHECK(m->named_children()["act"] == tanh);
  CHECK_THROWS_AS(m->replace_module("other", nn::Tanh()), Error);
  m->unregister_module("act");
  CHECK(m->children().empty());
  CHECK_THROWS_WITH_AS(m->unregister_module("act"),
                       "unregister_module: there is no submodule 'act'", Error);
}

TEST_CASE("names and casts") {
  nn::Linear fc(2, 3);
  CHECK(fc->name() == "gradus::nn::LinearImpl");
  nn::Module& m = *fc;
  CHECK(m.as<nn::Linear>() == fc.get());
  CHECK(m.as<nn::LinearImpl>() == fc.get());
  CHECK(m.as<nn::Module>() == fc.get());
  CHECK(m.as<nn::ReLU>() == nullptr);
  const nn::Module& c = m;
  CHECK(c.as<nn::Linear>() != nullptr);
}

TEST_CASE("holders") {
  nn::Linear none = nullptr;
  CHECK(none.is_empty());
  CHECK_FALSE(none);
  CHECK_THROWS_WITH_AS(none->forward(ones({1})), "module holder: it is empty", Error);
  CHECK_THROWS_AS(none.ptr(), Error);
  none = nn::Linear(2, 3);
  nn::Linear alias = none;
  CHECK(alias.ptr() == none.ptr());
  CHECK(alias(ones({5, 2})).sizes() == IntArrayRef({5, 3}));
  CHECK((*alias).options.in_features() == 2);
  const nn::ReLU relu;
  CHECK(relu(full({1}, -1.0)).item<float>() == 0);
}

TEST_CASE("OrderedDict") {
  OrderedDict<std::string, int> dict = {{"b", 1}, {"a", 2}};
  CHECK(dict.keys() == Names{"b", "a"});
  CHECK(dict.values() == std::vector<int>{1, 2});
  CHECK(dict["a"] == 2);
  CHECK(dict[0].key() == "b");
  CHECK(*dict[1] == 2);
  CHECK(dict.front().value() == 1);
  CHECK(dict.back().pair() == std::pair<std::string, int>("a", 2));
  CHECK(dict.contains("a"));
  CHECK(dict.find("c") == nullptr);
  CHECK_THROWS_WITH_AS(dict["c"], "Key 'c' is not defined", Error);
  CHECK_THROWS_WITH_AS(dict[2], "OrderedDict: index 2 is out of range for 2 items", IndexError);
  CHECK_THROWS_WITH_AS(dict.insert("a", 3), "Key 'a' is already defined", Error);
  dict.insert("c", 3) = 4;
  dict.erase("b");
  CHECK(dict.keys() == Names{"a", "c"});
  CHECK(dict["c"] == 4);
  CHECK_THROWS_AS(dict.erase("b"), Error);
  OrderedDict<std::string, int> more;
  more.insert("x", 0);
  more.update(dict);
  CHECK(more.size() == 3);
  CHECK(more.items().size() == 3);
  CHECK(more.pairs()[1].first == "a");
  int sum = 0;
  for (auto& item : more) sum += *item;
  CHECK(sum == 6);
  CHECK_FALSE(more == dict);
  more.clear();
  CHECK(more.is_empty());
}
