// functional_call, deepcopy, fusion, and what modules and containers have by Python's names.
#include <cmath>
#include <set>
#include <sstream>

#include "autograd/ops/random/random.h"
#include "tensor/io/serialize.h"
#include "tests/nn/tools.h"

using namespace gradus;
using gradus::test::check_row;
using gradus::test::filled;
using gradus::test::wave;

namespace {

using Names = std::vector<std::string>;
using Tensors = OrderedDict<std::string, Tensor>;

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    fc = register_module("fc", nn::Linear(3, 2));
    scale = register_parameter("scale", full({2}, 2.0));
    offset = register_buffer("offset", ones({2}));
    hidden = register_buffer("hidden", zeros({2}), /*persistent=*/false);
  }
  Tensor forward(const Tensor& x) { return fc(x) * scale + offset; }
  std::string extra_repr() const override { return "of mine"; }
  nn::Linear fc{nullptr};
  Tensor scale, offset, hidden;

 protected:
  Tensor* member(std::string_view name) override {
    return pick(name, {{"scale", &scale}, {"offset", &offset}});
  }
};
GRADUS_MODULE(Net);

struct TiedImpl : nn::Cloneable<TiedImpl> {
  TiedImpl() { reset(); }
  void reset() override {
    in = register_parameter("in", ones({2}));
    out = register_parameter("out", in);
  }
  Tensor forward(const Tensor& x) { return x * in * out; }
  Tensor in, out;
};
GRADUS_MODULE(Tied);

struct LooseImpl : nn::Module {
  LooseImpl() { w = register_parameter("w", ones({2})); }
  Tensor forward(const Tensor& x) { return x * w; }
  Tensor w;
};
GRADUS_MODULE(Loose);

}  // namespace

TEST_CASE("functional_call reads the given tensors, and gradients flow to them") {
  Net net = filled(Net());
  const Tensor x = wave({2, 3}), own = net(x);
  const Tensor w = wave({2, 3}, 5).requires_grad_(), s = wave({2}, 6).requires_grad_();
  const Tensor y = nn::functional_call(net, {{"fc.weight", w * 2}, {"scale", s}}, x);
  CHECK(y.equal(nn::functional::linear(x, w * 2, net->fc->bias) * s + net->offset));
  y.sum().backward();
  CHECK(w.grad().defined());
  CHECK(s.grad().defined());
  CHECK_FALSE(net->fc->weight.grad().defined());
  CHECK(net->fc->bias.grad().defined());
  CHECK(net(x).equal(own));
  CHECK(net->scale.is_same(net->named_parameters()["scale"]));
  CHECK(
      func::functional_call(net, {{"offset", zeros({2}, kDouble)}}, x).allclose(own - net->offset));
  const auto f = [&](const std::vector<Tensor>& t) {
    return nn::functional_call(net, {{"fc.weight", t[0]}, {"fc.bias", t[1]}, {"scale", t[2]}},
                               t[3]);
  };
  CHECK(autograd::gradcheck(f, {wave({2, 3}).requires_grad_(), wave({2}).requires_grad_(),
                                wave({2}, 1).requires_grad_(), wave({1, 3}, 2).requires_grad_()}));
  // A norm's statistics go to the given buffers.
  nn::BatchNorm1d norm = filled(nn::BatchNorm1d(3));
  const Tensor mean = zeros({3}, kDouble);
  nn::functional_call(norm, {{"running_mean", mean}}, wave({4, 3}));
  CHECK(mean.ne(0).all().item<bool>());
  CHECK(norm->running_mean.equal(zeros({3}, kDouble)));
}

