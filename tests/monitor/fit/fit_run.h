// A run that has everything a run may have, for the tests of fit().
#pragma once

#include <vector>

#include "monitor/fit/fit.h"
#include "monitor/metrics/regression.h"
#include "tests/monitor/noisy_points.h"

namespace fit_test {

using namespace gradus;
using namespace noisy_points;

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
  std::vector<Tensor> weights() const { return weights_of(net); }

  Net net{nullptr};
  std::unique_ptr<optim::Adam> optimizer;
  std::unique_ptr<optim::ExponentialLR> scheduler;
  Loader train, valid;
};

}  // namespace fit_test
