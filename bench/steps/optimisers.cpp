// Steps of the optimisers that PyTorch has in Python alone, on gradients that stay: prints a line
// for each.
#include <torch/torch.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "bench/steps/timed.h"

namespace {

using namespace torch::optim;
using torch::Tensor;

template <class Optimizer>
void steps(const std::string& name, std::vector<int64_t> small = {1000},
           std::vector<int64_t> large = {2100, 1000}) {
  struct Shape {
    const char* name;
    int count;
    std::vector<int64_t> sizes;
  };
  for (const Shape& shape : {Shape{"200 small", 200, small}, Shape{"4 large", 4, large}}) {
    std::vector<Tensor> parameters;
    for (int i = 0; i < shape.count; ++i) {
      parameters.push_back(torch::randn(shape.sizes).requires_grad_());
      parameters.back().mutable_grad() = torch::randn(shape.sizes);
    }
    Optimizer optimizer(parameters);
    timed((name + ", " + shape.name).c_str(), 1, [&] { optimizer.step(); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  torch::set_num_threads(argc > 1 ? std::atoi(argv[1]) : 1);
  torch::manual_seed(0);
  steps<Adadelta>("Adadelta");
  steps<Adafactor>("Adafactor", {25, 40});
  steps<Adamax>("Adamax");
  steps<ASGD>("ASGD");
  steps<Muon>("Muon", {25, 40}, {525, 400});
  steps<NAdam>("NAdam");
  steps<RAdam>("RAdam");
  steps<Rprop>("Rprop");
}
