// Modules called with other tensors in the places of their parameters and buffers.
#pragma once

#include "nn/module.h"
#include "tensor/base/arg.h"

namespace gradus {
namespace detail {

// Puts tensors into a module, and the former ones back at the end.
class TensorsInPlace {
 public:
  TensorsInPlace(nn::Module& root, const OrderedDict<std::string, Tensor>& tensors,
                 bool tie_weights, bool strict);
  TensorsInPlace(const TensorsInPlace&) = delete;
  TensorsInPlace& operator=(const TensorsInPlace&) = delete;
  ~TensorsInPlace();

 private:
  struct Former {
    Tensor *registered, *place;
    Tensor value;
  };
  std::vector<Former> former_;
  std::vector<ModuleExtras*> derives_;  // of modules that compute some of their tensors
};

}  // namespace detail

namespace nn {

/// How functional_call() places its tensors.
struct FunctionalCallOptions {
  /// Whether a tensor that is registered at several paths is replaced at all of them when one is
  /// named.
  GRADUS_ARG(bool, tie_weights) = true;
  /// Whether every parameter and buffer must be named.
  GRADUS_ARG(bool, strict) = false;
};

/// Calls a module as if its parameters and buffers were these, by their paths:
/// `functional_call(net,
/// {{"fc.weight", w}, {"fc.bias", b}}, x)`. Gradients flow to the given tensors, which may be
/// results of operations; what is not named stays. The module has its own tensors back afterwards,
/// also when forward() throws; meanwhile no other thread may use it. Throws Error for a path that
/// does not exist, a tensor named twice, and a module that does not say where it keeps its tensors
/// (see Module::member).
template <class M, class... Args>
auto functional_call(const M& module, const OrderedDict<std::string, Tensor>& tensors,
                     const FunctionalCallOptions& options, Args&&... args) {
  auto& m = *const_cast<M&>(module);
  const gradus::detail::TensorsInPlace placed(m, tensors, options.tie_weights(), options.strict());
  return gradus::detail::call(m, std::forward<Args>(args)...);
}
template <class M, class... Args>
requires(!(std::is_same_v<std::remove_cvref_t<Args>, FunctionalCallOptions> ||
           ...)) auto functional_call(const M& module,
                                      const OrderedDict<std::string, Tensor>& tensors,
                                      Args&&... args) {
  return functional_call(module, tensors, FunctionalCallOptions(), std::forward<Args>(args)...);
}

}  // namespace nn

namespace func {
using nn::functional_call;
}  // namespace func

}  // namespace gradus
