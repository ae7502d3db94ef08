// A function as a module.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

/// A function as a module: Functional(f) calls f(x); Functional(f, args...) calls f(x, args...). It
/// is not saved with its parent.
class FunctionalImpl : public Cloneable<FunctionalImpl> {
 public:
  /// What it calls.
  using Function = std::function<Tensor(Tensor)>;
  explicit FunctionalImpl(Function function);
  template <class F, class... Args>
  requires(sizeof...(Args) > 0) explicit FunctionalImpl(F f, Args... args)
      : FunctionalImpl(Function([f, args...](Tensor x) { return f(std::move(x), args...); })) {}
  /// Does nothing.
  void reset() override {}
  void pretty_print(std::ostream& out) const override;
  /// Calls the function.
  Tensor forward(Tensor x);
  /// The same as forward().
  Tensor operator()(Tensor x);
  /// False: a function cannot be saved.
  bool is_serializable() const override { return false; }

 private:
  Function function_;
};
/// Holds a FunctionalImpl.
using Functional = ModuleHolder<FunctionalImpl>;

}  // namespace gradus::nn
