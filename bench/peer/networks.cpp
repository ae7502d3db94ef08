// Whole training steps.
#include "bench/peer/peer.h"

namespace peer {
namespace {

using namespace torch::nn;
namespace F = torch::nn::functional;

template <class Optimiser, class Options>
auto optimiser_of(Options options) {
  return [=](std::vector<Tensor> parameters) -> std::shared_ptr<torch::optim::Optimizer> {
    return std::make_shared<Optimiser>(std::move(parameters), options);
  };
}
const auto sgd = optimiser_of<torch::optim::SGD>(torch::optim::SGDOptions(0.01).momentum(0.9));
const auto adam = optimiser_of<torch::optim::Adam>(torch::optim::AdamOptions(0.001));
const auto adamw = optimiser_of<torch::optim::AdamW>(torch::optim::AdamWOptions(0.001));

// A step of training, and the loss that it gives.
template <class Optimiser, class Loss>
Body training(Sequential net, Optimiser make_optimiser, Tensor x, Tensor target, Loss loss_of,
              double clip = 0) {
  auto optimiser = make_optimiser(net->parameters());
  auto step = [=]() mutable {
    optimiser->zero_grad();
    Tensor loss = loss_of(net->forward(x), target);
    loss.backward();
    if (clip > 0) utils::clip_grad_norm_(net->parameters(), clip);
    optimiser->step();
    return loss;
  };
  return {step, net->parameters()};
}

const auto square_error = [](const Tensor& y, const Tensor& t) { return F::mse_loss(y, t); };
const auto class_loss = [](const Tensor& y, const Tensor& t) { return F::cross_entropy(y, t); };

template <class Optimiser>
Body exclusive_or(Optimiser optimiser) {
  Sequential net(Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid());
  const Tensor x = torch::tensor({0.f, 0.f, 0.f, 1.f, 1.f, 0.f, 1.f, 1.f}).view({4, 2});
  return training(net, optimiser, x, torch::tensor({0.f, 1.f, 1.f, 0.f}).view({4, 1}),
                  square_error);
}

Body regularised(int64_t batch) {
  Sequential net(Linear(20, 128), BatchNorm1d(128), GELU(), Dropout(0.1), Linear(128, 64),
                 BatchNorm1d(64), GELU(), Dropout(0.1), Linear(64, 5));
  return training(net, adamw, torch::randn({batch, 20}),
                  torch::randint(0, 5, {batch}, torch::kLong), class_loss, 1.0);
}

template <class Optimiser>
Body digits(Optimiser optimiser, int64_t batch) {
  Sequential net(Linear(784, 256), ReLU(), Linear(256, 128), ReLU(), Linear(128, 10));
  return training(net, optimiser, torch::randn({batch, 784}),
                  torch::randint(0, 10, {batch}, torch::kLong), class_loss);
}

Body wide() {
  Sequential net(Linear(1024, 4096), GELU(), Linear(4096, 1024));
  return training(net, adamw, torch::randn({256, 1024}), torch::randn({256, 1024}), square_error);
}

// Sixty-four steps of an LSTM written out: batch 16, 32 inputs, 64 hidden.
Body recurrent() {
  const int64_t steps = 64, batch = 16, in = 32, hidden = 64;
  const Tensor x = torch::randn({steps, batch, in});
  const Tensor w = (torch::randn({in, 4 * hidden}) * 0.1).requires_grad_();
  const Tensor u = (torch::randn({hidden, 4 * hidden}) * 0.1).requires_grad_();
  const Tensor b = torch::zeros({4 * hidden}).requires_grad_();
  auto step = [=] {
    for (const Tensor& p : {w, u, b}) p.mutable_grad() = Tensor();
    Tensor h = torch::zeros({batch, hidden}), c = torch::zeros({batch, hidden});
    for (int64_t t = 0; t < steps; ++t) {
      const auto gates = (x[t].matmul(w) + h.matmul(u) + b).chunk(4, 1);
      c = torch::sigmoid(gates[1]) * c + torch::sigmoid(gates[0]) * torch::tanh(gates[2]);
      h = torch::sigmoid(gates[3]) * torch::tanh(c);
    }
    Tensor loss = h.pow(2).mean();
    loss.backward();
    return loss;
  };
  return {step, {w, u, b}};
}

// A chain of 8x8 layers.
Body deep(int64_t layers) {
  std::vector<Tensor> weights;
  for (int64_t i = 0; i < layers; ++i)
    weights.push_back((torch::eye(8) + torch::randn({8, 8}) * 0.01).requires_grad_());
  const Tensor x = torch::randn({4, 8});
  auto step = [=] {
    for (const Tensor& w : weights) w.mutable_grad() = Tensor();
    Tensor y = x;
    for (const Tensor& w : weights) y = torch::tanh(y.matmul(w));
    y.sum().backward();
    return weights.front().grad();
  };
  return {step, {}};
}

void network(Cases& cases, const std::string& group, const std::string& name,
             std::function<Body()> make) {
  cases.push_back({group, name, make, true});
}

}  // namespace

void networks(Cases& cases) {
  network(cases, "small networks", "xor sgd", [] { return exclusive_or(sgd); });
  network(cases, "small networks", "xor adam", [] { return exclusive_or(adam); });
  network(cases, "small networks", "regularised mlp", [] { return regularised(64); });
  network(cases, "middle networks", "mlp sgd", [] { return digits(sgd, 64); });
  network(cases, "middle networks", "mlp adam", [] { return digits(adam, 64); });
  network(cases, "middle networks", "lstm", recurrent);
  network(cases, "large network", "mlp adamw", wide);
}

// Each name ends with the factor by which its cost may exceed the first one's of its kind.
void deep_networks(Cases& cases) {
  for (const int64_t factor : {1, 4, 16})
    network(cases, "linear cost", "batch " + std::to_string(256 * factor),
            [=] { return digits(sgd, 256 * factor); });
  for (const int64_t factor : {1, 10})
    network(cases, "linear cost", "depth " + std::to_string(1000 * factor),
            [=] { return deep(1000 * factor); });
}

}  // namespace peer
