// Pooling as layers; see nn/functional/pool.h for what each computes. None has parameters.
#pragma once

#include "nn/any_value.h"
#include "nn/layers/stateless.h"
#include "nn/options/pool.h"

namespace gradus::nn {

// The last line of each layer's class keeps its table of virtual functions in the library, so that
// programs need not compile it.

// --- Averages ----

/// What AvgPool1d to AvgPool3d share.
template <size_t D, class Derived>
class AvgPoolImpl : public Stateless<Derived, AvgPoolOptions<D>> {
 public:
  AvgPoolImpl(ExpandingArray<D> kernel_size);
  explicit AvgPoolImpl(const AvgPoolOptions<D>& options_);
  void pretty_print(std::ostream& out) const override;
  /// The averages of windows; see functional::avg_pool1d.
  Tensor forward(const Tensor& input);
};
/// Averages of windows over the last dim: `AvgPool1d(3)`; see functional::avg_pool1d.
class AvgPool1dImpl : public AvgPoolImpl<1, AvgPool1dImpl> {
 public:
  using AvgPoolImpl::AvgPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Averages of windows over the last two dims; see functional::avg_pool2d.
class AvgPool2dImpl : public AvgPoolImpl<2, AvgPool2dImpl> {
 public:
  using AvgPoolImpl::AvgPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Averages of windows over the last three dims; see functional::avg_pool3d.
class AvgPool3dImpl : public AvgPoolImpl<3, AvgPool3dImpl> {
 public:
  using AvgPoolImpl::AvgPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
using AvgPool1d = ModuleHolder<AvgPool1dImpl>;  ///< Holds an AvgPool1dImpl.
using AvgPool2d = ModuleHolder<AvgPool2dImpl>;  ///< Holds an AvgPool2dImpl.
using AvgPool3d = ModuleHolder<AvgPool3dImpl>;  ///< Holds an AvgPool3dImpl.

/// What AdaptiveAvgPool1d to AdaptiveAvgPool3d share.
template <size_t D, class output_size_t, class Derived>
class AdaptiveAvgPoolImpl : public Stateless<Derived, AdaptiveAvgPoolOptions<output_size_t>> {
 public:
  AdaptiveAvgPoolImpl(output_size_t output_size);
  explicit AdaptiveAvgPoolImpl(const AdaptiveAvgPoolOptions<output_size_t>& options_);
  void pretty_print(std::ostream& out) const override;
  /// The averages of windows; see functional::adaptive_avg_pool1d.
  Tensor forward(const Tensor& input);
};
/// Averages of `output_size` windows over the last dim; see functional::adaptive_avg_pool1d.
class AdaptiveAvgPool1dImpl
    : public AdaptiveAvgPoolImpl<1, ExpandingArray<1>, AdaptiveAvgPool1dImpl> {
 public:
  using AdaptiveAvgPoolImpl::AdaptiveAvgPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The same over the last two dims: `AdaptiveAvgPool2d({4, std::nullopt})` keeps the width.
class AdaptiveAvgPool2dImpl
    : public AdaptiveAvgPoolImpl<2, ExpandingArrayWithOptionalElem<2>, AdaptiveAvgPool2dImpl> {
 public:
  using AdaptiveAvgPoolImpl::AdaptiveAvgPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The same over the last three dims; see functional::adaptive_avg_pool3d.
class AdaptiveAvgPool3dImpl
    : public AdaptiveAvgPoolImpl<3, ExpandingArrayWithOptionalElem<3>, AdaptiveAvgPool3dImpl> {
 public:
  using AdaptiveAvgPoolImpl::AdaptiveAvgPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
using AdaptiveAvgPool1d = ModuleHolder<AdaptiveAvgPool1dImpl>;  ///< Holds an AdaptiveAvgPool1dImpl.
using AdaptiveAvgPool2d = ModuleHolder<AdaptiveAvgPool2dImpl>;  ///< Holds an AdaptiveAvgPool2dImpl.
using AdaptiveAvgPool3d = ModuleHolder<AdaptiveAvgPool3dImpl>;  ///< Holds an AdaptiveAvgPool3dImpl.

/// What LPPool1d to LPPool3d share.
template <size_t D, class Derived>
class LPPoolImpl : public Stateless<Derived, LPPoolOptions<D>> {
 public:
  LPPoolImpl(double norm_type, ExpandingArray<D> kernel_size);
  explicit LPPoolImpl(const LPPoolOptions<D>& options_);
  void pretty_print(std::ostream& out) const override;
  /// The norms of windows; see functional::lp_pool1d.
  Tensor forward(const Tensor& input);
};
/// Norms of windows over the last dim: `LPPool1d(2, 3)`; see functional::lp_pool1d.
class LPPool1dImpl : public LPPoolImpl<1, LPPool1dImpl> {
 public:
  using LPPoolImpl::LPPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Norms of windows over the last two dims; see functional::lp_pool2d.
class LPPool2dImpl : public LPPoolImpl<2, LPPool2dImpl> {
 public:
  using LPPoolImpl::LPPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Norms of windows over the last three dims; see functional::lp_pool3d.
class LPPool3dImpl : public LPPoolImpl<3, LPPool3dImpl> {
 public:
  using LPPoolImpl::LPPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
using LPPool1d = ModuleHolder<LPPool1dImpl>;  ///< Holds an LPPool1dImpl.
using LPPool2d = ModuleHolder<LPPool2dImpl>;  ///< Holds an LPPool2dImpl.
using LPPool3d = ModuleHolder<LPPool3dImpl>;  ///< Holds an LPPool3dImpl.

// --- Maxima ----

/// What MaxPool1d to MaxPool3d share.
template <size_t D, class Derived>
class MaxPoolImpl : public Stateless<Derived, MaxPoolOptions<D>> {
 public:
  MaxPoolImpl(ExpandingArray<D> kernel_size);
  explicit MaxPoolImpl(const MaxPoolOptions<D>& options_);
  void pretty_print(std::ostream& out) const override;
  /// The maxima of windows; see functional::max_pool1d.
  Tensor forward(const Tensor& input);
  /// The maxima and their places, which max unpooling takes.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
};
/// Maxima of windows over the last dim: `MaxPool1d(3)`; see functional::max_pool1d.
class MaxPool1dImpl : public MaxPoolImpl<1, MaxPool1dImpl> {
 public:
  using MaxPoolImpl::MaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Maxima of windows over the last two dims: `MaxPool2d(MaxPool2dOptions(3).stride(2))`; see
/// functional::max_pool2d.
class MaxPool2dImpl : public MaxPoolImpl<2, MaxPool2dImpl> {
 public:
  using MaxPoolImpl::MaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Maxima of windows over the last three dims; see functional::max_pool3d.
class MaxPool3dImpl : public MaxPoolImpl<3, MaxPool3dImpl> {
 public:
  using MaxPoolImpl::MaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
using MaxPool1d = ModuleHolder<MaxPool1dImpl>;  ///< Holds a MaxPool1dImpl.
using MaxPool2d = ModuleHolder<MaxPool2dImpl>;  ///< Holds a MaxPool2dImpl.
using MaxPool3d = ModuleHolder<MaxPool3dImpl>;  ///< Holds a MaxPool3dImpl.

/// What AdaptiveMaxPool1d to AdaptiveMaxPool3d share.
template <size_t D, class output_size_t, class Derived>
class AdaptiveMaxPoolImpl : public Stateless<Derived, AdaptiveMaxPoolOptions<output_size_t>> {
 public:
  AdaptiveMaxPoolImpl(output_size_t output_size);
  explicit AdaptiveMaxPoolImpl(const AdaptiveMaxPoolOptions<output_size_t>& options_);
  void pretty_print(std::ostream& out) const override;
  /// The maxima of windows; see functional::adaptive_max_pool1d.
  Tensor forward(const Tensor& input);
  /// The maxima and their places, which max unpooling takes.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
};
/// Maxima of `output_size` windows over the last dim; see functional::adaptive_max_pool1d.
class AdaptiveMaxPool1dImpl
    : public AdaptiveMaxPoolImpl<1, ExpandingArray<1>, AdaptiveMaxPool1dImpl> {
 public:
  using AdaptiveMaxPoolImpl::AdaptiveMaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The same over the last two dims: `AdaptiveMaxPool2d({4, std::nullopt})` keeps the width.
class AdaptiveMaxPool2dImpl
    : public AdaptiveMaxPoolImpl<2, ExpandingArrayWithOptionalElem<2>, AdaptiveMaxPool2dImpl> {
 public:
  using AdaptiveMaxPoolImpl::AdaptiveMaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The same over the last three dims; see functional::adaptive_max_pool3d.
class AdaptiveMaxPool3dImpl
    : public AdaptiveMaxPoolImpl<3, ExpandingArrayWithOptionalElem<3>, AdaptiveMaxPool3dImpl> {
 public:
  using AdaptiveMaxPoolImpl::AdaptiveMaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
using AdaptiveMaxPool1d = ModuleHolder<AdaptiveMaxPool1dImpl>;  ///< Holds an AdaptiveMaxPool1dImpl.
using AdaptiveMaxPool2d = ModuleHolder<AdaptiveMaxPool2dImpl>;  ///< Holds an AdaptiveMaxPool2dImpl.
using AdaptiveMaxPool3d = ModuleHolder<AdaptiveMaxPool3dImpl>;  ///< Holds an AdaptiveMaxPool3dImpl.

/// What FractionalMaxPool2d and FractionalMaxPool3d share.
template <size_t D, class Derived>
class FractionalMaxPoolImpl : public Cloneable<Derived> {
 public:
  FractionalMaxPoolImpl(ExpandingArray<D> kernel_size);
  explicit FractionalMaxPoolImpl(FractionalMaxPoolOptions<D> options_);
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  /// The maxima of windows at random places; see functional::fractional_max_pool2d.
  Tensor forward(const Tensor& input);
  /// The maxima and their places in the input.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);

  FractionalMaxPoolOptions<D> options;
  Tensor _random_samples;  // a buffer, undefined unless the options have it
};
/// Maxima of windows at random places of the last two dims; see functional::fractional_max_pool2d.
/// Throws Error unless the options have either an output_size or an output_ratio in (0, 1).
class FractionalMaxPool2dImpl : public FractionalMaxPoolImpl<2, FractionalMaxPool2dImpl> {
 public:
  using FractionalMaxPoolImpl::FractionalMaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// The same over the last three dims; see functional::fractional_max_pool3d.
class FractionalMaxPool3dImpl : public FractionalMaxPoolImpl<3, FractionalMaxPool3dImpl> {
 public:
  using FractionalMaxPoolImpl::FractionalMaxPoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Holds a FractionalMaxPool2dImpl.
using FractionalMaxPool2d = ModuleHolder<FractionalMaxPool2dImpl>;
/// Holds a FractionalMaxPool3dImpl.
using FractionalMaxPool3d = ModuleHolder<FractionalMaxPool3dImpl>;

// --- The way back ----

/// What MaxUnpool1d to MaxUnpool3d share.
template <size_t D, class Derived>
class MaxUnpoolImpl : public Stateless<Derived, MaxUnpoolOptions<D>> {
 public:
  MaxUnpoolImpl(ExpandingArray<D> kernel_size);
  explicit MaxUnpoolImpl(const MaxUnpoolOptions<D>& options_);
  void pretty_print(std::ostream& out) const override;
  /// Maxima put back to where max pooling took them from; see functional::max_unpool1d.
  Tensor forward(const Tensor& input, const Tensor& indices,
                 const std::optional<std::vector<int64_t>>& output_size = std::nullopt);

 protected:
  DefaultArguments _forward_default_args() const override;
};
/// Puts maxima back along the last dim; see functional::max_unpool1d.
class MaxUnpool1dImpl : public MaxUnpoolImpl<1, MaxUnpool1dImpl> {
 public:
  using MaxUnpoolImpl::MaxUnpoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Puts maxima back in the last two dims; see functional::max_unpool2d.
class MaxUnpool2dImpl : public MaxUnpoolImpl<2, MaxUnpool2dImpl> {
 public:
  using MaxUnpoolImpl::MaxUnpoolImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Puts maxima back in the last three dims; see functional::max_unpool3d.
class MaxUnpool3dImpl : public MaxUnpoolImpl<3, MaxUnpool3dImpl> {
 public:
  using MaxUnpoolImpl::MaxUnpoolImpl;
  void pretty_print(std::ostream& out) const override;
};
using MaxUnpool1d = ModuleHolder<MaxUnpool1dImpl>;  ///< Holds a MaxUnpool1dImpl.
using MaxUnpool2d = ModuleHolder<MaxUnpool2dImpl>;  ///< Holds a MaxUnpool2dImpl.
using MaxUnpool3d = ModuleHolder<MaxUnpool3dImpl>;  ///< Holds a MaxUnpool3dImpl.

}  // namespace gradus::nn
