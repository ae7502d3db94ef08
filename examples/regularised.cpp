// All that keeps a network from learning its examples by heart: batch normalisation, dropout,
// weight decay, clipped gradients, a learning rate that warms up and cools down. Two spirals, with
// noise.
#include <gradus.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace gradus;

// n points [n, 2] on the arms of two spirals, and their arms [n].
std::pair<Tensor, Tensor> spirals(int64_t n) {
  const Tensor arm = randint(0, 2, {n});
  const Tensor turn = rand({n}).sqrt() * 9;
  const Tensor angle = turn + arm * M_PI;
  const Tensor x = stack({turn * angle.cos(), turn * angle.sin()}, 1) / 9;
  return {x + 0.02 * randn({n, 2}), arm};
}

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 40;
  manual_seed(0);
  const auto [x, y] = spirals(1000);
  const auto [test_x, test_y] = spirals(1000);

  const int64_t width = 64;
  nn::Sequential net(nn::Linear(2, width), nn::BatchNorm1d(width), nn::GELU(), nn::Dropout(0.1),
                     nn::Linear(width, width), nn::BatchNorm1d(width), nn::GELU(), nn::Dropout(0.1),
                     nn::Linear(width, 2));
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(0.01).weight_decay(0.05));
  auto loader = data::make_data_loader(data::TensorDataset({x, y}), 50, /*shuffle=*/true);
  const int64_t steps = epochs * int64_t(loader->size()), warm_up = steps / 10;
  optim::SequentialLR schedule(
      optimizer,
      {std::make_shared<optim::LinearLR>(optimizer, 0.1, 1.0, warm_up),
       std::make_shared<optim::CosineAnnealingLR>(optimizer, steps - warm_up)},
      {warm_up});

  const auto accuracy = [&](const Tensor& inputs, const Tensor& labels) {
    const NoGradGuard no_grad;
    net->eval();
    const double right =
        net->forward(inputs).argmax(1).eq(labels).to(kDouble).mean().item<double>();
    net->train();
    return 100 * right;
  };

  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double sum = 0;
    for (auto& [inputs, labels] : *loader) {
      const Tensor loss = nn::functional::cross_entropy(net->forward(inputs), labels);
      optimizer.zero_grad();
      loss.backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1.0);
      optimizer.step();
      schedule.step();
      sum += loss.item<double>();
    }
    if (epoch % 5 == 0)
      std::printf(
          "epoch %2d  loss %.4f  rate %.5f  right: %.1f%% of the examples, %.1f%% of others\n",
          epoch, sum / double(loader->size()), schedule.get_last_lr()[0], accuracy(x, y),
          accuracy(test_x, test_y));
  }
  return accuracy(test_x, test_y) > 90 ? 0 : 1;
}
