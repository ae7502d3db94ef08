// A network learns to read handwritten digits.
//
//   digits [DATA] [EPOCHS]     by default examples/data/digits.csv and 20
#include <gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "examples/pictures.h"
#include "monitor/progress/progress.h"

using namespace gradus;
using data::datasets::Digits;

// Images [N, 1, 8, 8] to a score for each digit [N, 10].
nn::Sequential make_network() {
  return nn::Sequential(nn::Flatten(),                                          //
                        nn::Linear(64, 128), nn::BatchNorm1d(128), nn::ReLU(),  //
                        nn::Linear(128, 64), nn::ReLU(),                        //
                        nn::Linear(64, 10));
}

Tensor predict(nn::Sequential& net, const Tensor& images) {
  const NoGradGuard no_grad;
  net->eval();
  const Tensor digits = net->forward(images).argmax(1);
  net->train();
  return digits;
}

double percent_right(nn::Sequential& net, const Digits& digits) {
  const Tensor right = predict(net, digits.images()).eq(digits.targets());
  return 100 * right.to(kDouble).mean().item<double>();
}

// Rows: the digits that were written; columns: what the network read.
void show_confusion(const Tensor& targets, const Tensor& read) {
  const Tensor counts = (targets * 10 + read).bincount({}, 100).view({10, 10});
  std::printf("written   read as 0   1   2   3   4   5   6   7   8   9\n");
  for (int64_t i = 0; i < 10; ++i) {
    std::printf("%7lld          ", static_cast<long long>(i));
    for (int64_t j = 0; j < 10; ++j) {
      const auto n = counts[i][j].item<int64_t>();
      n ? std::printf("%4lld", static_cast<long long>(n)) : std::printf("   .");
    }
    std::printf("\n");
  }
}

void show_digits(const Tensor& images, const Tensor& targets, const Tensor& read) {
  std::printf("\n");
  draw(images);
  for (int64_t i = 0; i < images.size(0); ++i)
    std::printf("read %d, was %d     ", int(read[i].item<int64_t>()),
                int(targets[i].item<int64_t>()));
  std::printf("\n");
}

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "examples/data/digits.csv";
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 20;
  manual_seed(0);

  const Digits train(path), test(path, Digits::kTest);
  auto loader = data::make_data_loader(data::TensorDataset({train.images(), train.targets()}), 32,
                                       /*shuffle=*/true);
  nn::Sequential net = make_network();
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3));
  optim::CosineAnnealingLR schedule(optimizer, epochs);
  std::printf("%zu digits to learn from, %zu to test with\n", *train.size(), *test.size());

  monitor::Progress bar(epochs, "epochs");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double sum = 0;
    for (auto& [images, targets] : *loader) {
      const Tensor loss = nn::functional::cross_entropy(net->forward(images), targets);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      sum += loss.item<double>();
    }
    schedule.step();
    bar.update({{"loss", sum / double(loader->size())},
                {"train%", percent_right(net, train)},
                {"test%", percent_right(net, test)}});
  }
  bar.close();

  const Tensor read = predict(net, test.images());
  show_confusion(test.targets(), read);
  // The first three, and two that went wrong if there are any.
  const Tensor wrong = read.ne(test.targets()).nonzero().flatten();
  const Tensor shown = cat({arange(3), wrong.slice(0, 0, 2)});
  show_digits(test.images().index_select(0, shown), test.targets().index_select(0, shown),
              read.index_select(0, shown));

  const double right = percent_right(net, test);
  std::printf("\n%.2f%% of the test digits are read right\n", right);
  return right >= 97 ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "digits: %s\n", e.what());
  return 2;
}
