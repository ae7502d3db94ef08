// Module: parameters, buffers and submodules under names; what layers and networks derive from.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/any_value.h"
#include "nn/module_holder.h"
#include "nn/ordered_dict.h"
#include "tensor/tensor.h"

namespace gradus::nn {
class Module;
}

namespace gradus {
extern template class OrderedDict<std::string, Tensor>;
extern template class OrderedDict<std::string, std::shared_ptr<nn::Module>>;

namespace serialize {
class OutputArchive;
class InputArchive;
}  // namespace serialize

namespace nn {
class CloneableModule;
class AnyModuleContent;

/// The arguments of a forward() that have defaults: the place of each, from 0, and its value.
using DefaultArguments = std::vector<std::pair<unsigned, AnyValue>>;

/// Parameters, buffers and submodules under names. Networks and layers derive from it, see
/// Cloneable. All lists go through a module before its children, children in the order of their
/// registration, and name what they list by its path: `block.0.weight`. A tensor or module that
/// several paths lead to is listed once, under the first.
class Module : public std::enable_shared_from_this<Module> {
 public:
  /// What apply() calls.
  using ModuleApplyFunction = std::function<void(Module&)>;
  /// What apply() calls.
  using ConstModuleApplyFunction = std::function<void(const Module&)>;
  /// What apply() calls with each module's path.
  using NamedModuleApplyFunction = std::function<void(const std::string&, Module&)>;
  /// What apply() calls with each module's path.
  using ConstNamedModuleApplyFunction = std::function<void(const std::string&, const Module&)>;
  /// What apply() calls.
  using ModulePointerApplyFunction = std::function<void(const std::shared_ptr<Module>&)>;
  /// What apply() calls with each module's path.
  using NamedModulePointerApplyFunction =
      std::function<void(const std::string&, const std::shared_ptr<Module>&)>;

  Module();
  explicit Module(std::string name);
  Module(const Module&);
  Module(Module&&) noexcept;
  Module& operator=(const Module&);
  Module& operator=(Module&&) noexcept;
  virtual ~Module();

  /// The name that the constructor was given, or its C++ type.
  const std::string& name() const noexcept;
  /// A copy that shares no tensor; see Cloneable. Throws Error for modules that do not derive from
  /// it.
  virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const;

  /// Calls the function with every module of the tree, and with its path where it takes one. Those
  /// that take pointers throw Error unless a shared_ptr owns this module.
  void apply(const ModuleApplyFunction& function);
  void apply(const ConstModuleApplyFunction& function) const;
  void apply(const NamedModuleApplyFunction& function, const std::string& name_prefix = {});
  void apply(const ConstNamedModuleApplyFunction& function,
             const std::string& name_prefix = {}) const;
  void apply(const ModulePointerApplyFunction& function) const;
  void apply(const NamedModulePointerApplyFunction& function,
             const std::string& name_prefix = {}) const;

  /// The parameters; with `recurse` false, without those of submodules.
  std::vector<Tensor> parameters(bool recurse = true) const;
  /// The parameters under their paths.
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  /// The buffers: tensors that are saved and moved with the module and not trained.
  std::vector<Tensor> buffers(bool recurse = true) const;
  /// The buffers under their paths.
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  /// All modules of the tree. With include_self it throws Error unless a shared_ptr owns this
  /// module.
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  /// All modules of the tree under their paths, this one under name_prefix. With include_self it
  /// throws Error unless a shared_ptr owns this module.
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(
      const std::string& name_prefix = {}, bool include_self = true) const;
  /// The direct submodules.
  std::vector<std::shared_ptr<Module>> children() const;
  /// The direct submodules under their names.
  OrderedDict<std::string, std::shared_ptr<Module>> named_children() const;

  /// Sets the whole tree to training, or with false to eval mode.
  virtual void train(bool on = true);
  /// Sets the whole tree to eval mode: dropout keeps all, and batch norm uses its running
  /// statistics.
  void eval() { train(false); }
  /// Whether it is in training, as at first.
  virtual bool is_training() const noexcept { return is_training_; }
  /// Converts the tree. A floating type converts the floating parameters and buffers with their
  /// gradients, and leaves integers (as the count of BatchNorm) alone. There is only the CPU.
  virtual void to(Device device, ScalarType dtype, bool non_blocking = false);
  virtual void to(ScalarType dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);
  /// Drops the gradients of all parameters; with `set_to_none` false, fills them with 0.
  virtual void zero_grad(bool set_to_none = true);
  /// Sets whether the parameters of the tree get gradients.
  void requires_grad_(bool requires_grad = true);

