// Averages of weights, and the statistics of batch norms for them.
#include "nn/utils/averaged_model.h"

#include <doctest/doctest.h>

#include "autograd/factories.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "nn/containers/sequential.h"
#include "nn/layers/activation.h"
#include "nn/layers/linear.h"
#include "nn/layers/normalisation.h"
#include "tests/archive.h"

using namespace gradus;
using namespace gradus::optim::swa_utils;

namespace {

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    fc = register_module("fc", nn::Linear(3, 4));
    norm = register_module("norm", nn::BatchNorm1d(nn::BatchNormOptions(4).momentum(0.3)));
  }
  Tensor forward(const Tensor& x) { return norm(fc(x)); }
  nn::Linear fc{nullptr};
  nn::BatchNorm1d norm{nullptr};
};
GRADUS_MODULE(Net);

void set(Net& net, double weight, double mean) {
  const NoGradGuard no_grad;
  net->fc->weight.fill_(weight);
  net->norm->running_mean.fill_(mean);
  net->norm->num_batches_tracked.fill_(int64_t(mean));
}
// After averaging models with these weights and running means.
template <class Model>
void average_of(AveragedModel<Model>& average, Net& net) {
  for (const double v : {1.0, 4.0, 10.0}) {
    set(net, v, 2 * v);
    average.update_parameters(net);
  }
}
double weight(const Net& net) { return net->fc->weight[0][0].item<double>(); }

}  // namespace

TEST_CASE("the average of models is plain, exponential or one's own") {
  const double decay = 0.75, exponential = 0.75 * (0.75 * 1 + 0.25 * 4) + 0.25 * 10;
  using Options = AveragedModelOptions;
  const std::vector<std::pair<Options, double>> cases = {
      {Options(), 5},
      {Options().avg_fn(get_swa_avg_fn()), 5},
      {Options().multi_avg_fn(get_swa_multi_avg_fn()), 5},
      {Options().avg_fn(get_ema_avg_fn(decay)), exponential},
      {Options().multi_avg_fn(get_ema_multi_avg_fn(decay)), exponential},
      {Options().avg_fn([](const Tensor& a, const Tensor& b, int64_t n) { return a * n + b; }), 20},
  };
  for (const auto& [options, want] : cases)
    for (const bool buffers : {false, true}) {
      CAPTURE(want);
      Net net;
      AveragedModel average(net, Options(options).use_buffers(buffers));
      CHECK_FALSE(average.module->fc->weight.is_same(net->fc->weight));
      average_of(average, net);
      CHECK(average.n_averaged.item<int64_t>() == 3);
      CHECK(average.module->fc->weight[1][2].item<double>() == doctest::Approx(want));
      const double mean = buffers ? 2 * want : 20;
      CHECK(average.module->norm->running_mean[3].item<double>() == doctest::Approx(mean));
      // Counts are averaged as integers are.
      CHECK(average.module->norm->num_batches_tracked.item<int64_t>() <= int64_t(mean));
      CHECK(weight(net) == 10);
    }
}

TEST_CASE("an averaged model is a module: it runs, is saved under Python's names, and goes on") {
  Net net;
  AveragedModel average(net), loaded(*net), shared(net.ptr());
  average_of(average, net);
  const auto names = average.named_parameters().keys();
  CHECK(names == std::vector<std::string>{"module.fc.weight", "module.fc.bias",
                                          "module.norm.weight", "module.norm.bias"});
  CHECK(average.named_buffers().contains("n_averaged"));
  serialize::OutputArchive out;
  average.save(out);
  const std::string bytes = bytes_of(out);
  serialize::InputArchive in;
  in.load_from(bytes.data(), bytes.size());
  loaded.load(in);
  CHECK(loaded.n_averaged.item<int64_t>() == 3);
  set(net, 6, 0);
  loaded.update_parameters(*net);
  CHECK(loaded.module->fc->weight[0][0].item<double>() == doctest::Approx(5.25));
  average.eval();
  const Tensor x = ones({2, 3});
  CHECK(average.forward(x).equal(average.module->forward(x)));
  CHECK(average(x).equal(average.module->forward(x)));
  CHECK(shared.n_averaged.item<int64_t>() == 0);
}

