// DistributedDataParallel in a world of one, where it sums shards by itself or stands aside.
#include <doctest/doctest.h>

#include "distributed/data_parallel/alias.h"
#include "distributed/distributed.h"
#include "gradus.h"
#include "tests/distributed/data_parallel/networks.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

intrusive_ptr<ProcessGroup> alone() { return make_intrusive<ProcessGroupMPI>(); }

// A module of the program's own with a bare parameter, and one that is used on demand.
struct TwoWaysImpl : nn::Module {
  TwoWaysImpl() {
    w = register_parameter("w", full({3}, 2.));
    v = register_parameter("v", full({3}, 3.));
  }
  Tensor forward(const Tensor& x) {
    return both ? (x * w).sum(1) + (x * v).sum(1) : (x * w).sum(1);
  }
  Tensor w, v;
  bool both = true;
};
GRADUS_MODULE(TwoWays);

}  // namespace

TEST_CASE("data parallel: without shards a world of one calls the module and nothing else") {
  nn::Linear net(3, 2);
  const int64_t made = GradientTaker::made;
  for (const Options& options : {Options().mode(SumMode::fast), Options().shards(1)}) {
    DistributedDataParallel<nn::Linear> model(net, alone(), options);
    const Tensor x = randn({8, 3});
    const Tensor y = model(x);
    CHECK(equal(y, net(x)));
    CHECK(y.grad_fn()->name() == "AddmmBackward0");
    y.sum().backward();
    CHECK(net->weight.grad().defined());
    CHECK(model->arena() == nullptr);
  }
  CHECK(GradientTaker::made == made);
}

TEST_CASE("data parallel: names have the prefix module, and the parameters are the module's") {
  nn::Sequential net(nn::Linear(3, 4), nn::BatchNorm1d(4));
  DistributedDataParallel model(net, alone());
  CHECK(model->named_parameters().keys() ==
        std::vector<std::string>{"module.0.weight", "module.0.bias", "module.1.weight",
                                 "module.1.bias"});
  CHECK(model->parameters()[0].impl() == net->parameters()[0].impl());
  CHECK(model->module() == net.ptr());
  model->eval();
  CHECK_FALSE(net->is_training());
}

TEST_CASE("data parallel: the gradients of shards are those of the batch") {
  TwoWays net;
  DistributedDataParallel model(net, alone());
  const Tensor x = randn({16, 3});
  model(x).mean().backward();
  CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
  CHECK(allclose(net->v.grad(), x.mean(0), 1e-6, 1e-7));
  CHECK(net->w.is_leaf());
  CHECK(model->arena()->holds(0, net->w.grad()));
  CHECK(model->arena()->holds(1, net->v.grad()));
  // What was there is added to, as without it.
  model(x).mean().backward();
  CHECK(allclose(net->w.grad(), 2 * x.mean(0), 1e-6, 1e-7));
  model->zero_grad(false);
  CHECK(net->w.grad().sum().item<float>() == 0);
  model(x).mean().backward();
  CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
  // One that is not in the arena, too.
  net->w.mutable_grad() = ones({3});
  model(x).mean().backward();
  CHECK(allclose(net->w.grad(), 1 + x.mean(0), 1e-6, 1e-7));
}

TEST_CASE("data parallel: a parameter without a gradient is named, or may be meant") {
  TwoWays net;
  net->both = false;
  DistributedDataParallel strict(net, alone());
  const Tensor x = randn({16, 3});
  CHECK(message([&] { strict(x).mean().backward(); }) ==
        "DistributedDataParallel: the backward pass found no gradient for 1 of 2 parameters: "
        "module.v; set find_unused_parameters(true) if that is meant");
  strict->zero_grad();
  DistributedDataParallel free(net, alone(), Options().find_unused_parameters(true));
  free(x).mean().backward();
  CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
  CHECK_FALSE(net->v.grad().defined());
  // What it had stays.
  net->both = true;
  free->zero_grad();
  free(x).mean().backward();
  net->both = false;
  free(x).mean().backward();
  CHECK(allclose(net->w.grad(), 2 * x.mean(0), 1e-6, 1e-7));
  CHECK(allclose(net->v.grad(), x.mean(0), 1e-6, 1e-7));
}

TEST_CASE("data parallel: a static graph's unused parameters stay the same") {
  TwoWays net;
  net->both = false;
  DistributedDataParallel model(net, alone(), Options().static_graph(true));
  const Tensor x = randn({16, 3});
  for (int pass = 0; pass < 2; ++pass) model(x).mean().backward();
  CHECK(allclose(net->w.grad(), 2 * x.mean(0), 1e-6, 1e-7));
  CHECK_FALSE(net->v.grad().defined());
  net->both = true;
  CHECK(message([&] { model(x).mean().backward(); }) ==
        "DistributedDataParallel: static_graph, module.v has a gradient now and had none at first");
}

