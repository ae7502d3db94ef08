#include <doctest/doctest.h>

#include "gradus.h"

// Not by torch.h, with which names of modules would be spelled as libtorch's in all these tests.
namespace torch = gradus;
#define TORCH_MODULE GRADUS_MODULE
#include "tests/reference/nn_printing_modules.h"

using namespace gradus;

TEST_CASE("modules print as libtorch prints them") {
  const std::vector<std::string> printed = printing::cases();
  const std::string expected[] = {
#include "tests/reference/nn_printing.inc"
  };
  REQUIRE(printed.size() == std::size(expected));
  for (size_t i = 0; i < printed.size(); ++i) CHECK(printed[i] == expected[i]);
}

TEST_CASE("what libtorch does not have prints alike") {
  CHECK(printing::text(nn::Hardsigmoid()) == "torch::nn::Hardsigmoid()");
  CHECK(printing::text(nn::GaussianNLLLoss()) == "torch::nn::GaussianNLLLoss()");
}
