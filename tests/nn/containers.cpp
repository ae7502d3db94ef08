#include <doctest/doctest.h>

#include "autograd/factories.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"

using namespace gradus;

namespace {

struct TwoInputs : nn::Module {
  Tensor forward(const Tensor& a, Tensor b) { return a + b; }
};
struct Pair : nn::Module {
  std::tuple<Tensor, Tensor> forward(Tensor x) { return {x, x + 1}; }
};
struct Second : nn::Module {
  Tensor forward(const std::tuple<Tensor, Tensor>& pair) { return std::get<1>(pair); }
};
struct Scaled : nn::Module {
  Tensor forward(const Tensor& x, double by, bool negate) { return negate ? -x * by : x * by; }

 protected:
  GRADUS_FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(2.0)}, {2, nn::AnyValue(false)})
};
struct Overloaded : nn::Module {
  Tensor forward(const Tensor& x) { return x * 3; }
  Tensor forward(const Tensor& x, const Tensor& y) { return x * y; }
};
struct Sizes : nn::Module {
  int64_t forward(const Tensor& x) const { return x.numel(); }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Sequential calls its modules in turn") {
  manual_seed(0);
  nn::Sequential net(nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2));
  const Tensor x = ones({5, 3});
  const auto& first = net->at<nn::LinearImpl>(0);
  const auto& last = net->at<nn::LinearImpl>(2);
  const Tensor want = nn::functional::linear(
      nn::functional::linear(x, first.weight, first.bias).relu(), last.weight, last.bias);
  CHECK(net->forward(x).equal(want));
  CHECK(net(x).equal(want));
  CHECK(net->size() == 3);
  CHECK(net->named_parameters().keys() == Names{"0.weight", "0.bias", "2.weight", "2.bias"});
  CHECK(net->ptr(1)->as<nn::ReLU>() != nullptr);
  CHECK(net[1] == net->ptr(1));
  CHECK(net->ptr<nn::LinearImpl>(0)->options.in_features() == 3);
  CHECK_THROWS_WITH_AS(net->at<nn::TanhImpl>(1),
                       "AnyModule: the module is gradus::nn::ReLUImpl, not gradus::nn::TanhImpl",
                       Error);
  CHECK_THROWS_WITH_AS(net->ptr(3), "Sequential: index 3 is out of range for 3 modules",
                       IndexError);
  int count = 0;
  for (const auto& m : *net) count += m.ptr() != nullptr;
  CHECK(count == 3);
}

TEST_CASE("Sequential is built in many ways") {
  nn::Sequential named({{"fc", nn::Linear(3, 4)}, {"act", nn::Tanh()}});
  CHECK(named->named_children().keys() == Names{"fc", "act"});
  OrderedDict<std::string, nn::AnyModule> dict;
  dict.insert("a", nn::AnyModule(nn::Tanh()));
  nn::Sequential from_dict(std::move(dict));
  CHECK(from_dict->named_children().keys() == Names{"a"});
  nn::Sequential net;
  CHECK(net->is_empty());
  CHECK_THROWS_WITH_AS(net(ones({1})), "Sequential: it is empty", Error);
  net->push_back(nn::Tanh());
  net->push_back("named", nn::Tanh());
  net->push_back(std::make_shared<nn::TanhImpl>());
  net->push_back("pointer", std::make_shared<nn::TanhImpl>());
  net->push_back(nn::TanhImpl());
  net->push_back(nn::AnyModule(nn::Tanh()));
  nn::Sequential more{nn::ReLU(), nn::ReLU6()};
  net->extend(*more);
  CHECK(net->named_children().keys() == Names{"0", "named", "2", "pointer", "4", "5", "6", "7"});
  CHECK_THROWS_AS(net->push_back("named", nn::Tanh()), Error);
  CHECK(net->size() == 8);
  CHECK(net(zeros({2})).sum().item<float>() == 0);
}