TEST_CASE("functional_call goes to parametrised, pruned and tied tensors") {
  nn::Linear fc = filled(nn::utils::parametrizations::weight_norm(nn::Linear(3, 2)));
  const Tensor x = wave({2, 3}), g = wave({2, 1}, 4).requires_grad_();
  const Tensor y = nn::functional_call(fc, {{"parametrizations.weight.original0", g}}, x);
  const Tensor v = fc->get_parameter("parametrizations.weight.original1");
  CHECK(y.allclose(nn::functional::linear(x, nn::utils::weight_norm_of(v, g), fc->bias)));
  nn::Linear old = nn::utils::weight_norm(filled(nn::Linear(3, 2)));
  CHECK(nn::functional_call(old, {{"weight_g", g}}, x)
            .allclose(nn::functional::linear(
                x, nn::utils::weight_norm_of(old->named_parameters()["weight_v"], g), old->bias)));

  nn::Linear shared(3, 3);
  nn::ParameterList list(shared->weight, shared->weight);
  const Tensor w = ones({3, 3});
  // Each of the tied places holds what one of them is given.
  struct Sum : nn::Module {
    explicit Sum(nn::ParameterList l) : list(register_module("list", l)) {}
    Tensor forward() { return list->at(0) + list->at(1); }
    nn::ParameterList list;
  };
  const auto sum = std::make_shared<Sum>(list);
  CHECK(nn::functional_call(sum, {{"list.0", w}}).equal(w * 2));
  const auto untied = nn::FunctionalCallOptions().tie_weights(false);
  CHECK(nn::functional_call(sum, {{"list.0", w}}, untied).equal(w + shared->weight));
  CHECK_THROWS_WITH_AS(
      nn::functional_call(sum, {{"list.0", w}, {"list.1", w * 2}}),
      "functional_call: 'list.1' is one tensor with another that is given, which differs", Error);
}

TEST_CASE("functional_call refuses what it cannot place, and leaves the module as it was") {
  Net net;
  const Tensor x = ones({3}), own = net(x);
  CHECK_THROWS_WITH_AS(nn::functional_call(net, {{"fc.w", x}}, x),
                       "functional_call: Net has no parameter or buffer 'fc.w'", Error);
  CHECK_THROWS_WITH_AS(nn::functional_call(net, {{"scale", Tensor()}}, x),
                       "functional_call: the tensor for 'scale' is undefined", Error);
  CHECK_THROWS_AS(nn::functional_call(net, {{"scale", ones({5})}}, x), Error);
  CHECK_THROWS_AS(
      nn::functional_call(net, {{"scale", ones({2})}}, nn::FunctionalCallOptions().strict(true), x),
      Error);
  Loose loose;
  CHECK_THROWS_WITH_AS(nn::functional_call(loose, {{"w", x}}, x),
                       "functional_call: Loose does not say where it keeps 'w'; it must override "
                       "Module::member()",
                       Error);
  CHECK(net(x).equal(own));
}

TEST_CASE("deepcopy gives the same type, and what is shared stays shared") {
  Net net;
  Net copy = nn::deepcopy(net);
  CHECK(copy->named_parameters().keys() == net->named_parameters().keys());
  CHECK_FALSE(copy->fc->weight.is_same(net->fc->weight));
  CHECK(copy(ones({3})).equal(net(ones({3}))));
  const std::shared_ptr<NetImpl> pointer = gradus::deepcopy(net.ptr());
  CHECK(pointer->fc->weight.equal(net->fc->weight));

  nn::Linear fc(2, 2);
  nn::Sequential shared = nn::deepcopy(nn::Sequential(fc, nn::ReLU(), fc));
  CHECK(shared->ptr(0) == shared->ptr(2));
  nn::Sequential cloned(
      std::dynamic_pointer_cast<nn::SequentialImpl>(nn::Sequential(fc, fc)->clone()));
  CHECK(cloned->ptr(0) != cloned->ptr(1));
  nn::ModuleList list = nn::deepcopy(nn::ModuleList(fc, fc));
  CHECK((*list)[0] == (*list)[1]);

  Tied tied = nn::deepcopy(Tied());
  CHECK(tied->in.is_same(tied->out));
  nn::Linear a(2, 2), b(2, 2);
  b->weight.set_data(a->weight);  // the same elements
  nn::Sequential on_one(a, b), of_one = nn::deepcopy(on_one);
  const Tensor first = of_one->at<nn::LinearImpl>(0).weight,
               second = of_one->at<nn::LinearImpl>(1).weight;
  CHECK(first.data_ptr() == second.data_ptr());
  CHECK(first.data_ptr() != a->weight.data_ptr());
  nn::ParameterList twice = nn::deepcopy(nn::ParameterList(a->weight, a->weight));
  CHECK(twice->at(0).is_same(twice->at(1)));
  CHECK_THROWS_AS(nn::deepcopy(Loose()), Error);
  CHECK_THROWS_WITH_AS(nn::deepcopy(Net(nullptr)), "module holder: it is empty", Error);
}

