// A program whose own symbols are hidden, as those of Python's extensions are: what its inline
// functions read and write is the library's.
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/torch.h>

#include <iostream>

int main() {
  const torch::Tensor x = torch::ones({2}, torch::requires_grad());
  {
    const torch::NoGradGuard guard;
    std::cout << "no_grad " << torch::GradMode::is_enabled() << (x * 2).requires_grad() << '\n';
  }
  {
    const torch::AutoGradMode guard(false);
    std::cout << "grad mode " << torch::GradMode::is_enabled() << (x * 2).requires_grad() << '\n';
  }
  {
    const torch::InferenceMode guard;
    std::cout << "inference " << torch::InferenceMode::is_enabled() << (x * 2).is_inference()
              << '\n';
  }
  {
    const torch::autograd::DetectAnomalyGuard guard;
    const torch::Tensor zero = torch::zeros({1}, torch::requires_grad());
    try {
      (zero.sqrt() * 0).sum().backward();
      std::cout << "no anomaly\n";
    } catch (const std::exception&) {
      std::cout << "anomaly\n";
    }
  }
  try {
    torch::ones({2, 3}).mm(torch::ones({2, 3}));
  } catch (const c10::Error&) {
    std::cout << "error\n";
  }
  try {
    std::cout << torch::ones(3)[5];
  } catch (const c10::IndexError&) {
    std::cout << "index\n";
  }
  const std::shared_ptr<torch::nn::Module> m = std::make_shared<torch::nn::LinearImpl>(2, 2);
  std::cout << (dynamic_cast<torch::nn::LinearImpl*>(m.get()) != nullptr)
            << (m->as<torch::nn::Linear>() != nullptr)
            << (m->clone()->as<torch::nn::LinearImpl>() != nullptr) << '\n';
}
