// Dropout as layers; they do nothing in eval mode. See autograd/ops/nn/dropout.h.
#pragma once

#include "nn/cloneable.h"
#include "nn/options/dropout.h"

namespace gradus::nn {
namespace detail {

void check_dropout(double p);

template <class Derived>
class _DropoutNd : public Cloneable<Derived> {
 public:
  _DropoutNd(double p) : _DropoutNd(DropoutOptions(p)) {}
  explicit _DropoutNd(const DropoutOptions& options_ = {}) : options(options_) {
    check_dropout(options.p());
  }
  // Throws when p is outside [0, 1].
  void reset() override { check_dropout(options.p()); }
  DropoutOptions options;
};

}  // namespace detail

/// Zeroes elements at random in training, and scales the others up; see functional::dropout.
class DropoutImpl : public detail::_DropoutNd<DropoutImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  /// The input itself in eval mode; see functional::dropout.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout = ModuleHolder<DropoutImpl>;  ///< Holds a DropoutImpl.

/// Drops whole channels of [N, C, L] or [C, L] in training; see functional::dropout1d.
class Dropout1dImpl : public detail::_DropoutNd<Dropout1dImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  /// The input itself in eval mode; see functional::dropout1d.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout1d = ModuleHolder<Dropout1dImpl>;  ///< Holds a Dropout1dImpl.

/// Drops whole channels of [N, C, H, W] or [C, H, W] in training; see functional::dropout2d.
class Dropout2dImpl : public detail::_DropoutNd<Dropout2dImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  /// The input itself in eval mode; see functional::dropout2d.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout2d = ModuleHolder<Dropout2dImpl>;  ///< Holds a Dropout2dImpl.

/// Drops whole channels of [N, C, D, H, W] or [C, D, H, W] in training; see functional::dropout3d.
class Dropout3dImpl : public detail::_DropoutNd<Dropout3dImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  /// The input itself in eval mode; see functional::dropout3d.
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout3d = ModuleHolder<Dropout3dImpl>;  ///< Holds a Dropout3dImpl.

/// Dropout that keeps mean and variance behind SELU; see functional::alpha_dropout.
class AlphaDropoutImpl : public detail::_DropoutNd<AlphaDropoutImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  /// The input itself in eval mode; see functional::alpha_dropout.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using AlphaDropout = ModuleHolder<AlphaDropoutImpl>;  ///< Holds an AlphaDropoutImpl.

/// AlphaDropout of whole channels; see functional::feature_alpha_dropout.
class FeatureAlphaDropoutImpl : public detail::_DropoutNd<FeatureAlphaDropoutImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  /// The input itself in eval mode; see functional::feature_alpha_dropout.
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
/// Holds a FeatureAlphaDropoutImpl.
using FeatureAlphaDropout = ModuleHolder<FeatureAlphaDropoutImpl>;

}  // namespace gradus::nn
