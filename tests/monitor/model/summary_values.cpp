#include <doctest/doctest.h>

#include <map>
#include <unordered_map>

#include "monitor/model/summary.h"
#include "nn/modules.h"
#include "tests/support.h"

using namespace gradus;
using monitor::LayerSummary;
using monitor::summary;

namespace {

// A module whose result is of the type Value.
template <class Value>
struct GivesImpl : nn::Module {
  explicit GivesImpl(Value (*make)(const Tensor&)) : make_(make) {
    fc = register_module("fc", nn::Linear(3, 4));
  }
  Value forward(const Tensor& x) { return make_(fc->forward(x)); }
  nn::Linear fc = nullptr;

 private:
  Value (*make_)(const Tensor&);
};

template <class Value>
void check_sizes(Value make(const Tensor&), const char* text = "[2, 4]") {
  const auto s = summary(std::make_shared<GivesImpl<Value>>(make), {{2, 3}});
  const std::string table = s.str(), line = table.substr(table.find("Gives"));
  CHECK(line.substr(0, line.find('\n')).find(text) != std::string::npos);
  // Its layer, called past its hooks, is found behind the result.
  CHECK(s.layers()[1].called == (text != std::string("--")));
}

struct Opaque {
  Tensor x;
};

}  // namespace

TEST_CASE("summary: the result's sizes are those of the first tensor in a tuple, list or dict") {
  check_sizes<std::vector<Tensor>>([](const Tensor& x) { return std::vector<Tensor>{x, x[0]}; });
  check_sizes<std::pair<Tensor, Tensor>>([](const Tensor& x) { return std::pair(x, x[0]); });
  check_sizes<std::tuple<Tensor, Tensor, Tensor, Tensor>>(
      [](const Tensor& x) { return std::tuple(Tensor(), x, x[0], x[1]); });
  check_sizes<std::map<std::string, Tensor>>([](const Tensor& x) {
    return std::map<std::string, Tensor>{{"b", x[0]}, {"a", x}};
  });
  check_sizes<std::unordered_map<std::string, Tensor>>([](const Tensor& x) {
    return std::unordered_map<std::string, Tensor>{{"a", x}};
  });
  check_sizes<OrderedDict<std::string, Tensor>>([](const Tensor& x) {
    OrderedDict<std::string, Tensor> out;
    out.insert("b", x);
    out.insert("a", x[0]);
    return out;
  });
  check_sizes<Opaque>([](const Tensor& x) { return Opaque{x}; }, "--");
  check_sizes<Tensor>([](const Tensor& x) { return x.sum(); }, "[]");
}

TEST_CASE("summary: there is no table of a null pointer") {
  const std::string what = "summary: the model is a null pointer";
  CHECK(message([] { summary(std::shared_ptr<nn::LinearImpl>()); }) == what);
  CHECK(message([] { summary(nn::Linear(nullptr)); }) == what);
  CHECK(message([] { summary(static_cast<nn::LinearImpl*>(nullptr)); }) == what);
  CHECK(message([] {
          summary(std::shared_ptr<nn::LinearImpl>(), {{2, 3}});
        }) == "AnyModule: the module is empty");
}

TEST_CASE("summary: a lazy layer has its name, until it knows its input's size as a lazy one") {
  nn::Sequential net(nn::LazyConv2d(4, 3), nn::LazyBatchNorm2d(), nn::LazyConvTranspose2d(2, 3));
  const auto kinds = [](const monitor::ModelSummary& s) {
    std::vector<std::string> out;
    for (const LayerSummary& layer : s.layers()) out.push_back(layer.kind);
    return out;
  };
  CHECK(kinds(summary(net)) == std::vector<std::string>{"Sequential", "LazyConv2d",
                                                        "LazyBatchNorm2d", "LazyConvTranspose2d"});
  const std::vector<std::string> known = {"Sequential", "Conv2d", "BatchNorm2d", "ConvTranspose2d"};
  CHECK(kinds(summary(net, {{1, 3, 8, 8}})) == known);
  CHECK(kinds(summary(net)) == known);
}
