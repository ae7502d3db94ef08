// Modules whose text is compared with libtorch's: the same code runs on libtorch (nn_printing.cpp)
// and on Gradus.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace printing {

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

template <class M>
std::string text(const M& m) {
  std::ostringstream out;
  out << m;
  return out.str();
}

inline std::vector<std::string> cases() {
  std::vector<std::string> printed;
#define CASE(...) printed.push_back(text(__VA_ARGS__));
#include "tests/reference/nn_printing_cases.h"
#undef CASE
  return printed;
}

}  // namespace printing