TEST_CASE("Sequential holds modules of any signature") {
  nn::Sequential net{TwoInputs(), Pair(), Second()};
  CHECK(net->forward(ones({2}), ones({2})).sum().item<float>() == 6);
  CHECK_THROWS_WITH_AS(
      net->forward(ones({2})),
      "Sequential.0 (TwoInputs): (anonymous namespace)::TwoInputs: forward() takes "
      "2 arguments, 1 given",
      Error);
  CHECK_THROWS_WITH_AS(net->forward(ones({2}), 3),
                       "Sequential.0 (TwoInputs): (anonymous namespace)::TwoInputs: argument 1 of "
                       "forward() is gradus::Tensor, given int",
                       Error);
  nn::Sequential pair{Pair()};
  const auto [a, b] = pair->forward<std::tuple<Tensor, Tensor>>(ones({1}));
  CHECK(b.item<float>() == 2);
  CHECK_THROWS_WITH_AS(pair->forward(ones({1})),
                       "AnyValue: it holds std::tuple<gradus::Tensor, gradus::Tensor>, not "
                       "gradus::Tensor",
                       Error);
  nn::Sequential sizes{nn::ReLU(), Sizes()};
  CHECK(sizes->forward<int64_t>(ones({2, 3})) == 6);

  nn::Sequential defaults{Scaled()};
  CHECK(defaults(ones({1})).item<float>() == 2);
  CHECK(defaults(ones({1}), 5.0).item<float>() == 5);
  CHECK(defaults(ones({1}), 5.0, true).item<float>() == -5);

  nn::Sequential nested{nn::Sequential(nn::ReLU(), Overloaded()), nn::ReLU()};
  CHECK(nested(full({1}, 2.0)).item<float>() == 6);
  nn::Sequential functions(nn::Functional([](Tensor x) { return x + 1; }),
                           nn::Functional(gradus::leaky_relu, 0.5));
  CHECK(functions(full({1}, -3.0)).item<float>() == -1);
}

TEST_CASE("errors in a Sequential name the module") {
  nn::Sequential net(nn::ReLU(), nn::Linear(3, 4));
  CHECK_THROWS_WITH_AS(
      net(ones({2, 5})),
      doctest::Contains("Sequential.1 (Linear): linear: input [2, 5] does not fit weight [4, 3]"),
      Error);
  nn::Sequential outer(nn::Tanh(), net);
  CHECK_THROWS_WITH_AS(outer(ones({2, 5})), doctest::Contains("Sequential.1.1 (Linear): linear: "),
                       Error);
  nn::Sequential named({{"loss", nn::Embedding(3, 2)}});
  CHECK_THROWS_AS(named(tensor({7})), IndexError);
  CHECK_THROWS_WITH_AS(named(tensor({7})), doctest::Contains("Sequential.loss (Embedding): "),
                       IndexError);
}

TEST_CASE("Sequential clones") {
  nn::Sequential net({{"fc", nn::Linear(3, 4)}, {"act", nn::Tanh()}});
  net->eval();
  nn::Sequential copy(std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone()));
  CHECK(copy->named_parameters().keys() == Names{"fc.weight", "fc.bias"});
  CHECK_FALSE(copy->is_training());
  const Tensor x = ones({2, 3});
  CHECK(copy(x).equal(net(x)));
  copy->at<nn::LinearImpl>(0).weight.data().zero_();
  CHECK_FALSE(copy(x).equal(net(x)));

  struct NetImpl : nn::Cloneable<NetImpl> {
    NetImpl() { reset(); }
    void reset() override { seq = register_module("seq", nn::Sequential(nn::Linear(2, 2))); }
    nn::Sequential seq{nullptr};
  };
  auto whole = std::make_shared<NetImpl>();
  const auto twin = std::dynamic_pointer_cast<NetImpl>(whole->clone());
  const Tensor y = ones({1, 2});
  CHECK(twin->seq(y).equal(whole->seq(y)));
  twin->parameters()[0].data().zero_();
  CHECK_FALSE(twin->seq(y).equal(whole->seq(y)));
}

TEST_CASE("AnyModule and AnyValue") {
  nn::AnyModule none;
  CHECK(none.is_empty());
  CHECK_THROWS_WITH_AS(none.forward(ones({1})), "AnyModule: it is empty", Error);
  nn::AnyModule any(nn::Linear(3, 4));
  CHECK(any.get<nn::LinearImpl>().options.out_features() == 4);
  CHECK(any.get<nn::Linear>().ptr() == any.ptr());
  CHECK(any.ptr<nn::LinearImpl>()->options.in_features() == 3);
  CHECK(any.type_info() == typeid(nn::LinearImpl));
  CHECK(any.forward(ones({2, 3})).sizes() == IntArrayRef({2, 4}));
  nn::AnyModule shared = any, deep = any.clone();
  CHECK(shared.ptr() == any.ptr());
  CHECK(deep.ptr() != any.ptr());
  shared = std::make_shared<nn::TanhImpl>();
  CHECK(shared.get<nn::TanhImpl>().is_training());

  nn::AnyValue value(5);
  CHECK(value.get<int>() == 5);
  CHECK(value.try_get<double>() == nullptr);
  CHECK_THROWS_WITH_AS(value.get<double>(), "AnyValue: it holds int, not double", Error);
  const nn::AnyValue copy = value;
  CHECK(copy.type_info() == typeid(int));
}

