// Layers for pictures, made from a seed and run forward and backward, training and not, on inputs
// with and without a batch. The same code runs on libtorch (image_modules.cpp) and on Gradus.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace image_modules {

using torch::Tensor;
using namespace torch::nn;
using Sizes = std::vector<int64_t>;

// Names and sizes of some tensors, and for each two sums that a change of any element or of its
// place changes: of the elements with weights, and of their magnitudes.
struct Result {
  std::string name, shapes;
  std::vector<double> sums;

  void add(const std::string& tensor, const Tensor& t) {
    shapes += tensor + "[";
    for (const int64_t s : t.sizes()) shapes += " " + std::to_string(s);
    shapes += " ] ";
    const Tensor flat = t.detach().to(torch::kDouble).contiguous();
    double sum = 0, size = 0;
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double v = flat.data_ptr<double>()[i];
      sum += v * (1 + double(i % 101) / 101);
      size += v < 0 ? -v : v;
    }
    sums.insert(sums.end(), {sum, size});
  }
};

inline void run(std::vector<Result>& results, const std::string& name,
                const std::shared_ptr<Module>& module,
                const std::function<Tensor(const Tensor&)>& forward,
                const std::vector<Sizes>& inputs) {
  module->to(torch::kDouble);
  Result made{name + ", made", {}, {}};
  for (const auto& p : module->named_parameters()) made.add(p.key(), p.value());
  for (const auto& b : module->named_buffers()) made.add(b.key(), b.value());
  if (!made.shapes.empty()) results.push_back(made);
  for (const bool training : {true, false}) {
    module->train(training);
    for (const Sizes& sizes : inputs) {
      Result r{name + (training ? ", training" : ", evaluating"), {}, {}};
      torch::manual_seed(7);
      const Tensor x = torch::randn(sizes, torch::kDouble).requires_grad_();
      try {
        const Tensor y = forward(x);
        r.add("y", y);
        module->zero_grad();
        (y * torch::randn(y.sizes(), torch::kDouble)).sum().backward();
        r.add("dx", x.grad());
        for (const auto& p : module->named_parameters()) r.add("d" + p.key(), p.value().grad());
        for (const auto& b : module->named_buffers()) r.add(b.key(), b.value());
      } catch (const std::exception&) {
        r.shapes = "throws";
        r.sums.clear();
      }
      results.push_back(r);
    }
  }
}

inline std::vector<Result> all() {
  std::vector<Result> results;
#define CASE(Made, ...)                                                                        \
  {                                                                                            \
    torch::manual_seed(1);                                                                     \
    auto m = Made;                                                                             \
    run(                                                                                       \
        results, #Made, m.ptr(), [&](const Tensor& x) { return m->forward(x); }, __VA_ARGS__); \
  }
#include "tests/reference/image_modules_cases.h"
#undef CASE
  return results;
}

}  // namespace image_modules
