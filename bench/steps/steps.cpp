// Whole training steps: prints a line for each.
#include <torch/torch.h>

#include <cmath>
#include <cstdlib>

#include "bench/steps/timed.h"

namespace {

using namespace torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

Tensor one_of(int64_t classes, int64_t count) {
  return torch::randint(0, classes, {count}, torch::kLong);
}

template <class Net, class Loss>
void train(const char* name, double seconds, Net net, torch::optim::Optimizer&& optimizer,
           Loss loss, bool clip = false) {
  timed(name, seconds, [&] {
    optimizer.zero_grad();
    loss(net).backward();
    if (clip) utils::clip_grad_norm_(net->parameters(), 1.0);
    optimizer.step();
  });
}

template <class Net>
torch::optim::SGD sgd(const Net& net, double lr, double momentum = 0) {
  return torch::optim::SGD(net->parameters(), torch::optim::SGDOptions(lr).momentum(momentum));
}
template <class Net>
torch::optim::Adam adam(const Net& net) {
  return torch::optim::Adam(net->parameters(), torch::optim::AdamOptions(1e-3));
}
template <class Net>
torch::optim::AdamW adamw(const Net& net) {
  return torch::optim::AdamW(net->parameters(), torch::optim::AdamWOptions(1e-3));
}

// Predicts each next character from those before it.
struct CharactersImpl : Module {
  static constexpr int64_t kinds = 65, length = 64, width = 128;
  Embedding token = register_module("token", Embedding(kinds, width));
  Embedding place = register_module("place", Embedding(length, width));
  TransformerEncoder blocks = register_module(
      "blocks",
      TransformerEncoder(
          TransformerEncoderLayer(
              TransformerEncoderLayerOptions(width, 4).dim_feedforward(512).dropout(0.0).activation(
                  torch::kGELU)),
          4));
  Linear head = register_module("head", Linear(width, kinds));
  Tensor places = torch::arange(length);
  Tensor mask = torch::full({length, length}, -INFINITY).triu(1);

  Tensor forward(const Tensor& x) {  // [length, batch]
    return head(blocks(token(x) + place(places).unsqueeze(1), mask));
  }
};
TORCH_MODULE(Characters);

Sequential exclusive_or() { return Sequential(Linear(2, 8), Tanh(), Linear(8, 1)); }
Sequential digits() {
  return Sequential(Linear(784, 256), ReLU(), Linear(256, 128), ReLU(), Linear(128, 10));
}

}  // namespace

int main(int argc, char** argv) {
  torch::set_num_threads(argc > 1 ? std::atoi(argv[1]) : 1);
  torch::manual_seed(0);
  const auto class_loss = [](const Tensor& x, const Tensor& y) {
    return [=](Sequential& net) { return F::cross_entropy(net->forward(x), y); };
  };
  const auto square_loss = [](const Tensor& x, const Tensor& y) {
    return [=](Sequential& net) { return F::mse_loss(net->forward(x), y); };
  };
  {
    const auto loss = square_loss(torch::randn({4, 2}), torch::randn({4, 1}));
    Sequential a = exclusive_or(), b = exclusive_or();
    train("xor, SGD", 1, a, sgd(a, 0.1), loss);
    train("xor, Adam", 1, b, adam(b), loss);
  }
  {
    Sequential net(Linear(20, 128), BatchNorm1d(128), GELU(), Dropout(0.3), Linear(128, 64),
                   BatchNorm1d(64), GELU(), Dropout(0.3), Linear(64, 5));
    train("regularised MLP, AdamW, clipped", 1, net, adamw(net),
          class_loss(torch::randn({64, 20}), one_of(5, 64)), true);
  }
  {
    const auto loss = class_loss(torch::randn({64, 784}), one_of(10, 64));
    Sequential a = digits(), b = digits();
    train("MLP 784-256-128-10 by 64, SGD", 1, a, sgd(a, 0.01, 0.9), loss);
    train("MLP 784-256-128-10 by 64, Adam", 1, b, adam(b), loss);
  }
  {
    Sequential net(Linear(1024, 4096), GELU(), Linear(4096, 1024));
    train("MLP 1024-4096-1024 by 256, AdamW", 4, net, adamw(net),
          square_loss(torch::randn({256, 1024}), torch::randn({256, 1024})));
  }
  {
    Sequential net(Conv2d(Conv2dOptions(1, 32, 3).padding(1)), ReLU(), MaxPool2d(2),
                   Conv2d(Conv2dOptions(32, 64, 3).padding(1)), ReLU(), MaxPool2d(2), Flatten(),
                   Linear(3136, 128), ReLU(), Linear(128, 10));
    train("CNN 28x28 by 64, Adam", 3, net, adam(net),
          class_loss(torch::randn({64, 1, 28, 28}), one_of(10, 64)));
  }
  {
    const Tensor x = torch::randn({32, 32, 64});
    const auto loss = [x](auto& net) { return std::get<0>(net->forward(x)).square().mean(); };
    LSTM a(LSTMOptions(64, 128).batch_first(true));
    GRU b(GRUOptions(64, 128).batch_first(true));
    train("LSTM 64-128 by 32, 32 steps, AdamW", 2, a, adamw(a), loss);
    train("GRU 64-128 by 32, 32 steps, AdamW", 2, b, adamw(b), loss);
  }
  {
    const Tensor x = torch::randn({64, 16, 128});
    TransformerEncoderLayer layer(
        TransformerEncoderLayerOptions(128, 4).dim_feedforward(512).dropout(0.0).activation(
            torch::kGELU));
    train("encoder layer 128, 64 by 16, AdamW", 2, layer, adamw(layer),
          [x](auto& net) { return net->forward(x).square().mean(); });
  }
  {
    Characters net;
    const Tensor x = torch::randint(0, 65, {64, 12}, torch::kLong), y = one_of(65, 64 * 12);
    train("character transformer, AdamW", 3, net, adamw(net),
          [=](auto& net) { return F::cross_entropy(net->forward(x).flatten(0, 1), y); });
  }
}
