// Linear maps, and layers that only reshape.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/linear.h"

namespace gradus::nn {

class IdentityImpl : public Plain<IdentityImpl> {
 public:
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using Identity = ModuleHolder<IdentityImpl>;

// y = x weight^T + bias over the last dim.
class LinearImpl : public Cloneable<LinearImpl> {
 public:
  LinearImpl(int64_t in_features, int64_t out_features);
  explicit LinearImpl(const LinearOptions& options_);
  void reset() override;
  // Uniform within 1 / sqrt(in_features).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  LinearOptions options;
  Tensor weight;  // [out_features, in_features]
  Tensor bias;    // [out_features]
};
using Linear = ModuleHolder<LinearImpl>;

// y = x1^T weight x2 + bias over the last dims, for each output a matrix.
class BilinearImpl : public Cloneable<BilinearImpl> {
 public:
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features);
  explicit BilinearImpl(const BilinearOptions& options_);
  void reset() override;
  // Uniform within 1 / sqrt(in1_features).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2);

  BilinearOptions options;
  Tensor weight;  // [out_features, in1_features, in2_features]
  Tensor bias;    // [out_features]
};
using Bilinear = ModuleHolder<BilinearImpl>;

class FlattenImpl : public Stateless<FlattenImpl, FlattenOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using Flatten = ModuleHolder<FlattenImpl>;

class UnflattenImpl : public Stateless<UnflattenImpl, UnflattenOptions> {
 public:
  using Stateless::Stateless;
  UnflattenImpl(int64_t dim, std::vector<int64_t> sizes);
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
using Unflatten = ModuleHolder<UnflattenImpl>;

}  // namespace gradus::nn
