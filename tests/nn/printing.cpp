#include <doctest/doctest.h>

#include <sstream>

#include "autograd/factories.h"
#include "autograd/ops/pointwise.h"
#include "nn/nn.h"

using namespace gradus;
namespace T = gradus;

namespace {

struct BlockImpl : nn::Module {
  BlockImpl() : nn::Module("Block") {
    fc = register_module("fc", nn::Linear(2, 2));
    act = register_module("act", nn::Tanh());
  }
  Tensor forward(const Tensor& x) { return act(fc(x)); }
  nn::Linear fc{nullptr};
  nn::Tanh act;
};
GRADUS_MODULE(Block);

struct NetImpl : nn::Module {
  NetImpl() : nn::Module("Net") {
    register_module("block", Block());
    register_module("seq", nn::Sequential(nn::Linear(2, 1), Block()));
    register_parameter("scale", T::ones(2));
  }
};
GRADUS_MODULE(Net);

template <class M>
std::string text(const M& m) {
  std::ostringstream out;
  out << m;
  return out.str();
}

}  // namespace

TEST_CASE("modules print as libtorch prints them") {
  std::vector<std::string> printed;
#define CASE(...) printed.push_back(text(__VA_ARGS__));
#include "tests/reference/nn_printing_cases.inc"
#undef CASE
  const std::string expected[] = {
#include "tests/reference/nn_printing.inc"
  };
  REQUIRE(printed.size() == std::size(expected));
  for (size_t i = 0; i < printed.size(); ++i) CHECK(printed[i] == expected[i]);
}

TEST_CASE("what libtorch does not have prints alike") {
  CHECK(text(nn::Hardsigmoid()) == "torch::nn::Hardsigmoid()");
  CHECK(text(nn::GaussianNLLLoss()) == "torch::nn::GaussianNLLLoss()");
}
