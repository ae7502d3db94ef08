// What forward() may take and give where a batch is cut into shards.
#include <doctest/doctest.h>

#include <map>
#include <unordered_map>

#include "distributed/distributed.h"
#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

intrusive_ptr<ProcessGroup> alone() { return make_intrusive<ProcessGroupMPI>(); }

using Named = std::map<std::string, Tensor>;

// Calls a function with a weight of ones, and counts the rows that it sees.
template <class F>
struct CallImpl : nn::Module {
  explicit CallImpl(F f) : f(f) { w = register_parameter("w", ones({2})); }
  template <class... Args>
  auto forward(const Args&... args) {
    return f(w, args...);
  }
  F f;
  Tensor w;
};
struct CarryImpl : nn::Module {
  CarryImpl() { w = register_parameter("w", ones({2})); }
  Tensor forward(const Tensor& x, Tensor& state) {
    state = state + x.detach();
    return state * w;
  }
  Tensor w;
};
template <class F, class... Args>
auto sharded(const Options& options, F f, const Args&... args) {
  DistributedDataParallel<CallImpl<F>> model(std::make_shared<CallImpl<F>>(f), alone(), options);
  return model(args...);
}

enum class Way { there, back };
struct Settings {
  double factor = 1;
};
struct Batch {
  Tensor data;
};

}  // namespace

template <>
inline constexpr bool gradus::distributed::is_whole<Settings> = true;

TEST_CASE("shards: maps of tensors, by their keys") {
  const Tensor x = randn({8, 2}), y = randn({8, 2});
  int calls = 0;
  const auto f = [&](const Tensor& w, const auto& in) {
    ++calls;
    CHECK(in.at("x").size(0) == 2);
    return std::decay_t<decltype(in)>{{"sum", (in.at("x") + in.at("y")) * w},
                                      {"x", in.at("x") * w}};
  };
  const Named a = sharded(Options().shards(4), f, Named{{"x", x}, {"y", y}});
  CHECK(calls == 4);
  CHECK(equal(a.at("sum"), x + y));
  CHECK(equal(a.at("x"), x));
  const auto b =
      sharded(Options().shards(4), f, std::unordered_map<std::string, Tensor>{{"x", x}, {"y", y}});
  CHECK(equal(b.at("sum"), x + y));
  const auto c = sharded(
      Options().shards(4),
      [](const Tensor& w, const OrderedDict<std::string, Tensor>& in) {
        CHECK(in["x"].size(0) == 2);
        Dict<std::string, Tensor> out;
        out.insert("sum", (in["x"] + in["y"]) * w);
        return std::pair(out, in);
      },
      OrderedDict<std::string, Tensor>{{"x", x}, {"y", y}});
  CHECK(equal(c.first.at("sum"), x + y));
  CHECK(equal(c.second["y"], y));
  CHECK(c.second.keys() == std::vector<std::string>{"x", "y"});
  CHECK(message([&] {
          int n = 0;
          sharded(
              Options().shards(2),
              [&](const Tensor& w, const Tensor& in) {
                return Named{{n++ ? "a" : "b", in * w}};
              },
              x);
        }) == "DistributedDataParallel: forward() gives another number of tensors for each shard");
}

TEST_CASE("shards: what is nested, and what has no rows") {
  const Tensor x = randn({8, 2});
  using Nested = std::tuple<std::vector<Named>, std::optional<std::pair<Tensor, int64_t>>, Way>;
  const Nested in{
      {{{"a", x}}, {{"b", 2 * x}, {"c", 3 * x}}}, std::pair(4 * x, int64_t(7)), Way::back};
  const auto [list, one, way] = sharded(
      Options().shards(4),
      [](const Tensor& w, const Nested& n, const std::string& word, Settings s) {
        CHECK(word == "word");
        CHECK(std::get<0>(n)[1].at("c").size(0) == 2);
        Nested out = n;
        std::get<1>(out)->first = std::get<1>(n)->first * w * s.factor;
        return out;
      },
      in, std::string("word"), Settings{0.5});
  CHECK(equal(list[1].at("c"), 3 * x));
  CHECK(equal(one->first, 2 * x));
  CHECK(one->second == 7);
  CHECK(way == Way::back);
  CHECK(message([&] {
          int n = 0;
          sharded(
              Options().shards(2),
              [&](const Tensor& w, const Tensor& t) { return std::pair(t * w, ++n); }, x);
        }) ==
        "DistributedDataParallel: forward() gives another int for each shard, which must be the "
        "same");
}

