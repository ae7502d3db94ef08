#include "monitor/fit/fit.h"

#include <doctest/doctest.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "monitor/events/event_reader.h"
#include "monitor/events/summary_writer.h"
#include "monitor/log/logger.h"
#include "monitor/metrics/classification.h"
#include "tests/monitor/fit/fit_run.h"
#include "tests/monitor/progress/terminal.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace fit_test;
using monitor::FitContext, monitor::FitOptions, monitor::FitHistory;

namespace {

using Batches = std::vector<data::Example<>>;

// y = w x of one weight, whose gradient for (x, t) is 2 x (w x - t).
nn::Linear line(double w) {
  nn::Linear out(nn::LinearOptions(1, 1).bias(false));
  const NoGradGuard no_grad;
  out->weight.fill_(w);
  return out;
}
Batches points(std::initializer_list<std::pair<double, double>> all) {
  Batches out;
  for (const auto& [x, t] : all) out.emplace_back(full({1, 1}, x), full({1, 1}, t));
  return out;
}
double weight(const nn::Linear& net) { return net->weight.item<double>(); }
const auto mse = [](const Tensor& y, const Tensor& t) { return nn::functional::mse_loss(y, t); };

}  // namespace

TEST_CASE("fit: it is the loop that one writes by hand, bit for bit") {
  Run by_fit, by_hand;
  manual_seed(3);
  const FitHistory history = by_fit.fit(
      FitOptions().epochs(3).clip_norm(0.5).clip_value(0.3).scheduler(*by_fit.scheduler));
  manual_seed(3);
  std::vector<double> losses, valid_losses;
  for (int epoch = 0; epoch < 3; ++epoch) {
    by_hand.net->train();
    double sum = 0;
    for (auto& batch : *by_hand.train) {
      by_hand.optimizer->zero_grad();
      const Tensor loss = mse(by_hand.net(batch.data), batch.target);
      loss.backward();
      nn::utils::clip_grad_value_(by_hand.net->parameters(), 0.3);
      nn::utils::clip_grad_norm_(by_hand.net->parameters(), 0.5);
      by_hand.optimizer->step();
      sum += loss.item<double>() * double(batch.data.size(0));
    }
    losses.push_back(sum / 26);
    by_hand.net->eval();
    const NoGradGuard no_grad;
    sum = 0;
    for (auto& batch : *by_hand.valid)
      sum += mse(by_hand.net(batch.data), batch.target).item<double>() * double(batch.data.size(0));
    valid_losses.push_back(sum / 9);
    by_hand.scheduler->step();
  }
  CHECK(same(by_fit.weights(), by_hand.weights()));
  CHECK(history.values("loss") == losses);
  CHECK(history.values("valid_loss") == valid_losses);
  CHECK(history.step == 21);
  CHECK(history.epoch == 3);
  CHECK_FALSE(history.average);
  CHECK(by_fit.net->is_training());
}

TEST_CASE("fit: a step takes the mean gradient of its batches, of fewer in the last one too") {
  const Batches batches = points({{1, 1}, {2, 1}, {3, 1}, {1, 2}, {2, 2}});
  nn::Linear net = line(1);
  optim::SGD optimizer(net->parameters(), 0.01);
  std::vector<double> losses;
  monitor::fit(net, mse, optimizer, batches,
               FitOptions().epochs(1).accumulate(3).on_step(
                   [&](FitContext& context) { losses.push_back(context.loss); }));
  // 2 x (w x - t) is 0, 4 and 12 at w = 1; -2 + 0 + 2 x² (w - 1) later.
  const double w = 1 - 0.01 * 16 / 3;
  CHECK(weight(net) ==
        doctest::Approx(w - 0.01 * (2 * (w - 2) + 4 * (2 * w - 2)) / 2).epsilon(1e-6));
  REQUIRE(losses.size() == 2);
  CHECK(losses[0] == doctest::Approx((0 + 1 + 4) / 3.0));
}

