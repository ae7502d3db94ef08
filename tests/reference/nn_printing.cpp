// Writes nn_printing.inc: what libtorch prints for the modules of nn_printing_cases.inc. From the
// root of the project, with the headers and libraries of libtorch (2.13):
//   g++ -std=c++20 tests/reference/nn_printing.cpp -I. ... && ./a.out >
//   tests/reference/nn_printing.inc
#include <torch/torch.h>
#include <iostream>
#include <sstream>

namespace T = torch;
using namespace torch;
struct BlockImpl : nn::Module {
  BlockImpl() : nn::Module("Block") {
    fc = register_module("fc", nn::Linear(2, 2));
    act = register_module("act", nn::Tanh());
  }
  Tensor forward(const Tensor& x) { return act(fc(x)); }
  nn::Linear fc{nullptr};
  nn::Tanh act;
};
TORCH_MODULE(Block);
struct NetImpl : nn::Module {
  NetImpl() : nn::Module("Net") {
    register_module("block", Block());
    register_module("seq", nn::Sequential(nn::Linear(2, 1), Block()));
    register_parameter("scale", torch::ones(2));
  }
};
TORCH_MODULE(Net);
#define CASE(...) print(__VA_ARGS__);
template <class M>
void print(const M& m) {
  std::ostringstream out;
  out << m;
  std::cout << "R\"(" << out.str() << ")\",\n";
}
int main() {
  std::cout << "// Made by nn_printing.cpp.\n// clang-format off\n";
#include "tests/reference/nn_printing_cases.inc"
  std::cout << "// clang-format on\n";
}
