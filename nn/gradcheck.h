// Checks the gradients of a module in one line: nn::gradcheck(net, {x}).
#pragma once

#include "autograd/gradcheck.h"
#include "nn/module.h"

namespace gradus {

namespace detail {
bool check_module(nn::Module& module, const autograd::detail::ListFunction& forward,
                  const std::vector<Tensor>& inputs, const autograd::GradcheckOptions& options,
                  bool second_order);

template <class M>
autograd::detail::ListFunction forward_of(M& module) {
  const auto forward = [&module](const auto&... x) -> decltype(module->forward(x...)) {
    return module->forward(x...);
  };
  return autograd::detail::as_list_function(forward);
}
}  // namespace detail

namespace nn {

/// Whether the gradients of module->forward(inputs...) by its floating inputs and by all parameters
/// agree with differences, as autograd::gradcheck. The module (a holder or a pointer) and the
/// inputs are taken to float64 for the check, and are afterwards what they were, buffers included.
/// Random layers draw the same numbers in each evaluation; the default generator is left as it was.
template <class M>
bool gradcheck(M& module, const std::vector<Tensor>& inputs,
               const autograd::GradcheckOptions& options = {}) {
  return gradus::detail::check_module(*module, gradus::detail::forward_of(module), inputs, options,
                                      false);
}
/// gradcheck for the gradients of the gradients.
template <class M>
bool gradgradcheck(M& module, const std::vector<Tensor>& inputs,
                   const autograd::GradcheckOptions& options = {}) {
  return gradus::detail::check_module(*module, gradus::detail::forward_of(module), inputs, options,
                                      true);
}

}  // namespace nn
}  // namespace gradus
