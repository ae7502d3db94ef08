// Copies of modules that are of the same type as the original.
#pragma once

#include "nn/cloneable.h"

namespace gradus {
namespace detail {
std::shared_ptr<nn::Module> deepcopy(const nn::Module& module, const std::optional<Device>& device);
[[noreturn]] void throw_sliced_copy(const nn::Module& copy, const std::type_info& wanted);

template <class M>
std::shared_ptr<M> deepcopy_as(const M& module, const std::optional<Device>& device) {
  std::shared_ptr<nn::Module> copy = deepcopy(module, device);
  if (auto same = std::dynamic_pointer_cast<M>(copy)) return same;
  throw_sliced_copy(*copy, typeid(M));
}
}  // namespace detail

namespace nn {

/// A copy of a module and all below it, of its own type: `Net copy = deepcopy(net)`. What is shared
/// in the tree stays shared in the copy: a module that a container holds twice, a tensor that is
/// registered twice, and tensors that lie on the same elements. Hooks come along; gradients do
/// not. Throws Error where Module::clone() does.
template <gradus::detail::a_module_holder H>
H deepcopy(const H& holder, const std::optional<Device>& device = std::nullopt) {
  return H(gradus::detail::deepcopy_as(*holder, device));
}
template <gradus::detail::a_module M>
std::shared_ptr<M> deepcopy(const std::shared_ptr<M>& module,
                            const std::optional<Device>& device = std::nullopt) {
  if (!module) gradus::detail::throw_empty_holder();
  return gradus::detail::deepcopy_as(*module, device);
}

}  // namespace nn

using nn::deepcopy;

}  // namespace gradus
