// What the perceptron cannot do: XOR, by a network with one hidden layer.
#include <gradus.h>

#include <cstdio>

using namespace gradus;

int main() {
  manual_seed(0);
  const Tensor x = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}});
  const Tensor y = tensor({{0.0}, {1.0}, {1.0}, {0.0}});

  nn::Sequential net(nn::Linear(2, 8), nn::Tanh(), nn::Linear(8, 1), nn::Sigmoid());
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.5).momentum(0.9));

  for (int step = 0; step <= 500; ++step) {
    const Tensor loss = nn::functional::binary_cross_entropy(net->forward(x), y);
    if (step % 100 == 0) std::printf("step %3d  loss %.4f\n", step, loss.item<double>());
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }

  NoGradGuard no_grad;
  const Tensor answer = net->forward(x);
  for (int64_t i = 0; i < 4; ++i)
    std::printf("%.0f xor %.0f = %.3f\n", x[i][0].item<double>(), x[i][1].item<double>(),
                answer[i].item<double>());
  return answer.round().equal(y) ? 0 : 1;
}
