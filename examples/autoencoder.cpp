// A network squeezes handwritten digits through a few numbers, and learns to draw them again from
// those alone. With two, every picture is a point of a plane, and the plane can be drawn as a map.
//
//   autoencoder [DATA] [EPOCHS] [NUMBERS] [FILE]
//
// By default examples/data/digits.csv, 150, 2 and autoencoder.pgm. FILE, a picture in the PGM
// format, gets rows of digits that the network never saw, each above what was drawn of it, and
// below the map.
#include <gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "examples/pictures.h"
#include "monitor/chart/picture_sheet.h"
#include "monitor/progress/progress.h"

using namespace gradus;
using data::datasets::Digits;

struct AutoencoderImpl : nn::Module {
  explicit AutoencoderImpl(int64_t numbers) {
    encoder = register_module(
        "encoder", nn::Sequential(nn::Flatten(),                                          //
                                  nn::Linear(64, 256), nn::BatchNorm1d(256), nn::GELU(),  //
                                  nn::Linear(256, 128), nn::GELU(),                       //
                                  nn::Linear(128, numbers), nn::Tanh()));
    decoder = register_module(
        "decoder", nn::Sequential(nn::Linear(numbers, 128), nn::GELU(),                    //
                                  nn::Linear(128, 256), nn::BatchNorm1d(256), nn::GELU(),  //
                                  nn::Linear(256, 64), nn::Sigmoid(),
                                  nn::Unflatten(nn::UnflattenOptions(1, {1, 8, 8}))));
  }
  // Pictures [N, 1, 8, 8] to as many as they were drawn again.
  Tensor forward(const Tensor& pictures) { return decoder->forward(encoder->forward(pictures)); }

  nn::Sequential encoder{nullptr}, decoder{nullptr};
};
GRADUS_MODULE(Autoencoder);

// The part of the pictures' variance that the drawings lack.
double part_lost(const Tensor& pictures, const Tensor& drawn) {
  const Tensor lost = (drawn - pictures).pow(2).mean();
  return (lost / (pictures - pictures.mean(0)).pow(2).mean()).item<double>();
}

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "examples/data/digits.csv";
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 150;
  const int64_t numbers = argc > 3 ? std::max(1, std::atoi(argv[3])) : 2;
  const std::string file = argc > 4 ? argv[4] : "autoencoder.pgm";
  manual_seed(0);

  const Digits train(path), test(path, Digits::kTest);
  auto loader = data::make_data_loader(data::TensorDataset({train.images()}), 64, /*shuffle=*/true);
  Autoencoder net(numbers);
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3));
  optim::CosineAnnealingLR schedule(optimizer, epochs);

  monitor::Progress bar(epochs, "epochs");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (auto& [pictures] : *loader) {
      const Tensor loss = nn::functional::mse_loss(net(pictures), pictures);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    schedule.step();
    const NoGradGuard no_grad;
    net->eval();
    bar.update({{"lost of train%", 100 * part_lost(train.images(), net(train.images()))},
                {"test%", 100 * part_lost(test.images(), net(test.images()))}});
    net->train();
  }
  bar.close();

  const NoGradGuard no_grad;
  net->eval();
  const Tensor drawn = net(test.images());
  const double lost = part_lost(test.images(), drawn);
  draw(test.images().slice(0, 0, 5));
  std::printf("and what was drawn of them\n");
  draw(drawn.slice(0, 0, 5));

  // Three rows of 20 digits, each above what was drawn of it.
  const Tensor above = constant_pad_nd(test.images(), {0, 0, 0, 1});
  const auto look = monitor::PictureSheetOptions().columns(20).zoom(4).pad_value(0.3);
  Tensor sheet = monitor::picture_sheet(cat({above, drawn}, 2).slice(0, 0, 60), look);
  if (numbers == 2) {
    const Tensor side = linspace(-0.99, 0.99, 20);
    const Tensor points = stack({side.repeat({20}), side.repeat_interleave(20)}, 1);
    sheet = cat({sheet, monitor::picture_sheet(net->decoder->forward(points), look)}, 1);
  }
  monitor::write_picture(file, sheet);
  std::printf("\n%.1f%% of the variance of the test digits is lost; %s shows more of them\n",
              100 * lost, file.c_str());
  // The best straight line loses 85%, the best straight plane 72%.
  return lost < (numbers > 1 ? 0.5 : 0.7) ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "autoencoder: %s\n", e.what());
  return 2;
}