TEST_CASE("a batch norm goes into the layer before it") {
  const auto check = [](const char* name, auto conv, auto norm, const Tensor& seen, const Tensor& x,
                        bool transpose) {
    filled(norm);
    norm(seen);
    norm->eval();
    filled(conv)->eval();
    auto fused = nn::utils::fuse_conv_bn_eval(conv, norm, transpose);
    check_row(name, {fused->weight, fused->bias, fused(x)});
    CHECK(fused(x).allclose(norm(conv(x))));
    CHECK(fused->options.bias());
    CHECK(fused->weight.is_same(fused->named_parameters()["weight"]));
    CHECK(fused->bias.is_same(fused->named_parameters()["bias"]));
  };
  check("fused_conv", nn::Conv2d(nn::Conv2dOptions(2, 3, 2).bias(false)),
        nn::BatchNorm2d(nn::BatchNorm2dOptions(3).eps(0.01)), wave({4, 3, 4, 4}, 1),
        wave({1, 2, 4, 4}, 2), false);
  check("fused_grouped", nn::Conv1d(nn::Conv1dOptions(2, 4, 2).groups(2)),
        nn::BatchNorm1d(nn::BatchNorm1dOptions(4).eps(0.01)), wave({4, 4, 5}, 1),
        wave({2, 2, 5}, 2), false);
  check("fused_transposed", nn::ConvTranspose1d(2, 3, 2),
        nn::BatchNorm1d(nn::BatchNorm1dOptions(3).eps(0.01)), wave({4, 3, 5}, 1),
        wave({2, 2, 5}, 2), true);
  nn::Linear fc = filled(nn::Linear(2, 3));
  nn::BatchNorm1d norm(3);
  norm->to(kDouble);
  norm(wave({4, 3}, 1));
  CHECK_THROWS_WITH_AS(
      nn::utils::fuse_linear_bn_eval(fc, norm),
      "fuse_linear_bn_eval: both modules must be in eval mode, Linear is in training", Error);
  fc->eval(), norm->eval();
  const nn::Linear fused = nn::utils::fuse_linear_bn_eval(fc, norm);
  check_row("fused_linear", {fused->weight, fused->bias});
  nn::Linear other(2, 4);
  other->eval();
  CHECK_THROWS_WITH_AS(nn::utils::fuse_linear_bn_eval(other, norm),
                       "fuse_linear_bn_eval: the layer has 4 features, the norm 3 channels", Error);
  nn::BatchNorm1d without(nn::BatchNorm1dOptions(3).track_running_stats(false));
  without->eval();
  CHECK_THROWS_WITH_AS(nn::utils::fuse_linear_bn_eval(fc, without),
                       "fuse_linear_bn_eval: the norm has no running statistics", Error);
}

TEST_CASE("paths lead to modules, parameters and buffers") {
  nn::Sequential root(Net(), nn::Sequential(nn::Linear(2, 2)));
  CHECK(root->get_submodule("") == root.ptr());
  CHECK(root->get_submodule("1.0") == root->at<nn::SequentialImpl>(1)[0]);
  CHECK(root->get_parameter("0.fc.weight").is_same(root->at<NetImpl>(0).fc->weight));
  CHECK(root->get_buffer("0.offset").is_same(root->at<NetImpl>(0).offset));
  CHECK_THROWS_WITH_AS(root->get_submodule("1.3"),
                       "get_submodule: '1.3' leads nowhere, Sequential has no submodule '3'",
                       Error);
  CHECK_THROWS_WITH_AS(root->get_parameter("0.offset"), "get_parameter: Net has no 'offset'",
                       Error);
  CHECK_THROWS_WITH_AS(root->get_buffer("0.scale"), "get_buffer: Net has no 'scale'", Error);
  const nn::Linear other(2, 2);
  root->set_submodule("1.0", other.ptr());
  CHECK(root->at<nn::SequentialImpl>(1).ptr(0) == other.ptr());
  CHECK(root->get_submodule("1.0") == other.ptr());
  CHECK_THROWS_AS(root->set_submodule("1.0", nn::ReLU().ptr()), Error);  // of another type
  CHECK(root->get_submodule("1.0") == other.ptr());
  CHECK_THROWS_WITH_AS(root->set_submodule("0.new", other.ptr(), true),
                       "set_submodule: Net has no submodule 'new'", Error);
  root->set_submodule("0.new", other.ptr());
  CHECK(root->get_submodule("0.new") == other.ptr());
  CHECK_THROWS_AS(root->set_submodule("5.new", other.ptr()), Error);
}