TEST_CASE("data parallel: a frozen parameter has no gradient, and stays frozen") {
  TwoWays net;
  net->v.requires_grad_(false);
  DistributedDataParallel model(net, alone());
  const Tensor x = randn({16, 3});
  model(x).mean().backward();
  CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
  CHECK_FALSE(net->v.grad().defined());
  net->v.requires_grad_();
  CHECK(message([&] { model(x); }) ==
        "DistributedDataParallel: module.v requires grad, which it did not when it was wrapped");
  // The other way round it is not missed.
  DistributedDataParallel both(net, alone());
  net->v.requires_grad_(false);
  both(x).mean().backward();
  CHECK_FALSE(net->v.grad().defined());
}

TEST_CASE("data parallel: gradients of a graph that is kept, of two passes, and past the module") {
  TwoWays net;
  DistributedDataParallel model(net, alone());
  const Tensor x = randn({16, 3}), z = randn({16, 3});
  const Tensor loss = model(x).mean();
  loss.backward({}, true);
  loss.backward();
  CHECK(allclose(net->w.grad(), 2 * x.mean(0), 1e-6, 1e-7));
  model->zero_grad();
  // Two forward passes and one backward pass; then one each, the first of which stays behind.
  (model(x).mean() + model(z).mean()).backward();
  CHECK(allclose(net->w.grad(), x.mean(0) + z.mean(0), 1e-6, 1e-7));
  model->zero_grad();
  const Tensor first = model(x).mean(), second = model(z).mean();
  second.backward();
  CHECK(allclose(net->w.grad(), z.mean(0), 1e-6, 1e-7));
  first.backward();
  CHECK(allclose(net->w.grad(), x.mean(0) + z.mean(0), 1e-6, 1e-7));
  model->zero_grad();
  // A penalty on the parameter itself, and the second order.
  (model(x).mean() + net->w.square().sum()).backward();
  CHECK(allclose(net->w.grad(), x.mean(0) + 2 * net->w.detach(), 1e-6, 1e-6));
  model->zero_grad();
  const Tensor input = x.clone().requires_grad_();
  const Tensor dx = autograd::grad({model(input).pow(2).sum()}, {input}, {}, true, true)[0];
  CHECK_FALSE(net->w.grad().defined());
  dx.square().sum().backward();
  const Tensor same = TwoWays()->forward(input);
  CHECK(net->w.grad().defined());
  const Tensor dw = autograd::grad({model(x).mean()}, {net->w})[0];
  CHECK(allclose(dw, x.mean(0), 1e-6, 1e-7));
}

TEST_CASE("data parallel: accumulation, in passes or not, gives the same bits") {
  const auto weights = [](const Options& options, int64_t passes) {
    manual_seed(1);
    auto net = test_network();
    DistributedDataParallel model(net, alone(), options);
    optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1).momentum(0.9));
    const Tensor x = randn({48, 6}), t = randint(0, 3, {48}, kLong);
    for (int step = 0; step < 4; ++step) {
      sgd.zero_grad(step % 2 == 0);
      const auto xs = x.chunk(passes), ts = t.chunk(passes);
      for (int64_t a = 0; a < passes; ++a) {
        const auto loss = [&] {
          return nn::functional::cross_entropy(model(xs[size_t(a)]), ts[size_t(a)]) /
                 double(passes);
        };
        if (a + 1 < passes) {
          const auto quiet = model->no_sync();
          loss().backward();
        } else {
          loss().backward();
        }
      }
      sgd.step();
    }
    return std::pair(weight_hash(*net), net->parameters()[0].clone());
  };
  const auto whole = weights(Options(), 1);
  CHECK(weights(Options().accumulation(2), 2).first == whole.first);
  CHECK(weights(Options().accumulation(4), 4).first == whole.first);
  CHECK(weights(Options().accumulation(8), 8).first == whole.first);
  CHECK(weights(Options().shards(4), 1).first != whole.first);
}

TEST_CASE("data parallel: a step that is given up leaves nothing behind") {
  TwoWays net;
  DistributedDataParallel model(net, alone(), Options().accumulation(2));
  const Tensor x = randn({16, 3});
  {
    const auto quiet = model->no_sync();
    model(x).mean().backward();
    CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
    model(x).mean().backward();
    CHECK(message([&] { model(x); }) ==
          "DistributedDataParallel: pass 3 of a step that has accumulation(2)");
  }
  model->zero_grad();
  model(x).mean().backward();
  CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
  // A backward pass that throws.
  model->zero_grad();
  Tensor y = model(x);
  y.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
  CHECK_THROWS(y.mean().backward());
  Tensor half = model(x);
  half.mean().backward();
  CHECK(allclose(net->w.grad(), x.mean(0), 1e-6, 1e-7));
}

