// The listings of the guide's page on watching a run: two spirals are told apart, and the run is
// seen in the terminal, in a log and in pictures.
#include <gradus.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "monitor/monitor.h"

using namespace gradus;

// n points [n, 2] on the arms of two spirals, and the number of each point's arm [n].
std::pair<Tensor, Tensor> spirals(int64_t n) {
  const Tensor arm = randint(0, 2, {n}, kLong);
  const Tensor turn = rand({n}).sqrt() * 6;
  const Tensor angle = turn + arm * 3.14159;
  return {stack({turn * angle.cos(), turn * angle.sin()}, 1) / 6, arm};
}

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  manual_seed(0);
  const auto [x, y] = spirals(800);
  const auto [test_x, test_y] = spirals(400);
  auto loader = data::make_data_loader(data::TensorDataset({x, y}), 50, /*shuffle=*/true);
  nn::Sequential net(nn::Linear(2, 32), nn::Tanh(), nn::Linear(32, 32), nn::Tanh(),
                     nn::Linear(32, 2));
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(0.01));
  const int epochs = 30;

  // A picture of what the network makes of the plane, at every third epoch.
  const Tensor side = linspace(-1, 1, 48);
  const Tensor plane = stack({side.repeat({48}), side.repeat_interleave(48)}, 1);
  std::vector<Tensor> pictures;

  const std::string log_file = folder + "/watching.csv", chart_file = folder + "/watching.svg";
  monitor::CSVLogger log(log_file);
  monitor::MeanMetric loss_mean;
  monitor::Accuracy accuracy(monitor::multiclass(2));
  monitor::Progress bar(epochs, "training");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    loss_mean.reset();
    for (auto& [inputs, targets] : monitor::progress(*loader, loader->size(), "epoch")) {
      const Tensor loss = nn::functional::cross_entropy(net->forward(inputs), targets);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      loss_mean.update(loss, double(targets.size(0)));
    }
    accuracy.reset();
    accuracy.update(net->forward(test_x), test_y);
    bar.update({{"loss", loss_mean.value()}, {"right", accuracy.value()}});
    log.log(epoch, {{"loss", loss_mean.value()}, {"right", accuracy.value()}});

    if (epoch % 3 == 0) {
      const NoGradGuard no_grad;
      pictures.push_back(net->forward(plane).softmax(1).select(1, 1).reshape({48, 48}));
    }
  }
  bar.close();

  monitor::ConfusionMatrix confusion(monitor::multiclass(2), monitor::Normalize::true_);
  monitor::AUROC auroc(monitor::binary());
  {
    const NoGradGuard no_grad;
    const Tensor scores = net->forward(test_x);
    confusion.update(scores, test_y);
    auroc.update(scores.softmax(1).select(1, 1), test_y);
  }
  std::printf("of arm 1 %.1f%% were seen; AUROC %.4f\n",
              100 * confusion.compute()[1][1].item<double>(), auroc.value());

  monitor::LineChart(
      monitor::LineChartOptions().title("Two spirals").x_label("epoch").y_label("loss").log_y(true))
      .csv(log_file, {"loss"})
      .save(chart_file);

  {
    monitor::CSVLogger again(log_file, monitor::CSVLoggerOptions().append(true));
    again.resume(21);
    again.log(21, {{"loss", 0.5}});
  }

  const NoGradGuard no_grad;
  monitor::write_picture(
      folder + "/watching.pgm",
      monitor::picture_sheet(stack(pictures),
                             monitor::PictureSheetOptions().columns(5).padding(1).pad_value(0.5)));

  std::ifstream written(log_file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(written, line);) lines.push_back(line);
  const bool whole = lines.size() == 22 && lines.back() == "21,0.5,";
  return whole && auroc.value() > 0.95 && accuracy.value() > 0.9 &&
                 std::filesystem::file_size(chart_file) > 1000
             ? 0
             : 1;
}
