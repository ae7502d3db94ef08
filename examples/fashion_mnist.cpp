// A convolutional network learns to tell ten kinds of clothes apart, from 60,000 pictures.
//
//   fashion_mnist [FOLDER] [EPOCHS] [PICTURES] [SHEET]
//
// FOLDER holds the four files of Fashion-MNIST (Debian's package dataset-fashion-mnist puts them
// where the default looks). EPOCHS are 8, and PICTURES all of them, unless given; fewer make a
// quick try. The pictures that were mistaken at the end go to SHEET, an image file in the PGM
// format.
#include <gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "examples/pictures.h"
#include "monitor/chart/picture_sheet.h"
#include "monitor/progress/progress.h"

using namespace gradus;
using data::datasets::MNIST;

constexpr const char* kinds[] = {"T-shirt", "trousers", "pullover", "dress", "coat",
                                 "sandal",  "shirt",    "sneaker",  "bag",   "boot"};

struct NetImpl : nn::Module {
  NetImpl() {
    const auto block = [&](int64_t in, int64_t out) {
      return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1).bias(false)),
                            nn::BatchNorm2d(out), nn::ReLU(), nn::MaxPool2d(2));
    };
    first = register_module("first", block(1, 32));     // [N, 32, 14, 14]
    second = register_module("second", block(32, 64));  // [N, 64, 7, 7]
    drop = register_module("drop", nn::Dropout(0.3));
    hidden = register_module("hidden", nn::Linear(64 * 7 * 7, 128));
    scores = register_module("scores", nn::Linear(128, 10));
  }
  // [N, 1, 28, 28] to a score for each kind [N, 10].
  Tensor forward(const Tensor& images) {
    const Tensor features = second->forward(first->forward(images)).flatten(1);
    return scores(relu(hidden(drop(features))));
  }
  nn::Sequential first{nullptr}, second{nullptr};
  nn::Dropout drop{nullptr};
  nn::Linear hidden{nullptr}, scores{nullptr};
};
GRADUS_MODULE(Net);

Tensor predict(Net& net, const Tensor& images) {
  const NoGradGuard no_grad;
  net->eval();
  std::vector<Tensor> parts;
  for (const Tensor& part : images.split(1000)) parts.push_back(net(part).argmax(1));
  net->train();
  return cat(parts);
}

double fraction(const Tensor& right) { return right.to(kDouble).mean().item<double>(); }

void train(Net& net, optim::AdamW& optimizer, const Tensor& images, const Tensor& targets,
           const std::string& what) {
  constexpr int64_t batch = 128;
  const int64_t count = targets.size(0);
  const Tensor order = randperm(count);
  monitor::Progress bar(count, what, monitor::ProgressOptions().unit(" pictures"));
  double loss_sum = 0, right_sum = 0;
  for (int64_t i = 0; i < count; i += batch) {
    const Tensor rows = order.slice(0, i, i + batch);
    const Tensor x = images.index_select(0, rows), t = targets.index_select(0, rows);
    const Tensor y = net(x);
    const Tensor loss = nn::functional::cross_entropy(y, t);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    const int64_t done = std::min(i + batch, count);
    loss_sum += loss.item<double>() * double(rows.size(0));
    right_sum += fraction(y.argmax(1).eq(t)) * double(rows.size(0));
    bar.update(rows.size(0),
               {{"loss", loss_sum / double(done)}, {"right%", 100 * right_sum / double(done)}});
  }
}

// Rows: what the pictures show; columns: what the network sees.
void show_confusion(const Tensor& targets, const Tensor& seen) {
  const Tensor counts = (targets * 10 + seen).bincount({}, 100).view({10, 10});
  std::printf("\n%-10s right", "");
  for (const char* kind : kinds) std::printf(" %8s", kind);
  std::printf("\n");
  for (int64_t i = 0; i < 10; ++i) {
    const double all = counts[i].sum().item<double>();
    std::printf("%-10s%5.1f%%", kinds[i], all > 0 ? 100 * counts[i][i].item<double>() / all : 0.);
    for (int64_t j = 0; j < 10; ++j) {
      const auto n = counts[i][j].item<int64_t>();
      n ? std::printf(" %8lld", static_cast<long long>(n)) : std::printf("        .");
    }
    std::printf("\n");
  }
}

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist";
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 8;
  const int64_t most = argc > 3 ? std::max(1, std::atoi(argv[3])) : 60000;
  const std::string sheet = argc > 4 ? argv[4] : "mistaken.pgm", model = sheet + ".safetensors";
  manual_seed(0);

  const MNIST train_set(folder), test_set(folder, MNIST::kTest);
  const Tensor images = train_set.images().slice(0, 0, most),
               targets = train_set.targets().slice(0, 0, most);
  const Tensor test_images = test_set.images().slice(0, 0, most),
               test_targets = test_set.targets().slice(0, 0, most);
  std::printf("%lld pictures to learn from, %lld to test with\n",
              static_cast<long long>(targets.size(0)),
              static_cast<long long>(test_targets.size(0)));

  Net net;
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(2e-3));
  optim::CosineAnnealingLR schedule(optimizer, epochs);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    train(net, optimizer, images, targets,
          "epoch " + std::to_string(epoch) + '/' + std::to_string(epochs));
    schedule.step();
    std::printf("test %5.2f%%\n", 100 * fraction(predict(net, test_images).eq(test_targets)));
  }

  save(net, model);
  Net loaded;
  load(loaded, model);
  const Tensor seen = predict(loaded, test_images);
  if (!seen.equal(predict(net, test_images))) {
    std::fprintf(stderr, "fashion_mnist: the model read back from %s differs\n", model.c_str());
    return 1;
  }

  show_confusion(test_targets, seen);
  const Tensor wrong = seen.ne(test_targets).nonzero().flatten();
  monitor::write_picture(
      sheet, monitor::picture_sheet(test_images.index_select(0, wrong.slice(0, 0, 100)),
                                    monitor::PictureSheetOptions().columns(10).pad_value(0.3)));
  std::printf("\nthe network is in %s, pictures that it mistakes in %s\n", model.c_str(),
              sheet.c_str());
  const double right = fraction(seen.eq(test_targets));
  std::printf("%.2f%% of the test pictures are seen right\n", 100 * right);
  const double expected = most == 60000 && epochs >= 8 ? 0.91 : 0.6;
  return right >= expected ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "fashion_mnist: %s\n", e.what());
  return 2;
}