  /// This module as a T (a module or its holder), or null when it is none.
  template <class T>
  auto* as() noexcept {
    if constexpr (detail::a_module_holder<T>)
      return dynamic_cast<typename T::ContainedType*>(this);
    else
      return dynamic_cast<T*>(this);
  }
  template <class T>
  const auto* as() const noexcept {
    return const_cast<Module*>(this)->as<T>();
  }

  /// Writes parameters, buffers and serializable children under their names.
  virtual void save(serialize::OutputArchive& archive) const;
  /// Reads what save() wrote into the tensors that are there. Throws Error when a name is missing
  /// or sizes differ.
  virtual void load(serialize::InputArchive& archive);
  /// Whether save() and load() take it along with its parent.
  virtual bool is_serializable() const { return true; }
  /// Prints the line that stands for this module, without its children.
  virtual void pretty_print(std::ostream& out) const;

  /// Adds a parameter, which then is a leaf with or without requires_grad. An undefined tensor
  /// keeps its name free of a value. Throws Error when the name is empty, holds a dot or is taken.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  /// Adds a buffer: a tensor that is saved and moved with the module and not trained. Throws Error
  /// for names as register_parameter does.
  Tensor& register_buffer(std::string name, Tensor tensor);
  /// Adds a submodule and gives it back: `fc = register_module("fc", nn::Linear(4, 3))`. Throws
  /// Error when it is empty, and for names as register_parameter does.
  template <class M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <class M>
  std::shared_ptr<M> register_module(std::string name, ModuleHolder<M> holder) {
    return register_module(std::move(name), holder.ptr());
  }
  /// Puts another module under a name that is taken. Throws Error when it is not.
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, std::shared_ptr<M> module) {
    replace_child(name, module);
    return module;
  }
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, ModuleHolder<M> holder) {
    return replace_module(name, holder.ptr());
  }
  /// Removes a submodule. Throws Error when there is no such name.
  void unregister_module(const std::string& name);

 protected:
  /// What GRADUS_FORWARD_HAS_DEFAULT_ARGS overrides.
  virtual DefaultArguments _forward_default_args() const { return {}; }

  OrderedDict<std::string, Tensor> parameters_{"Parameter"};

 private:
  friend class CloneableModule;
  friend class AnyModuleContent;
  /// Prints the module and, indented, its children.
  friend std::ostream& operator<<(std::ostream& out, const Module& module);

  // Takes over what `other` is a copy of; only Cloneable can.
  virtual void clone_(Module& other, const std::optional<Device>& device);
  void check_cloned(const Module& copy) const;
  void copy_tensors_to(Module& copy, const std::optional<Device>& device) const;
  void add_child(std::string name, std::shared_ptr<Module> module);
  void replace_child(const std::string& name, std::shared_ptr<Module> module);
  void convert(const std::function<Tensor(const Tensor&)>& conversion);
  void print(std::ostream& out, const std::string& indent) const;
  std::shared_ptr<Module> shared_from_this_checked() const;

  OrderedDict<std::string, Tensor> buffers_{"Buffer"};
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"Submodule"};
  mutable std::optional<std::string> name_;
  bool is_training_ = true;
};

/// Prints the module and, indented, its children.
std::ostream& operator<<(std::ostream& out, const Module& module);

/// Saves a module.
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::shared_ptr<Module>& module);
/// Loads a module.
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    const std::shared_ptr<Module>& module);
/// Saves the module of a holder.
template <class M>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const ModuleHolder<M>& module) {
  return archive << std::shared_ptr<Module>(module.ptr());
}
/// Loads the module of a holder.
template <class M>
serialize::InputArchive& operator>>(serialize::InputArchive& archive, ModuleHolder<M>& module) {
  return archive >> std::shared_ptr<Module>(module.ptr());
}

/// Lets a Sequential call forward() with fewer arguments. It lists {index, AnyValue(value)} of each
/// that has a default, as GRADUS_FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(true)}).
#define GRADUS_FORWARD_HAS_DEFAULT_ARGS(...)                            \
  gradus::nn::DefaultArguments _forward_default_args() const override { \
    return gradus::nn::DefaultArguments{__VA_ARGS__};                   \
  }

}  // namespace nn

namespace detail {
template <class T>
concept a_module = std::is_base_of_v<nn::Module, std::remove_cvref_t<T>>;
// `gradus::nn::LinearImpl` to `Linear`.
std::string short_module_name(const nn::Module& m);
std::string demangle(const std::type_info& type);
// From now on Module::name() spells the outermost namespace as `root`, which ends in `::`. True.
bool spell_names(std::string_view root);
}  // namespace detail

}  // namespace gradus