TEST_CASE("fit: the schedule steps with the epochs or with the steps, or sees the watched value") {
  const Batches batches = points({{1, 1}, {1, 1}, {1, 1}});
  const auto rate_after = [&](auto make, const char* watched = "") {
    nn::Linear net = line(1);
    optim::SGD optimizer(net->parameters(), 1);
    auto schedule = make(optimizer);
    FitOptions options;
    if constexpr (std::is_same_v<decltype(schedule),
                                 std::unique_ptr<optim::ReduceLROnPlateauScheduler>>)
      options.scheduler(*schedule);
    else
      options.scheduler(schedule);
    monitor::fit(net, mse, optimizer, batches, batches, options.epochs(2).monitor(watched));
    return optimizer.param_groups()[0].options().get_lr();
  };
  std::unique_ptr<optim::LRScheduler> halves;
  const auto every = [&](monitor::Every when) {
    return [&halves, when](optim::Optimizer& optimizer) {
      halves = std::make_unique<optim::ExponentialLR>(optimizer, 0.5);
      return monitor::FitSchedule(*halves, when);
    };
  };
  const auto plateau = [](optim::Optimizer& optimizer) {  // patience 0
    return std::make_unique<optim::ReduceLROnPlateauScheduler>(
        optimizer, optim::ReduceLROnPlateauScheduler::min, 0.1, 0);
  };
  CHECK(rate_after(every(monitor::Every::epoch)) == 0.25);
  CHECK(rate_after(every(monitor::Every::step)) == 1 / 64.0);
  CHECK(rate_after(plateau) == 0.1);  // the loss stays 0
}

TEST_CASE("fit: metrics are functions and objects, of the validation or else of the training") {
  const Batches train = points({{1, 3}, {2, 2}}), valid = points({{2, 4}});
  nn::Linear net = line(1);
  optim::SGD optimizer(net->parameters(), 0);
  const auto shared = std::make_shared<monitor::MeanAbsoluteError>();
  const FitOptions options = FitOptions().epochs(1).metrics(
      {{"mae", shared},
       {"output", [](const Tensor& y, const Tensor&) { return y.item<double>(); }},
       {"rmse", monitor::MeanSquaredError(false)}});
  const FitHistory history = monitor::fit(net, nn::MSELoss(), optimizer, train, valid, options);
  const std::vector<std::pair<std::string, double>> values = {
      {"loss", 2}, {"lr", 0}, {"valid_loss", 4}, {"mae", 2}, {"output", 2}, {"rmse", 2}};
  CHECK(history.epochs[0].values == values);
  CHECK(history.best->value("mae") == 2);
  CHECK_FALSE(history.best->value("accuracy"));

  nn::MSELossImpl plain;
  const FitHistory alone = monitor::fit(*net, plain, optimizer, train, options);
  CHECK(alone.epochs[0].value("mae") == 1);
  CHECK(alone.epochs[0].value("output") == 1.5);
  CHECK_FALSE(alone.epochs[0].value("valid_loss"));
  CHECK(std::isnan(alone.values("valid_loss")[0]));
}

TEST_CASE("fit: with ema the averaged weights are validated and given back") {
  const Batches batches = points({{1, 0}});
  nn::Linear net = line(1);
  optim::SGD optimizer(net->parameters(), 0.25);  // w halves at each step
  const FitHistory history =
      monitor::fit(net, mse, optimizer, batches, batches, FitOptions().epochs(3).ema(0.5));
  const auto average = std::dynamic_pointer_cast<nn::LinearImpl>(history.average);
  REQUIRE(average);
  // 0.5, then the mean of it and 0.25, then of that and 0.125
  CHECK(average->weight.item<double>() == doctest::Approx(0.25));
  CHECK(history.epochs[2].value("valid_loss") == doctest::Approx(0.0625));
  CHECK(weight(net) == doctest::Approx(0.125));
}

TEST_CASE("fit: max_steps and stop() end it within an epoch, which is validated") {
  const Batches batches = points({{1, 1}, {1, 2}, {1, 3}});
  nn::Linear net = line(0);
  optim::SGD optimizer(net->parameters(), 0.1);
  const FitHistory five =
      monitor::fit(net, mse, optimizer, batches, batches, FitOptions().max_steps(5));
  CHECK(five.step == 5);
  CHECK(five.epoch == 1);
  CHECK(five.epochs.size() == 2);
  CHECK(five.epochs[1].value("valid_loss"));
  const FitHistory six =
      monitor::fit(net, mse, optimizer, batches, batches, FitOptions().max_steps(6).epochs(9));
  CHECK(six.epoch == 2);
  CHECK(six.epochs.size() == 2);
  const FitHistory stopped = monitor::fit(net, mse, optimizer, batches,
                                          FitOptions().epochs(9).on_epoch([](FitContext& context) {
                                            if (context.record->epoch == 1) context.stop();
                                          }));
  CHECK(stopped.stopped_by_callback);
  CHECK(stopped.epoch == 2);
}

