// What a penguin weighs, from a CSV file with numbers, words and gaps. Stop it with Ctrl-C and
// start it again: it goes on where it was.
//
//   tabular [DATA] [EPOCHS] [FOLDER]
//
// By default examples/data/penguins.csv, 60 and penguins. FOLDER gets checkpoints, which Python's
// torch.load() reads, events for `tensorboard --logdir FOLDER`, a log and a chart of the losses.
#include <data/csv.h>
#include <gradus.h>
#include <monitor/monitor.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

using namespace gradus;

// The mean distance between masses, in grams.
double error_of(const Tensor& guess, const Tensor& mass) {
  return (guess - mass).abs().mean().item<double>();
}

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "examples/data/penguins.csv";
  const int64_t epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 60;
  const std::string folder = argc > 3 ? argv[3] : "penguins";
  std::filesystem::create_directories(folder);
  manual_seed(0);

  // Rows with a mass. A word becomes a column for each word that it could be; a missing one is 0 in
  // all of them, and a missing number the mean.
  data::Table table = data::read_csv(path);
  table = table.take(table.isna("body_mass_g").logical_not().nonzero().squeeze(1));
  const Tensor numbers =
      table.to_tensor({"bill_length_mm", "bill_depth_mm", "flipper_length_mm", "year"});
  const Tensor species = table.one_hot("species");
  const Tensor words = cat({species, table.one_hot("island"), table.one_hot("sex")}, 1);
  const auto [train, valid] =
      data::train_test_split({numbers, words, species, table.to_tensor({"body_mass_g"})});
  const data::StandardScaler scale(train[0]), grams(train[3]);
  const auto loader_of = [&](const std::array<Tensor, 4>& part, bool shuffle) {
    const Tensor x = cat({scale.transform(part[0]).nan_to_num(0), part[1]}, 1);
    return data::make_data_loader(data::TensorDataset({x, grams.transform(part[3])}), 32, shuffle);
  };
  const auto train_loader = loader_of(train, true), valid_loader = loader_of(valid, false);

  nn::Sequential net(nn::Linear(numbers.size(1) + words.size(1), 64), nn::ReLU(), nn::Dropout(0.3),
                     nn::Linear(64, 64), nn::ReLU(), nn::Linear(64, 1));
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(2e-3).weight_decay(0.05));
  optim::CosineAnnealingLR schedule(optimizer, epochs);
  monitor::SummaryWriter events(folder);
  monitor::CSVLogger log(folder + "/log.csv", monitor::CSVLoggerOptions().append(true));

  const auto history = monitor::fit(net, nn::MSELoss(), optimizer, *train_loader, *valid_loader,
                                    monitor::FitOptions()
                                        .epochs(epochs)
                                        .scheduler(schedule)
                                        .ema(0.98)
                                        .clip_norm(1)
                                        .metrics({{"grams",
                                                   [&](const Tensor& y, const Tensor& t) {
                                                     return error_of(grams.inverse_transform(y),
                                                                     grams.inverse_transform(t));
                                                   }}})
                                        .checkpoint(folder)
                                        .save_epochs(10)
                                        .progress(true)
                                        .writer(&events)
                                        .logger(&log));
  monitor::LineChart(
      monitor::LineChartOptions().title("Losses").x_label("epoch").y_label("loss").log_y(true))
      .line("training", history.values("loss"))
      .line("validation", history.values("valid_loss"))
      .save(folder + "/losses.svg");
  if (history.stopped_by_signal) {
    std::printf("stopped after %lld steps; start it again to go on\n", (long long)history.step);
    return 0;
  }

  const double learnt = *history.epochs.back().value("grams");
  const Tensor by_species = train[2].t().matmul(train[3]) / train[2].sum(0).unsqueeze(1);
  const double mean = error_of(train[3].mean(), valid[3]),
               kind = error_of(valid[2].matmul(by_species), valid[3]);
  std::printf(
      "went on from step %lld to step %lld\n"
      "of %lld penguins that were held out, the mass is guessed to %.0f g on average;\n"
      "by the mean of all it would be %.0f g, by the mean of the species %.0f g\n"
      "%s/losses.svg shows how it learnt\n",
      (long long)history.resumed_at, (long long)history.step, (long long)valid[3].size(0), learnt,
      mean, kind, folder.c_str());
  return learnt < 0.5 * mean && learnt < 0.85 * kind ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "tabular: %s\n", e.what());
  return 2;
}
