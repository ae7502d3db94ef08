#include <torch/torch.h>

#include <cstdio>

struct Net : torch::nn::Module {
  Net() {
    fc1 = register_module("fc1", torch::nn::Linear(2, 32));
    fc2 = register_module("fc2", torch::nn::Linear(32, 2));
  }
  torch::Tensor forward(torch::Tensor x) { return fc2->forward(torch::relu(fc1->forward(x))); }

  torch::nn::Linear fc1{nullptr}, fc2{nullptr};
};

int main() {
  torch::manual_seed(0);
  auto x = torch::rand({512, 2}) * 2 - 1;          // points in a square
  auto y = (x.norm(2, 1) < 0.8).to(torch::kLong);  // in the circle, or not

  Net net;
  torch::optim::Adam optimizer(net.parameters(), torch::optim::AdamOptions(0.01));
  for (int step = 0; step < 300; ++step) {
    optimizer.zero_grad();
    auto loss = torch::nn::functional::cross_entropy(net.forward(x), y);
    loss.backward();
    optimizer.step();
    if (step % 50 == 0) std::printf("step %3d  loss %.4f\n", step, loss.item<float>());
  }

  torch::NoGradGuard no_grad;
  auto right = (net.forward(x).argmax(1) == y).to(torch::kFloat).mean().item<float>();
  std::printf("right: %.1f%%\n", 100 * right);
  return right > 0.95f ? 0 : 1;
}
