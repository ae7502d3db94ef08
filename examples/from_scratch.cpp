// A two-layer network whose backward pass is written by hand with tensor operations, and checked
// against the tape at every step.
#include <gradus.h>

#include <cstdio>

using namespace gradus;

int main() {
  manual_seed(0);
  // To learn: sin on [-3, 3].
  const Tensor x = linspace(-3, 3, 128).unsqueeze(1), y = x.sin();

  Tensor w1 = randn({1, 32}) * 2, b1 = randn({32});
  Tensor w2 = randn({32, 1}) * 0.2, b2 = zeros({1});
  double loss_value = 0, worst = 0;

  for (int step = 0; step <= 2000; ++step) {
    // Forward:  h = tanh(x W1 + b1),  p = h W2 + b2,  L = mean (p - y)²
    const Tensor h = (x.mm(w1) + b1).tanh();
    const Tensor p = h.mm(w2) + b2;
    const Tensor loss = (p - y).square().mean();

    // Backward, by the chain rule from the end to the beginning.
    const Tensor dp = 2 * (p - y) / y.numel();
    const Tensor dw2 = h.t().mm(dp);
    const Tensor db2 = dp.sum(0);
    const Tensor dh = dp.mm(w2.t());
    const Tensor da = dh * (1 - h.square());  // tanh' = 1 - tanh²
    const Tensor dw1 = x.t().mm(da);
    const Tensor db1 = da.sum(0);

    // The same from the tape.
    if (step % 500 == 0) {
      std::vector<Tensor> leaves;
      for (const Tensor* t : {&w1, &b1, &w2, &b2}) leaves.push_back(t->detach().requires_grad_());
      const Tensor taped =
          ((x.mm(leaves[0]) + leaves[1]).tanh().mm(leaves[2]) + leaves[3] - y).square().mean();
      const auto expected = autograd::grad({taped}, leaves);
      const Tensor by_hand[] = {dw1, db1, dw2, db2};
      for (size_t i = 0; i < 4; ++i)
        worst = std::max(worst, (by_hand[i] - expected[i]).abs().max().item<double>());
      loss_value = loss.item<double>();
      std::printf("step %4d  loss %.6f  farthest from the tape %.1e\n", step, loss_value, worst);
    }

    // Gradient descent.
    const double lr = 0.03;
    w1 -= lr * dw1;
    b1 -= lr * db1;
    w2 -= lr * dw2;
    b2 -= lr * db2;
  }
  return loss_value < 0.01 && worst < 1e-5 ? 0 : 1;
}
