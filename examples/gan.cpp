// Two networks play against each other: a forger that draws digits out of noise, and a judge that
// tells drawn digits from written ones. The forger never sees a written digit, only what the judge
// thinks of its own.
//
//   gan [DATA] [EPOCHS] [FILE]
//
// By default examples/data/digits.csv, 100 and gan.pgm. FILE, a picture in the PGM format, gets a
// row of what the forger drew of the same noise each time, from the first epoch to the last, and
// below it a row of written digits.
#include <gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "examples/pictures.h"
#include "monitor/chart/picture_sheet.h"
#include "monitor/progress/progress.h"

using namespace gradus;
using data::datasets::Digits;

constexpr int64_t noise_size = 32;

// Noise [N, 32, 1, 1] to pictures [N, 1, 8, 8].
nn::Sequential make_forger() {
  const auto grow = [](int64_t in, int64_t out, int64_t stride, int64_t padding) {
    return nn::ConvTranspose2d(
        nn::ConvTranspose2dOptions(in, out, 4).stride(stride).padding(padding).bias(false));
  };
  return nn::Sequential(grow(noise_size, 64, 1, 0), nn::BatchNorm2d(64), nn::ReLU(),  // 4 x 4
                        grow(64, 32, 2, 1), nn::BatchNorm2d(32), nn::ReLU(),          // 8 x 8
                        nn::Conv2d(nn::Conv2dOptions(32, 1, 3).padding(1)), nn::Sigmoid());
}

// Pictures [N, 1, 8, 8] to the probability that each was written [N].
nn::Sequential make_judge() {
  const auto slope = nn::LeakyReLUOptions().negative_slope(0.2);
  return nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(1, 32, 3).padding(1)), nn::LeakyReLU(slope),
      nn::Conv2d(nn::Conv2dOptions(32, 64, 4).stride(2).padding(1).bias(false)),  // 4 x 4
      nn::BatchNorm2d(64), nn::LeakyReLU(slope),                                  //
      nn::Conv2d(64, 1, 4), nn::Flatten(nn::FlattenOptions().start_dim(0)), nn::Sigmoid());
}

// A network that reads the digits, to tell whether what the forger drew is legible.
nn::Sequential make_reader(const Digits& digits) {
  nn::Sequential net(nn::Flatten(), nn::Linear(64, 128), nn::BatchNorm1d(128), nn::ReLU(),
                     nn::Linear(128, 10), nn::Softmax(1));
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3));
  for (int i = 0; i < 300; ++i) {
    const Tensor rows = randint(0, int64_t(*digits.size()), {64});
    const Tensor y = net->forward(digits.images().index_select(0, rows));
    const Tensor loss = nn::functional::nll_loss(y.log(), digits.targets().index_select(0, rows));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  net->eval();
  return net;
}

struct Players {
  nn::Sequential forger = make_forger(), judge = make_judge();
  optim::Adam forger_optimizer{forger->parameters(), optim::AdamOptions(1e-3).betas({0.5, 0.999})};
  optim::Adam judge_optimizer{judge->parameters(), optim::AdamOptions(2e-3).betas({0.5, 0.999})};

  Tensor draw(int64_t count) { return forger->forward(randn({count, noise_size, 1, 1})); }

  // One step of each on a batch; the losses of the judge and of the forger.
  std::pair<double, double> play(const Tensor& written) {
    const int64_t n = written.size(0);
    const Tensor drawn = draw(n);

    judge_optimizer.zero_grad();
    // A judge who is never quite sure of the written ones leaves the forger a gradient.
    const Tensor judge_loss =
        binary_cross_entropy(judge->forward(written), empty({n}).uniform_(0.8, 1)) +
        binary_cross_entropy(judge->forward(drawn.detach()), zeros({n}));
    judge_loss.backward();
    judge_optimizer.step();

    forger_optimizer.zero_grad();
    const Tensor forger_loss = binary_cross_entropy(judge->forward(drawn), ones({n}));
    forger_loss.backward();
    forger_optimizer.step();
    return {judge_loss.item<double>(), forger_loss.item<double>()};
  }
};

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "examples/data/digits.csv";
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 100;
  const std::string file = argc > 3 ? argv[3] : "gan.pgm";
  manual_seed(0);

  const Digits digits(path);
  const Tensor& images = digits.images();
  nn::Sequential reader = make_reader(digits);
  Players players;
  optim::CosineAnnealingLR forger_schedule(players.forger_optimizer, epochs),
      judge_schedule(players.judge_optimizer, epochs);
  auto loader = data::make_data_loader(data::TensorDataset({images}), 64, /*shuffle=*/true);

  const Tensor same_noise = randn({16, noise_size, 1, 1});
  std::vector<Tensor> rows;
  monitor::Progress bar(epochs, "epochs");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double judge_loss = 0, forger_loss = 0;
    for (auto& [written] : *loader) {
      const auto [judge, forger] = players.play(written);
      judge_loss += judge;
      forger_loss += forger;
    }
    forger_schedule.step();
    judge_schedule.step();
    const auto batches = double(loader->size());
    bar.update({{"judge's loss", judge_loss / batches}, {"forger's", forger_loss / batches}});
    // Ten rows, closer together at the start.
    if (epoch * 81 >= epochs * int(rows.size() * rows.size())) {
      const NoGradGuard no_grad;
      rows.push_back(players.forger->forward(same_noise));
    }
  }
  bar.close();

  const NoGradGuard no_grad;
  draw(rows.back().slice(0, 0, 5));
  rows.push_back(images.slice(0, 0, 16));
  monitor::write_picture(
      file, monitor::picture_sheet(
                cat(rows), monitor::PictureSheetOptions().columns(16).zoom(4).pad_value(0.3)));

  const Tensor drawn = players.draw(2000);
  const auto [sure, read] = reader->forward(drawn).max(1);
  const double legible = sure.gt(0.9).to(kDouble).mean().item<double>();
  const double rarest = read.bincount({}, 10).min().item<double>() / 2000;
  // Of the mean picture, and of the deviations from it.
  const double mean_error = (drawn.mean(0) - images.mean(0)).abs().mean().item<double>();
  const double spread = (drawn.std(0).mean() / images.std(0).mean()).item<double>();
  std::printf(
      "\nof 2000 drawn digits %.0f%% are legible, and %.1f%% show the rarest digit;\n"
      "their mean is off by %.3f, their spread %.2f times that of written digits\n"
      "%s shows how they came to be\n",
      100 * legible, 100 * rarest, mean_error, spread, file.c_str());
  const bool whole = epochs >= 100;
  return legible > (whole ? 0.5 : 0.2) && rarest > (whole ? 0.04 : 0.01) &&
                 mean_error < (whole ? 0.03 : 0.1) && std::abs(spread - 1) < (whole ? 0.1 : 0.3)
             ? 0
             : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "gan: %s\n", e.what());
  return 2;
}