TEST_CASE("buffers that are not persistent are moved and not saved; extra_repr is printed") {
  Net net;
  CHECK(net->named_buffers().keys() == Names{"offset", "hidden"});
  std::stringstream bytes;
  serialize::OutputArchive out;
  net->save(out);
  out.save_to(bytes);
  serialize::InputArchive in;
  in.load_from(bytes);
  const auto keys = in.keys();
  CHECK(std::set<std::string>(keys.begin(), keys.end()) ==
        std::set<std::string>{"fc", "scale", "offset"});
  net->load(in);
  net->to(kDouble);
  net->cpu();
  CHECK((net->hidden.dtype() == kDouble));
  std::ostringstream printed;
  net->pretty_print(printed);
  CHECK(printed.str() == net->name() + "(of mine)");
}

TEST_CASE("containers have Python's ways to change them") {
  const nn::Linear a(2, 2), b(2, 2), c(2, 2);
  nn::Sequential net(a);
  net->append(b);
  net->insert(0, c);
  CHECK(net->ptr(0) == c.ptr());
  CHECK(net->ptr(1) == a.ptr());
  CHECK(net->named_children().keys() == Names{"0", "1", "2"});
  CHECK(net->pop(0).ptr() == c.ptr());
  CHECK(net->pop().ptr() == b.ptr());
  CHECK(net->size() == 1);
  net->set(0, nn::ReLU());
  CHECK(net->forward(-ones({2})).equal(zeros({2})));
  CHECK_THROWS_WITH_AS(net->pop(1), "Sequential: index 1 is out of range for 1 modules",
                       IndexError);
  CHECK_THROWS_AS(net->insert(3, a), IndexError);
  nn::Sequential named{{"first", a}, {"second", b}};
  CHECK_THROWS_WITH_AS(named->insert(0, c),
                       "Sequential: insert needs modules named by their numbers, number 0 is "
                       "'first'",
                       Error);
  CHECK(named->size() == 2);
  CHECK(named->pop().ptr() == b.ptr());

  nn::ModuleList list(a, b);
  list->append(c);
  CHECK(list->pop(0) == a.ptr());
  CHECK(list->named_children().keys() == Names{"0", "1"});
  CHECK((*list)[0] == b.ptr());
  list->set(1, a);
  CHECK((*list)[1] == a.ptr());
  CHECK(list->children()[1] == a.ptr());
  CHECK(list->pop() == a.ptr());
  CHECK_THROWS_WITH_AS(list->pop(-2), "ModuleList: index -2 is out of range for 1 modules",
                       IndexError);

  nn::ParameterDict dict;
  CHECK(dict->setdefault("w", ones({2})).equal(ones({2})));
  CHECK(dict->setdefault("w", zeros({2})).equal(ones({2})));
  CHECK(dict->get("v", zeros({1})).equal(zeros({1})));
  CHECK(dict->items().size() == 1);
  CHECK(dict->popitem().first == "w");
  CHECK_THROWS_WITH_AS(dict->popitem(), "ParameterDict: it is empty", Error);
}

TEST_CASE("the norm of gradients, and their scaling by a known one") {
  const Tensor a = ones({3}).requires_grad_(), b = ones({4}).requires_grad_();
  (a.sum() * 3 + b.sum() * 4).backward();
  const Tensor total = nn::utils::get_total_norm({a.grad(), b.grad()});
  CHECK(total.item<double>() == doctest::Approx(std::sqrt(27 + 64.)));
  nn::utils::clip_grads_with_norm_({a, b}, 1, total);
  CHECK(nn::utils::get_total_norm({a.grad(), b.grad()}).item<double>() == doctest::Approx(1));
  CHECK(nn::utils::get_total_norm({}).item<double>() == 0);
  CHECK_THROWS_AS(nn::utils::get_total_norm({full({1}, INFINITY)}, 2, true), Error);
  CHECK(nn::utils::_check_param_device(a, std::nullopt) == std::optional<int64_t>(-1));
  CHECK_THROWS_AS(nn::utils::_check_param_device(a, 0), Error);
}
