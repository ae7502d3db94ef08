// Linear maps, and layers that only reshape.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/linear.h"

namespace gradus::nn {

/// Gives its input back.
class IdentityImpl : public Plain<IdentityImpl> {
 public:
  void pretty_print(std::ostream& out) const override;
  /// Gives its input back.
  Tensor forward(const Tensor& input);
};
using Identity = ModuleHolder<IdentityImpl>;  ///< Holds an IdentityImpl.

/// y = x weightᵀ + bias over the last dim: `Linear(in_features, out_features)`. It holds the
/// parameters `weight` and, unless the options say bias(false), `bias`.
class LinearImpl : public Cloneable<LinearImpl> {
 public:
  LinearImpl(int64_t in_features, int64_t out_features);
  explicit LinearImpl(const LinearOptions& options_);
  void reset() override;
  /// Draws both parameters anew, uniform within 1 / sqrt(in_features).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// [..., in_features] to [..., out_features]; see functional::linear.
  Tensor forward(const Tensor& input);

  LinearOptions options;
  Tensor weight;  // [out_features, in_features]
  Tensor bias;    // [out_features]

 protected:
  Tensor* member(std::string_view name) override;
};
using Linear = ModuleHolder<LinearImpl>;  ///< Holds a LinearImpl.

/// y = x1ᵀ weight x2 + bias over the last dims, with a matrix for each output. It holds the
/// parameters `weight` and, unless the options say bias(false), `bias`.
class BilinearImpl : public Cloneable<BilinearImpl> {
 public:
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features);
  explicit BilinearImpl(const BilinearOptions& options_);
  void reset() override;
  /// Draws both parameters anew, uniform within 1 / sqrt(in1_features).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// [..., in1_features] and [..., in2_features] to [..., out_features].
  Tensor forward(const Tensor& input1, const Tensor& input2);

  BilinearOptions options;
  Tensor weight;  // [out_features, in1_features, in2_features]
  Tensor bias;    // [out_features]

 protected:
  Tensor* member(std::string_view name) override;
};
using Bilinear = ModuleHolder<BilinearImpl>;  ///< Holds a BilinearImpl.

/// Merges the dims from start_dim to end_dim into one; by default all but dim 0.
class FlattenImpl : public Stateless<FlattenImpl, FlattenOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// A view of the input where that is possible.
  Tensor forward(const Tensor& input);
};
using Flatten = ModuleHolder<FlattenImpl>;  ///< Holds a FlattenImpl.

/// Splits a dim into several: `Unflatten(1, {2, 5})`, the reverse of Flatten.
class UnflattenImpl : public Stateless<UnflattenImpl, UnflattenOptions> {
 public:
  using Stateless::Stateless;
  UnflattenImpl(int64_t dim, std::vector<int64_t> sizes);
  void pretty_print(std::ostream& out) const override;
  /// A view of the input. Throws Error when the sizes do not fit.
  Tensor forward(const Tensor& input);
};
using Unflatten = ModuleHolder<UnflattenImpl>;  ///< Holds a UnflattenImpl.

}  // namespace gradus::nn
