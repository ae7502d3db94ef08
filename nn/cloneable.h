// What makes a module that can be cloned: derive from Cloneable<Derived>, and register parameters,
// buffers and submodules in reset(), which the constructor calls.
#pragma once

#include "nn/module.h"

namespace gradus::detail {
// A clone of a container's child; within deepcopy() the same for each of its places.
std::shared_ptr<nn::Module> clone_child(const nn::Module& child,
                                        const std::optional<Device>& device);
}  // namespace gradus::detail

namespace gradus::nn {

/// What of Cloneable does not depend on the type.
class CloneableModule : public Module {
 public:
  using Module::Module;
  /// Registers all parameters, buffers and submodules anew.
  virtual void reset() = 0;

 protected:
  // Takes over a copy of this module, which still has its tensors, and gives it its own.
  std::shared_ptr<Module> separate(CloneableModule* copy,
                                   const std::optional<Device>& device) const;

 private:
  void clone_(Module& other, const std::optional<Device>& device) final;
  // Becomes a copy of `other`; false when it is of another type.
  virtual bool assign(const Module& other) = 0;
};

/// The base of a module that can be cloned: `class NetImpl : public Cloneable<NetImpl>`. It
/// registers its parameters, buffers and submodules in reset(), which its constructor calls.
template <class Derived>
class Cloneable : public CloneableModule {
 public:
  using CloneableModule::CloneableModule;

  /// A copy of the tree with tensors of its own. Throws Error when reset() does not register what
  /// this module has.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return separate(new Derived(static_cast<const Derived&>(*this)), device);
  }

 private:
  bool assign(const Module& other) final {
    const auto* same = dynamic_cast<const Derived*>(&other);
    if (same) static_cast<Derived&>(*this) = *same;
    return same != nullptr;
  }
};

}  // namespace gradus::nn
