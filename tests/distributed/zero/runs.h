// Trainings that the tests of ZeroRedundancyOptimizer compare.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "distributed/distributed.h"
#include "gradus.h"
#include "tests/distributed/data_parallel/networks.h"
#include "tests/support.h"

namespace zero_test {

using namespace gradus;
using namespace gradus::distributed;
using Parameters = std::vector<optim::OptimizerParamGroup>;

// An undivided optimiser, and the same divided.
struct Pair {
  const char* name;
  std::function<std::unique_ptr<optim::Optimizer>(const Parameters&)> whole;
  std::function<std::unique_ptr<DividedOptimizer>(const Parameters&, intrusive_ptr<ProcessGroup>,
                                                  const ZeroRedundancyOptimizerOptions&)>
      divided;
};
template <class T, class Options>
Pair pair(const char* name, const Options& o) {
  return {name, [o](const Parameters& p) { return std::make_unique<T>(p, o); },
          [o](const Parameters& p, intrusive_ptr<ProcessGroup> group,
              const ZeroRedundancyOptimizerOptions& z) {
            return std::make_unique<ZeroRedundancyOptimizer<T>>(p, o, std::move(group), z);
          }};
}
inline std::vector<Pair> elementwise_pairs() {
  using namespace optim;
  return {pair<SGD>("SGD", SGDOptions(0.05)),
          pair<SGD>("SGD with momentum", SGDOptions(0.05).momentum(0.9).weight_decay(0.01)),
          pair<Adam>("Adam", AdamOptions(0.01).amsgrad(true)),
          pair<AdamW>("AdamW", AdamWOptions(0.01)),
          pair<RMSprop>("RMSprop", RMSpropOptions(0.01).momentum(0.5).centered(true)),
          pair<Adagrad>("Adagrad", AdagradOptions(0.05).initial_accumulator_value(0.1)),
          pair<Adadelta>("Adadelta", AdadeltaOptions(1)),
          pair<Adamax>("Adamax", AdamaxOptions(0.01)),
          pair<NAdam>("NAdam", NAdamOptions(0.01)),
          pair<RAdam>("RAdam", RAdamOptions(0.01)),
          pair<Rprop>("Rprop", RpropOptions(0.01)),
          pair<ASGD>("ASGD", ASGDOptions(0.01).t0(5)),
          pair<Lion>("Lion", LionOptions(0.01))};
}

// What an optimiser would save, for comparison.
inline std::vector<std::pair<std::string, Tensor>> contents(const optim::Optimizer& o) {
  serialize::OutputArchive archive;
  o.save(archive);
  std::vector<std::pair<std::string, Tensor>> out;
  for (const auto& [name, value] : archive.entries()) {
    if (value.isTensor())
      out.emplace_back(name, value.toTensor());
    else if (value.isInt() || value.isDouble() || value.isBool())
      out.emplace_back(name, full({}, value.toScalar(), kDouble));
    else
      out.emplace_back(name, Tensor());
  }
  return out;
}
inline std::string difference(const optim::Optimizer& a, const optim::Optimizer& b) {
  const auto x = contents(a), y = contents(b);
  if (x.size() != y.size())
    return std::to_string(x.size()) + " entries and " + std::to_string(y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i].first != y[i].first) return x[i].first + " and " + y[i].first;
    const Tensor &s = x[i].second, &t = y[i].second;
    if (s.defined() != t.defined() || (s.defined() && !equal(s, t))) return x[i].first;
  }
  return "";
}

// The parameters in two groups, with rates of their own.
inline Parameters two_groups(const std::vector<Tensor>& p) {
  const size_t half = p.size() / 2;
  return {optim::OptimizerParamGroup(std::vector<Tensor>(p.begin(), p.begin() + ptrdiff_t(half))),
          optim::OptimizerParamGroup(std::vector<Tensor>(p.begin() + ptrdiff_t(half), p.end()))};
}

// Bytes of the states of an optimiser.
inline int64_t state_bytes(const optim::Optimizer& o) {
  int64_t bytes = 0;
  for (const auto& [p, state] : o.state()) {
    serialize::OutputArchive archive;
    state->serialize(archive);
    for (const auto& [name, value] : archive.entries())
      if (value.isTensor())
        bytes += value.toTensor().numel() * int64_t(value.toTensor().element_size());
  }
  return bytes;
}

// Sizes that no number of ranks divides, no elements, and no dims.
inline std::vector<Tensor> odd_parameters() {
  manual_seed(3);
  std::vector<Tensor> p{randn({7, 5}), randn({3}), randn({0, 4}), randn({}), randn({129})};
  for (Tensor& t : p) t.requires_grad_();
  return p;
}

}  // namespace zero_test
