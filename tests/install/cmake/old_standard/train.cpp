#include <torch/csrc/api/include/torch/torch.h>

int main() {
  auto x = torch::ones({2, 3}, torch::requires_grad());
  (x * x).sum().backward();
  TORCH_CHECK(x.toString() == std::string("CPUFloatType"), x.toString());
  return x.grad().sum().item<float>() == 12 ? 0 : 1;
}
