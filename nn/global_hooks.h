// Hooks of all modules of the program: for profilers, and to find where a nan comes from.
#pragma once

#include "nn/hooks.h"

namespace gradus {
namespace detail {
nn::RemovableHandle add_global_hook(nn::ForwardPreHook hook);
nn::RemovableHandle add_global_hook(nn::ForwardHook hook, bool always_call);
nn::RemovableHandle add_global_hook(nn::BackwardPreHook hook);
nn::RemovableHandle add_global_hook(nn::BackwardHook hook);
}  // namespace detail

namespace nn {

/// Module::register_forward_pre_hook() for every module that is called as a whole, on any thread,
/// also those made later. The hooks of all modules are called before a module's own. While there is
/// one, forward() of every module so called must have arguments that can be copied.
template <class F>
RemovableHandle register_module_forward_pre_hook(F hook) {
  return gradus::detail::add_global_hook(gradus::detail::as_forward_pre_hook(std::move(hook)));
}
/// The same as Module::register_forward_hook().
template <class F>
RemovableHandle register_module_forward_hook(F hook, bool always_call = false) {
  return gradus::detail::add_global_hook(gradus::detail::as_forward_hook(std::move(hook)),
                                         always_call);
}
/// The same as Module::register_full_backward_pre_hook().
template <class F>
RemovableHandle register_module_full_backward_pre_hook(F hook) {
  return gradus::detail::add_global_hook(gradus::detail::as_backward_pre_hook(std::move(hook)));
}
/// The same as Module::register_full_backward_hook().
template <class F>
RemovableHandle register_module_full_backward_hook(F hook) {
  return gradus::detail::add_global_hook(gradus::detail::as_backward_hook(std::move(hook)));
}

}  // namespace nn
}  // namespace gradus
