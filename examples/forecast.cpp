// An LSTM forecasts the carbon dioxide in the air at Mauna Loa, a year ahead, month by month.
//
//   forecast [DATA] [EPOCHS] [FILE]
//
// By default examples/data/co2.csv, 150 and forecast.svg. FILE gets a picture of the last ten
// years, which the network never saw, with a forecast from each December.
#include <gradus.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "monitor/chart/line_chart.h"
#include "monitor/progress/progress.h"

using namespace gradus;

constexpr int64_t year = 12, history = 3 * year, held_out = 10 * year;  // months

// The last number of each line, a month each.
Tensor read_series(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error("cannot read " + path);
  std::vector<float> values;
  for (std::string line; std::getline(file, line);) {
    int y = 0, month = 0;
    float value = 0;
    if (std::sscanf(line.c_str(), "%d,%d,%f", &y, &month, &value) != 3)
      throw Error(path + ": not a year, a month and a number: " + line);
    values.push_back(value);
  }
  if (int64_t(values.size()) < history + held_out + 2 * year)
    throw Error(path + ": too few months");
  return tensor(values);
}

struct NetImpl : nn::Module {
  NetImpl() {
    lstm = register_module("lstm", nn::LSTM(nn::LSTMOptions(1, 48).batch_first(true)));
    head = register_module("head", nn::Linear(48, year));
  }
  // Changes from month to month [N, history] to those of the next year [N, 12]: last year's, and
  // what the network makes of it.
  Tensor forward(const Tensor& changes) {
    const Tensor states = std::get<0>(lstm(changes.unsqueeze(2)));
    return changes.slice(1, history - year) + head(states.select(1, history - 1));
  }
  nn::LSTM lstm{nullptr};
  nn::Linear head{nullptr};
};
GRADUS_MODULE(Net);

// What is known before each year, and what came: changes [N, history] and [N, 12].
struct Windows {
  explicit Windows(const Tensor& changes) {
    const Tensor all = changes.unfold(0, history + year, 1);
    before = all.slice(1, 0, history).contiguous();
    after = all.slice(1, history).contiguous();
  }
  Tensor before, after;
};

// The root of the mean square of errors in levels, of errors in changes.
double error_of(const Tensor& changes, const Tensor& truth) {
  return (changes - truth).cumsum(1).square().mean().sqrt().item<double>();
}

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "examples/data/co2.csv";
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 150;
  const std::string file = argc > 3 ? argv[3] : "forecast.svg";
  manual_seed(0);

  const Tensor levels = read_series(path), changes = levels.diff();
  const int64_t known = changes.size(0) - held_out;
  const Windows train(changes.slice(0, 0, known)), test(changes.slice(0, known - history));
  auto loader = data::make_data_loader(data::TensorDataset({train.before, train.after}), 32,
                                       /*shuffle=*/true);

  Net net;
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3).weight_decay(0.05));
  optim::CosineAnnealingLR schedule(optimizer, epochs);
  monitor::Progress bar(epochs, "epochs");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (auto& [before, after] : *loader) {
      const Tensor loss = (net(before) - after).cumsum(1).square().mean();
      optimizer.zero_grad();
      loss.backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1);
      optimizer.step();
    }
    schedule.step();
    const NoGradGuard no_grad;
    bar.update({{"train ppm", error_of(net(train.before), train.after)},
                {"test ppm", error_of(net(test.before), test.after)}});
  }

  bar.close();

  const NoGradGuard no_grad;
  const Tensor last_year = test.before.slice(1, history - year);
  // The same month of the year before: without what the air has gained meanwhile.
  const Tensor naive = last_year.clone();
  naive.select(1, 0).sub_(last_year.sum(1));
  const double learnt = error_of(net(test.before), test.after),
               seasonal = error_of(naive, test.after), growing = error_of(last_year, test.after);

  // The month before the first that is held out, and on; a gap behind each forecast.
  const Tensor seen = levels.slice(0, known);
  std::vector<Tensor> months, forecasts;
  for (int64_t december = 0; december + year < seen.size(0); december += year) {
    const Tensor next = net(test.before.slice(0, december, december + 1))[0].cumsum(0);
    months.push_back(arange(december, december + year + 2));
    forecasts.push_back(cat({zeros({1}), next, full({1}, NAN)}) + seen[december]);
  }
  monitor::LineChart(monitor::LineChartOptions()
                         .title("Carbon dioxide at Mauna Loa")
                         .x_label("months that were held out")
                         .y_label("ppm")
                         .width(1000))
      .line("measured", seen)
      .line("forecast", cat(months), cat(forecasts))
      .save(file);
  std::printf(
      "a year ahead, in ten years that were held out, the error is %.3f ppm;\n"
      "that of last year's month is %.3f, of last year's month and growth %.3f\n"
      "%s shows the forecasts\n",
      learnt, seasonal, growing, file.c_str());
  return learnt < 0.5 * seasonal && learnt < 0.9 * growing ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "forecast: %s\n", e.what());
  return 2;
}