TEST_CASE("a model that does not fit the average changes nothing") {
  nn::Linear net(3, 4), wide(3, 5), bare(nn::LinearOptions(3, 4).bias(false));
  AveragedModel average(net);
  CHECK_THROWS_WITH(average.update_parameters(wide),
                    "averaged_model: sizes of parameters differ, [4, 3] of the average and [5, 3] "
                    "of the model");
  CHECK_THROWS_WITH(average.update_parameters(bare),
                    "averaged_model: numbers of parameters differ, 2 of the average and 1 of the "
                    "model");
  CHECK(average.n_averaged.item<int64_t>() == 0);
  CHECK(average.module->weight.equal(net->weight));
  CHECK_THROWS_WITH(
      AveragedModel(
          net,
          AveragedModelOptions().avg_fn(get_swa_avg_fn()).multi_avg_fn(get_swa_multi_avg_fn())),
      "averaged_model: there are both an avg_fn and a multi_avg_fn");
  CHECK_THROWS_WITH(get_ema_avg_fn(1.5), "averaged_model: decay is 1.5, not in [0, 1]");
  CHECK_THROWS_WITH(get_ema_multi_avg_fn(-0.5), "averaged_model: decay is -0.5, not in [0, 1]");
  struct Plain : nn::Module {};
  CHECK_THROWS_AS(AveragedModel<Plain>(Plain{}, {}), Error);
}

TEST_CASE("statistics of batch norms come from all batches of a loader") {
  Net net;
  net->eval();
  const Tensor x = (arange(24) * 0.7).sin().view({8, 3});
  const std::vector<Tensor> batches = {x.slice(0, 0, 4), x.slice(0, 4)};
  std::vector<Tensor> means, variances;
  {
    const NoGradGuard no_grad;
    for (const Tensor& batch : batches) {
      const Tensor y = net->fc(batch);
      means.push_back(y.mean(0));
      variances.push_back(y.var(0));
    }
  }
  const auto check = [&] {
    CHECK(net->norm->running_mean.allclose((means[0] + means[1]) / 2));
    CHECK(net->norm->running_var.allclose((variances[0] + variances[1]) / 2));
    CHECK(net->norm->num_batches_tracked.item<int64_t>() == 2);
    CHECK_FALSE(net->is_training());
    CHECK(net->norm->options.momentum() == 0.3);
    set(net, 0.5, 7);
  };
  const Tensor weight = net->fc->weight.detach().clone();
  const auto again = [&] {
    const NoGradGuard no_grad;
    net->fc->weight.copy_(weight);
  };
  update_bn(batches, net);
  check();
  again();
  std::vector<std::pair<Tensor, Tensor>> pairs;
  std::vector<std::vector<Tensor>> lists;
  struct Example {
    Tensor data, target;
  };
  std::vector<Example> examples;
  for (const Tensor& batch : batches) {
    pairs.emplace_back(batch, Tensor());
    lists.push_back({batch, Tensor()});
    examples.push_back({batch, Tensor()});
  }
  update_bn(pairs, *net);
  check();
  again();
  update_bn(lists, net);
  check();
  again();
  auto pointer = net.ptr();
  update_bn(examples, pointer);
  check();

  // An exception gives the momentum back.
  const std::vector<Tensor> wrong = {ones({2, 5})};
  CHECK_THROWS_AS(update_bn(wrong, net), Error);
  CHECK(net->norm->options.momentum() == 0.3);
  CHECK_FALSE(net->is_training());

  // Without batch norm nothing is called.
  nn::Linear plain(3, 4);
  update_bn(wrong, plain);
  AveragedModel average(net);
  again();
  update_bn(batches, average);
  CHECK(average.module->norm->num_batches_tracked.item<int64_t>() == 2);
}
