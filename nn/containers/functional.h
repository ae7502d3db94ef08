// A function as a module.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

// Functional(f) calls f(x); Functional(f, args...) calls f(x, args...).
class FunctionalImpl : public Cloneable<FunctionalImpl> {
 public:
  using Function = std::function<Tensor(Tensor)>;
  explicit FunctionalImpl(Function function);
  template <class F, class... Args>
  requires(sizeof...(Args) > 0) explicit FunctionalImpl(F f, Args... args)
      : FunctionalImpl(Function([f, args...](Tensor x) { return f(std::move(x), args...); })) {}
  void reset() override {}
  void pretty_print(std::ostream& out) const override;
  Tensor forward(Tensor x);
  Tensor operator()(Tensor x);
  bool is_serializable() const override { return false; }

 private:
  Function function_;
};
using Functional = ModuleHolder<FunctionalImpl>;

}  // namespace gradus::nn
