// Rosenblatt's perceptron (1958): one neuron with a step for an answer, which learns by its
// mistakes. It learns AND and OR, whose answers a straight line divides, and cannot learn XOR.
#include <gradus.h>

#include <cstdio>

using namespace gradus;

struct Perceptron {
  Tensor w = zeros({2}), b = zeros({});

  Tensor operator()(const Tensor& x) const { return (x.matmul(w) + b > 0).to(kFloat); }

  // Whoever answers 1 for 0 moves away from x, whoever answers 0 for 1 moves towards it.
  bool learn(const Tensor& x, const Tensor& y) {
    const Tensor error = y - (*this)(x);
    w += error * x;
    b += error;
    return error.item<float>() == 0;
  }
};

// Rounds through the four cases until a round has no mistake; -1 if that never comes.
int train(const char* name, const Tensor& x, const Tensor& y) {
  Perceptron p;
  for (int round = 1; round <= 100; ++round) {
    bool right = true;
    for (int64_t i = 0; i < 4; ++i) right &= p.learn(x[i], y[i]);
    if (!right) continue;
    std::printf("%-4s learnt in %d rounds: 1 if %+.0f x1 %+.0f x2 %+.0f > 0\n", name, round,
                p.w[0].item<float>(), p.w[1].item<float>(), p.b.item<float>());
    return round;
  }
  std::printf("%-4s not learnt in 100 rounds; %d of 4 answers are right\n", name,
              int(p(x).eq(y).sum().item<int64_t>()));
  return -1;
}

int main() {
  const Tensor x = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}});
  const int and_rounds = train("AND", x, tensor({0.0, 0.0, 0.0, 1.0}));
  const int or_rounds = train("OR", x, tensor({0.0, 1.0, 1.0, 1.0}));
  const int xor_rounds = train("XOR", x, tensor({0.0, 1.0, 1.0, 0.0}));
  return and_rounds > 0 && or_rounds > 0 && xor_rounds < 0 ? 0 : 1;
}
