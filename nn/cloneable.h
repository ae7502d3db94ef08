// What makes a module that can be cloned: derive from Cloneable<Derived>, and register parameters,
// buffers and submodules in reset(), which the constructor calls.
#pragma once

#include "autograd/modes.h"
#include "nn/module.h"

namespace gradus::nn {

template <class Derived>
class Cloneable : public Module {
 public:
  using Module::Module;

  virtual void reset() = 0;

  // A copy of the tree with tensors of its own. Throws when reset() does not register what this
  // module has.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    const NoGradGuard no_grad;
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    copy->parameters_.clear();
    copy->buffers_.clear();
    copy->children_.clear();
    copy->reset();
    check_cloned(*copy);
    copy_tensors_to(*copy, device);
    for (const auto& child : children_)
      copy->children_[child.key()]->clone_(*child.value(), device);
    return copy;
  }

 private:
  void clone_(Module& other, const std::optional<Device>& device) final {
    const auto clone = std::dynamic_pointer_cast<Derived>(other.clone(device));
    if (!clone)
      detail::throw_error("clone: submodule '" + other.name() + "' was made as another type, " +
                          name());
    static_cast<Derived&>(*this) = *clone;
  }
};

}  // namespace gradus::nn
