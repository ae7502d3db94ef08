// A layer that has options and no parameters.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

/// A layer that has options and no parameters, made of its options alone.
template <class Derived, class Options>
class Stateless : public Cloneable<Derived> {
 public:
  Stateless() requires std::is_default_constructible_v<Options> {}
  explicit Stateless(const Options& options_) : options(options_) {}
  /// Does nothing: there are no parameters.
  void reset() override {}
  Options options;
};

/// A layer that has neither options nor parameters.
template <class Derived>
class Plain : public Cloneable<Derived> {
 public:
  /// Does nothing: there are no parameters.
  void reset() override {}
};

}  // namespace gradus::nn
