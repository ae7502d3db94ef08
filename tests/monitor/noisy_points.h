// Something to train on, and a network that draws while it is trained.
#pragma once

#include <cmath>
#include <vector>

#include "gradus.h"

namespace noisy_points {

using namespace gradus;

// Points whose noise is drawn where a batch is made.
struct Examples : data::datasets::Dataset<Examples> {
  explicit Examples(size_t count) : count(count) {}
  data::Example<> get(size_t i) override {
    const double noise = data::random_unit();
    return {full({3}, double(i) / 10 + noise), full({2}, std::sin(double(i)))};
  }
  std::optional<size_t> size() const override { return count; }
  size_t count;
};
inline auto loader_of(size_t count, size_t workers = 0) {
  return data::make_data_loader(Examples(count).map(data::transforms::Stack<>()),
                                data::DataLoaderOptions(4).workers(workers));
}
using Loader = decltype(loader_of(0));

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    layers =
        register_module("layers", nn::Sequential(nn::Linear(3, 5), nn::BatchNorm1d(5), nn::Tanh(),
                                                 nn::Dropout(0.3), nn::Linear(5, 2)));
  }
  Tensor forward(const Tensor& x) { return layers->forward(x); }
  nn::Sequential layers{nullptr};
};
GRADUS_MODULE(Net);

inline std::vector<Tensor> weights_of(const Net& net) {
  std::vector<Tensor> out;
  for (const auto& item : net->state_dict()) out.push_back(item->clone());
  return out;
}
inline bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!equal(a[i], b[i])) return false;
  return true;
}

}  // namespace noisy_points