TEST_CASE("data parallel: results and arguments of several kinds are cut and put together") {
  struct ManyImpl : nn::Module {
    ManyImpl() { w = register_parameter("w", ones({1})); }
    std::tuple<Tensor, std::vector<Tensor>, Tensor> forward(const Tensor& x,
                                                            std::optional<Tensor> y, int64_t factor,
                                                            const Tensor& whole) {
      rows.push_back(x.size(0));
      return {x * w + (y ? *y : zeros({1})), {x * double(factor), x + whole}, (x * w).mean()};
    }
    Tensor w;
    std::vector<int64_t> rows;
  };
  auto net = std::make_shared<ManyImpl>();
  DistributedDataParallel model(net, alone(), Options().batch_dims({0, 0, -1}));
  const Tensor x = randn({11, 2});
  const auto [a, b, c] = model->forward(x, std::optional<Tensor>(x), 3, ones({2}));
  CHECK(net->rows == std::vector<int64_t>{2, 2, 2, 1, 1, 1, 1, 1});
  CHECK(equal(a, 2 * x));
  CHECK(equal(b[0], 3 * x));
  CHECK(equal(b[1], x + 1));
  CHECK(allclose(c, x.mean(), 1e-6, 1e-7));
  CHECK(message([&] { model->forward(x, std::optional<Tensor>(ones({3})), 3, ones({2})); }) ==
        "DistributedDataParallel: tensor 1 has 3 rows in dim 0, tensor 0 has 11; batch_dims says "
        "where each is cut, -1 for one that all shards get whole");
  net->rows.clear();
  model->forward(x.narrow(0, 0, 3), std::optional<Tensor>(), 3, ones({2}));
  CHECK(net->rows == std::vector<int64_t>{1, 1, 1});
}

TEST_CASE("data parallel: buffers are those that the first shard leaves, and the stream stands") {
  nn::BatchNorm1d norm(nn::BatchNormOptions(2).momentum(1.));
  DistributedDataParallel model(norm, alone(), Options().shards(4));
  const Tensor x = randn({16, 2});
  manual_seed(3);
  model(x);
  const Tensor after = rand({2});
  CHECK(allclose(norm->running_mean, x.narrow(0, 0, 4).mean(0), 1e-6, 1e-7));
  CHECK(norm->num_batches_tracked.item<int64_t>() == 1);
  manual_seed(3);
  model(randn({16, 2}).fill_(1));  // other draws than one of 64 bits would show
  manual_seed(3);
  default_generator().get()->random64();
  CHECK(equal(after, rand({2})));
}

TEST_CASE("data parallel: hooks of parameters are called, with the sum at the end") {
  TwoWays net;
  DistributedDataParallel model(net, alone(), Options().shards(2));
  int before = 0;
  Tensor seen;
  net->w.register_hook([&](const Tensor& g) {
    ++before;
    return 2 * g;
  });
  net->w.register_post_accumulate_grad_hook([&](const Tensor& p) { seen = p.grad().clone(); });
  const Tensor x = randn({16, 3});
  model(x).mean().backward();
  CHECK(before == 2);
  CHECK(allclose(seen, 2 * x.mean(0), 1e-6, 1e-7));
}

TEST_CASE("data parallel: what cannot be is refused") {
  TwoWays net;
  const auto refused = [&](const Options& options) {
    return message([&] { DistributedDataParallel(net, alone(), options); });
  };
  CHECK(refused(Options().shards(3)) ==
        "DistributedDataParallel: shards must be a power of two, got 3");
  CHECK(refused(Options().shards(4).accumulation(8)) ==
        "DistributedDataParallel: 8 passes of a step do not divide 4 shards of a rank evenly");
  CHECK(refused(Options().bucket_cap_mb(0)) ==
        "DistributedDataParallel: bucket_cap_mb must be above 0, got 0");
  DistributedDataParallel model(net, alone());
  CHECK(message([&] { model(zeros({})); }) ==
        "DistributedDataParallel: forward() has no tensor to cut into shards; use SumMode::fast");
  CHECK(message([&] {
          autograd::backward({model(randn({8, 3})).sum()}, {}, true, true, {});
        }) ==
        "DistributedDataParallel: backward(create_graph=true) would need a history of the sum over "
        "ranks; use autograd::grad()");
  net->to(kDouble);
  CHECK(message([&] {
          model(randn({8, 3}));
        }) ==
        "DistributedDataParallel: module.w was float32 [3] when it was wrapped and is now float64 "
        "[3]");
  net->requires_grad_(false);
  CHECK(refused(Options()) == "DistributedDataParallel: no parameter of the module requires grad");
}
