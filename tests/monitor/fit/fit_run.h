// A run that has everything a run may have, for the tests of fit().
#pragma once

#include <cmath>
#include <vector>

#include "gradus.h"
#include "monitor/fit/fit.h"
#include "monitor/metrics/regression.h"

namespace fit_test {

using namespace gradus;

// Noisy points; the noise is drawn where a batch is made.
struct Examples : data::datasets::Dataset<Examples> {
  explicit Examples(size_t count) : count(count) {}
  data::Example<> get(size_t i) override {
    const double noise = data::random_unit();
    return {full({3}, double(i) / 10 + noise), full({2}, std::sin(double(i)))};
  }
  std::optional<size_t> size() const override { return count; }
  size_t count;
};
inline auto loader_of(size_t count, size_t workers = 0) {
  return data::make_data_loader(Examples(count).map(data::transforms::Stack<>()),
                                data::DataLoaderOptions(4).workers(workers));
}

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    layers =
        register_module("layers", nn::Sequential(nn::Linear(3, 5), nn::BatchNorm1d(5), nn::Tanh(),
                                                 nn::Dropout(0.3), nn::Linear(5, 2)));
  }
  Tensor forward(const Tensor& x) { return layers->forward(x); }
  nn::Sequential layers{nullptr};
};
GRADUS_MODULE(Net);

// 7 batches, the last of 2 examples; in groups of 3 that makes 3 steps an epoch.
struct Run {
  static constexpr int64_t batches = 7, group = 3, steps = 3;

  explicit Run(size_t workers = 0) : train(loader_of(26, workers)), valid(loader_of(9, workers)) {
    manual_seed(7);
    net = Net();
    optimizer = std::make_unique<optim::Adam>(net->parameters(), optim::AdamOptions(0.01));
    scheduler = std::make_unique<optim::ExponentialLR>(*optimizer, 0.9);
  }
  monitor::FitOptions options() {
    return monitor::FitOptions()
        .epochs(4)
        .accumulate(group)
        .clip_norm(0.5)
        .ema(0.8)
        .early_stopping(monitor::EarlyStoppingOptions().patience(100))
        .scheduler({*scheduler, monitor::Every::step})
        .metrics({{"mae", monitor::MeanAbsoluteError()},
                  {"largest", [](const Tensor& y, const Tensor&) { return y.max(); }}});
  }
  monitor::FitHistory fit(const monitor::FitOptions& o) {
    return monitor::fit(net, nn::MSELoss(), *optimizer, *train, *valid, o);
  }
  std::vector<Tensor> weights() const {
    std::vector<Tensor> out;
    for (const auto& item : net->state_dict()) out.push_back(item->clone());
    return out;
  }

  Net net{nullptr};
  std::unique_ptr<optim::Adam> optimizer;
  std::unique_ptr<optim::ExponentialLR> scheduler;
  decltype(loader_of(0)) train, valid;
};

inline bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!equal(a[i], b[i])) return false;
  return true;
}

}  // namespace fit_test