TEST_CASE("fit: a loss that is nan is an error before it reaches the weights") {
  const Batches batches = points({{1, 1}, {1, std::numeric_limits<double>::quiet_NaN()}});
  nn::Linear net = line(0);
  optim::SGD optimizer(net->parameters(), 0.5);
  CHECK(message([&] { monitor::fit(net, mse, optimizer, batches, FitOptions().epochs(3)); }) ==
        "fit: the loss is nan at step 2 of epoch 0");
  CHECK(weight(net) == 1);
  monitor::fit(net, mse, optimizer, batches, FitOptions().epochs(1).stop_on_nan(false));
  CHECK(std::isnan(weight(net)));
}

TEST_CASE("fit: bars, events and logs show each epoch") {
  const TemporaryDirectory directory;
  const Batches batches = points({{1, 1}, {1, 2}, {1, 3}});
  nn::Linear net = line(2);
  optim::SGD optimizer(net->parameters(), 0);
  Terminal terminal;
  monitor::CSVLogger logger(directory / "log.csv");
  monitor::SummaryWriter writer(directory / "events");
  monitor::fit(net, mse, optimizer, batches, batches,
               FitOptions()
                   .epochs(2)
                   .progress(monitor::ProgressOptions().output(terminal.output(true)))
                   .logger(&logger)
                   .writer(&writer)
                   .log_steps(2));
  writer.close();
  std::stringstream text;
  text << std::ifstream(directory / "log.csv").rdbuf();
  const std::string row = ",0.6666666666666666,0,0.6666666666666666\n";
  CHECK(text.str() == "step,loss,lr,valid_loss\n3" + row + "6" + row);
  auto scalars = monitor::read_scalars(directory / "events");
  CHECK(scalars["step/loss"].steps == std::vector<int64_t>{2, 4, 6});
  CHECK(scalars["step/loss"].values == std::vector<double>{0, 1, 1});
  CHECK(scalars["valid_loss"].steps == std::vector<int64_t>{3, 6});
  CHECK(terminal.written.find("epoch 0/2: 100% 3/3 [") != std::string::npos);
  CHECK(terminal.written.find("epoch 1/2: 100% 3/3 [") != std::string::npos);
  CHECK(terminal.written.find("valid_loss=0.66") != std::string::npos);
}

TEST_CASE("fit: options and parts that do not fit are refused") {
  const Batches batches = points({{1, 1}}), none;
  nn::Linear net = line(0);
  optim::SGD optimizer(net->parameters(), 0.5);
  const auto refused = [&](const FitOptions& options) {
    return message([&] { monitor::fit(net, mse, optimizer, batches, options); });
  };
  CHECK(refused(FitOptions()) == "fit: neither epochs nor max_steps is given");
  CHECK(refused(FitOptions().epochs(-1)) == "fit: epochs is -1, at least 0 wanted");
  CHECK(refused(FitOptions().epochs(1).accumulate(0)) == "fit: accumulate is 0, at least 1 wanted");
  CHECK(refused(FitOptions().epochs(1).clip_norm(0)) == "fit: clip_norm is 0, above 0 wanted");
  CHECK(refused(FitOptions().epochs(1).monitor("valid_loss")) ==
        "fit: monitor is 'valid_loss', which is no value of an epoch");
  CHECK(refused(FitOptions().epochs(1).metrics({{"loss", monitor::MeanAbsoluteError()}})) ==
        "fit: the name 'loss' of a metric is taken");
  CHECK(message([&] { monitor::fit(net, mse, optimizer, none, FitOptions().epochs(1)); }) ==
        "fit: the training loader gave no batch");
  CHECK(message([&] {
          monitor::fit(net, mse, optimizer, batches, none, FitOptions().epochs(1));
        }) == "fit: the validation loader gave no batch");
  CHECK(message([&] {
          monitor::fit(
              net,
              [](const Tensor& y, const Tensor& t) {
                return (y - t).expand({2, 1});
              },
              optimizer, batches, FitOptions().epochs(1));
        }) == "fit: the loss has the sizes [2, 1], one number wanted");
}
