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

class DropoutImpl : public detail::_DropoutNd<DropoutImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout = ModuleHolder<DropoutImpl>;

class Dropout1dImpl : public detail::_DropoutNd<Dropout1dImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout1d = ModuleHolder<Dropout1dImpl>;

class Dropout2dImpl : public detail::_DropoutNd<Dropout2dImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout2d = ModuleHolder<Dropout2dImpl>;

class Dropout3dImpl : public detail::_DropoutNd<Dropout3dImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  Tensor forward(Tensor input);
  void pretty_print(std::ostream& out) const override;
};
using Dropout3d = ModuleHolder<Dropout3dImpl>;

class AlphaDropoutImpl : public detail::_DropoutNd<AlphaDropoutImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using AlphaDropout = ModuleHolder<AlphaDropoutImpl>;

class FeatureAlphaDropoutImpl : public detail::_DropoutNd<FeatureAlphaDropoutImpl> {
 public:
  using _DropoutNd::_DropoutNd;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
using FeatureAlphaDropout = ModuleHolder<FeatureAlphaDropoutImpl>;

}  // namespace gradus::nn