TEST_CASE("shards: a result that is not cut along its first dim") {
  manual_seed(1);
  nn::LSTM lstm(nn::LSTMOptions(2, 3).num_layers(2).batch_first(true));
  const Tensor x = randn({8, 5, 2});
  DistributedDataParallel model(lstm, alone(), Options().shards(4).output_dims({0, 1, 1}));
  const auto [y, states] = model->forward(x);
  const auto [z, want] = lstm(x);
  CHECK(allclose(y, z, 1e-5, 1e-6));
  CHECK(allclose(std::get<0>(states), std::get<0>(want), 1e-5, 1e-6));
  CHECK(allclose(std::get<1>(states), std::get<1>(want), 1e-5, 1e-6));
  const Tensor mean = sharded(
      Options().shards(4).output_dim(-1),
      [](const Tensor& w, const Tensor& t) { return (t * w).mean(0); }, x.select(1, 0));
  CHECK(allclose(mean, x.select(1, 0).mean(0), 1e-6, 1e-6));
  CHECK(message([&] {
          sharded(
              Options().shards(2).output_dims({3}),
              [](const Tensor& w, const Tensor& t) { return t * w; }, x);
        }) ==
        "DistributedDataParallel: tensor 0 of the result is put together along dim 3, got shape "
        "[4, 5, 2]");
}

TEST_CASE(
    "shards: other types are refused before anything is computed, unless there is one shard") {
  const Tensor x = randn({8, 2});
  int calls = 0;
  const auto takes = [&](const Tensor& w, const Batch& b) {
    ++calls;
    return b.data * w;
  };
  const auto gives = [&](const Tensor& w, const Tensor& t) {
    ++calls;
    return Batch{t * w};
  };
  const std::string rest =
      "(anonymous namespace)::Batch is not made of tensors in lists, tuples, optionals and maps, "
      "and has no shards; use SumMode::fast, as many shards as ranks, or is_whole";
  CHECK(message([&] { sharded(Options(), takes, Batch{x}); }) ==
        "DistributedDataParallel: an argument of type " + rest);
  CHECK(message([&] { sharded(Options(), gives, x); }) ==
        "DistributedDataParallel: a result of type " + rest);
  CHECK(calls == 0);
  for (const Options& options :
       {Options().shards(1), Options().mode(SumMode::fast), Options().shards(2).accumulation(2)}) {
    CHECK(equal(sharded(options, takes, Batch{x}), x));
    CHECK(equal(sharded(options, gives, x).data, x));
  }
}

TEST_CASE("shards: an argument that forward() replaces is refused where it would be lost") {
  const Tensor x = ones({8, 2});
  Tensor state = ones({8, 2});
  DistributedDataParallel<CarryImpl> cut(std::make_shared<CarryImpl>(), alone(), Options());
  CHECK(message([&] { cut->forward(x, state); }) ==
        "DistributedDataParallel: forward() puts another tensor in the place of an argument, which "
        "shards cannot give back; return it, or use SumMode::fast");
  CHECK(equal(state, ones({8, 2})));
  for (const Options& options : {Options().shards(1), Options().shards(2).accumulation(2)}) {
    DistributedDataParallel<CarryImpl> whole(std::make_shared<CarryImpl>(), alone(), options);
    state = ones({8, 2});
    whole->forward(x, state);
    CHECK(equal(state, 2 * x));
  }
}