TEST_CASE("ModuleList") {
  nn::ModuleList list(nn::Linear(3, 4), nn::ReLU());
  list->push_back(nn::Linear(4, 2));
  list->push_back(nn::TanhImpl());
  list->insert(1, nn::Tanh());
  CHECK(list->size() == 5);
  CHECK(list->named_parameters().keys() == Names{"0.weight", "0.bias", "3.weight", "3.bias"});
  CHECK(list->named_children().keys() == Names{"0", "1", "2", "3", "4"});
  CHECK(list[1]->as<nn::Tanh>() != nullptr);
  CHECK(list->at<nn::LinearImpl>(3).options.in_features() == 4);
  CHECK(list->ptr<nn::ReLUImpl>(2) != nullptr);
  CHECK_THROWS_WITH_AS(list->at<nn::LinearImpl>(2),
                       "ModuleList: module 2 is gradus::nn::ReLUImpl, not gradus::nn::LinearImpl",
                       Error);
  CHECK_THROWS_WITH_AS(list[5], "ModuleList: index 5 is out of range for 5 modules", IndexError);
  CHECK_THROWS_AS(list->insert(9, nn::Tanh()), IndexError);
  nn::ModuleList more;
  CHECK(more->is_empty());
  more->extend(*list);
  CHECK(more->size() == 5);
  for (const auto& m : *more) CHECK(m != nullptr);
  const auto copy = std::dynamic_pointer_cast<nn::ModuleListImpl>(list->clone());
  CHECK(copy->ptr(0) != list->ptr(0));
  CHECK(copy->size() == 5);
}

TEST_CASE("ModuleDict") {
  using Dict = OrderedDict<std::string, std::shared_ptr<nn::Module>>;
  nn::ModuleDict dict(Dict({{"fc", nn::Linear(3, 4).ptr()}, {"act", nn::ReLU().ptr()}}));
  CHECK(dict->keys() == Names{"fc", "act"});
  CHECK(dict->named_parameters().keys() == Names{"fc.weight", "fc.bias"});
  CHECK(dict->at<nn::LinearImpl>("fc").options.in_features() == 3);
  CHECK_THROWS_AS(dict->at<nn::ReLUImpl>("fc"), Error);
  CHECK_THROWS_WITH_AS(dict["none"], "Module 'none' is not defined", Error);
  dict->update({{"act", nn::Tanh().ptr()}, {"end", nn::ReLU().ptr()}});
  CHECK(dict->keys() == Names{"fc", "act", "end"});
  CHECK(dict["act"]->as<nn::Tanh>() != nullptr);
  CHECK(dict->children()[1]->as<nn::Tanh>() != nullptr);
  CHECK(dict->pop("act")->as<nn::Tanh>() != nullptr);
  CHECK_FALSE(dict->contains("act"));
  CHECK(dict->items().size() == 2);
  CHECK(std::dynamic_pointer_cast<nn::ModuleDictImpl>(dict->clone())->keys() == dict->keys());
  dict->clear();
  CHECK(dict->empty());
  CHECK(dict->children().empty());
}

TEST_CASE("ParameterList and ParameterDict") {
  const Tensor w = ones({2}, TensorOptions().requires_grad(true)), fixed = zeros({3});
  nn::ParameterList list(w, fixed);
  list->append(ones({1}));
  CHECK(list->size() == 3);
  CHECK(list->parameters()[0].is_same(w));
  CHECK(list->at(0).requires_grad());
  CHECK_FALSE(list[1].requires_grad());
  CHECK_THROWS_AS(list->at(3), IndexError);
  nn::ParameterList more;
  more->extend(*list);
  *more += std::vector<Tensor>{w};
  CHECK(more->size() == 4);
  const auto copy = std::dynamic_pointer_cast<nn::ParameterListImpl>(list->clone());
  CHECK(copy->at(0).equal(w));
  CHECK(copy->at(0).requires_grad());
  CHECK_FALSE(copy->at(0).is_same(w));

  nn::ParameterDict dict(OrderedDict<std::string, Tensor>({{"w", w}, {"fixed", fixed}}));
  CHECK(dict->keys() == Names{"w", "fixed"});
  CHECK(dict["w"].is_same(w));
  CHECK(dict->named_parameters().keys() == Names{"w", "fixed"});
  dict->insert("b", ones({1}));
  CHECK_THROWS_AS(dict->insert("b", ones({1})), Error);
  CHECK(dict->pop("b").numel() == 1);
  CHECK(dict->size() == 2);
  CHECK_THROWS_AS(dict->get("b"), Error);
  const OrderedDict<std::string, Tensor> other({{"w", fixed}, {"c", fixed}});
  CHECK_THROWS_AS(dict->update(other), Error);
  CHECK(dict["w"].is_same(w));  // nothing is half changed
  dict->update(OrderedDict<std::string, Tensor>({{"w", fixed}}));
  CHECK(dict["w"].is_same(fixed));
  CHECK(std::dynamic_pointer_cast<nn::ParameterDictImpl>(dict->clone())->size() == 2);
  dict->clear();
  CHECK(dict->empty());
}
