// A layer that has options and no parameters.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

template <class Derived, class Options>
class Stateless : public Cloneable<Derived> {
 public:
  Stateless() requires std::is_default_constructible_v<Options> {}
  explicit Stateless(const Options& options_) : options(options_) {}
  void reset() override {}
  Options options;
};

// Without options either.
template <class Derived>
class Plain : public Cloneable<Derived> {
 public:
  void reset() override {}
};

}  // namespace gradus::nn
