// The training loop of the guide's page: two spirals, told apart by a small network.
#include <gradus.h>

#include <cstdio>
#include <iostream>

using namespace gradus;

// n points [n, 2] on the arms of two spirals, and the number of each point's arm [n].
std::pair<Tensor, Tensor> spirals(int64_t n) {
  const Tensor arm = randint(0, 2, {n});
  const Tensor turn = rand({n}).sqrt() * 6;
  const Tensor angle = turn + arm * 3.14159;
  return {stack({turn * angle.cos(), turn * angle.sin()}, 1) / 6, arm};
}

struct NetImpl : nn::Module {
  NetImpl(int64_t width, double drop)
      : fc1(register_module("fc1", nn::Linear(2, width))),
        fc2(register_module("fc2", nn::Linear(width, width))),
        dropout(register_module("dropout", nn::Dropout(drop))),
        out(register_module("out", nn::Linear(width, 2))) {}

  Tensor forward(const Tensor& x) {
    Tensor h = fc1(x).tanh();
    h = dropout(fc2(h).tanh());
    return out(h);
  }

  nn::Linear fc1, fc2;
  nn::Dropout dropout;
  nn::Linear out;
};
GRADUS_MODULE(Net);

double share_right(Net& net, const Tensor& x, const Tensor& y) {
  const NoGradGuard no_grad;
  net->eval();
  const double right = net(x).argmax(1).eq(y).to(kDouble).mean().item<double>();
  net->train();
  return right;
}

int main() {
  manual_seed(0);
  const auto [x, y] = spirals(800);
  const auto [test_x, test_y] = spirals(400);
  auto loader = data::make_data_loader(data::TensorDataset({x, y}), 50, /*shuffle=*/true);

  Net net(32, 0.05);
  std::cout << *net << "\n";
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(0.01).weight_decay(0.01));
  const int epochs = 30;
  optim::OneCycleLR schedule(optimizer, /*max_lr=*/0.02, epochs * int64_t(loader->size()));

  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double sum = 0;
    for (auto& [inputs, targets] : *loader) {
      const Tensor loss = nn::functional::cross_entropy(net(inputs), targets);
      optimizer.zero_grad();
      loss.backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1.0);
      optimizer.step();
      schedule.step();
      sum += loss.item<double>();
    }
    if (epoch % 10 == 0)
      std::printf("epoch %2d  loss %.4f  right: %.1f%%\n", epoch, sum / double(loader->size()),
                  100 * share_right(net, test_x, test_y));
  }
  return share_right(net, test_x, test_y) > 0.9 ? 0 : 1;
}
