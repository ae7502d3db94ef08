// What the tests of hooks, parametrisations, pruning, fusion and lazy layers share: rows of
// module_tools.txt, and the inputs that its script makes.
#pragma once

#include <doctest/doctest.h>

#include <map>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/nn.h"
#include "tests/table.h"

namespace gradus::test {

// cos(1.3 i + phase)
inline Tensor wave(IntArrayRef sizes, double phase = 0) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return (arange(n, kDouble) * 1.3 + phase).cos().reshape(sizes);
}
inline Tensor wave(std::initializer_list<int64_t> sizes, double phase = 0) {
  return wave(IntArrayRef(sizes), phase);
}

// Takes a module to double and fills its parameters with waves.
template <class M>
M filled(M module) {
  module->to(kDouble);
  const NoGradGuard untaped;
  double phase = 0;
  for (const Tensor& p : module->parameters()) p.copy_(wave(p.sizes(), phase++));
  return module;
}

// The result, and the gradients of its weighted sum by all parameters.
template <class M>
std::vector<Tensor> step(M& module, const Tensor& input) {
  module->zero_grad();
  const Tensor y = module->forward(input);
  (y * wave(y.sizes(), 0.5)).sum().backward();
  std::vector<Tensor> out{y};
  for (const Tensor& p : module->parameters()) out.push_back(p.grad());
  return out;
}

inline std::vector<Tensor> operator+(std::vector<Tensor> a, const std::vector<Tensor>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline const std::vector<Tensor>& reference(const std::string& name) {
  static const auto all = [] {
    std::map<std::string, std::vector<Tensor>> rows;
    for (const Cell& row : read_table("module_tools.txt"))
      for (const Cell& c : row[1].items) {
        std::vector<double> values = c[1].numbers();
        rows[row[0].text].push_back(from_blob(values.data(), c[0].integers(), kDouble).clone());
      }
    return rows;
  }();
  return all.at(name);
}

// Whether these are the tensors of the row.
inline void check_row(const std::string& name, const std::vector<Tensor>& got,
                      double tolerance = 1e-10) {
  INFO(name);
  const std::vector<Tensor>& want = reference(name);
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    INFO("tensor " << i);
    REQUIRE(got[i].defined());
    REQUIRE(got[i].sizes() == want[i].sizes());
    CHECK((got[i].detach().to(kDouble) - want[i]).abs().max().item<double>() <= tolerance);
  }
}

}  // namespace gradus::test
