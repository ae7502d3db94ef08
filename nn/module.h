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

// All lists go through a module before its children, children in the order of their registration,
// and name what they list by its path: `block.0.weight`. A tensor or module that several paths
// lead to is listed once, under the first.
class Module : public std::enable_shared_from_this<Module> {
 public:
  using ModuleApplyFunction = std::function<void(Module&)>;
  using ConstModuleApplyFunction = std::function<void(const Module&)>;
  using NamedModuleApplyFunction = std::function<void(const std::string&, Module&)>;
  using ConstNamedModuleApplyFunction = std::function<void(const std::string&, const Module&)>;
  using ModulePointerApplyFunction = std::function<void(const std::shared_ptr<Module>&)>;
  using NamedModulePointerApplyFunction =
      std::function<void(const std::string&, const std::shared_ptr<Module>&)>;

  Module();
  explicit Module(std::string name);
  Module(const Module&);
  Module(Module&&) noexcept;
  Module& operator=(const Module&);
  Module& operator=(Module&&) noexcept;
  virtual ~Module();

  // The name it was given, or its C++ type.
  const std::string& name() const noexcept;
  // A copy that shares no tensor; see Cloneable. Throws for modules that do not derive from it.
  virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const;

  // Calls the function with every module of the tree, with its path where it takes one. Those that
  // take pointers throw unless a shared_ptr owns this module.
  void apply(const ModuleApplyFunction& function);
  void apply(const ConstModuleApplyFunction& function) const;
  void apply(const NamedModuleApplyFunction& function, const std::string& name_prefix = {});
  void apply(const ConstNamedModuleApplyFunction& function,
             const std::string& name_prefix = {}) const;
  void apply(const ModulePointerApplyFunction& function) const;
  void apply(const NamedModulePointerApplyFunction& function,
             const std::string& name_prefix = {}) const;

  std::vector<Tensor> parameters(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  // With include_self these throw unless a shared_ptr owns this module.
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(
      const std::string& name_prefix = {}, bool include_self = true) const;
  std::vector<std::shared_ptr<Module>> children() const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_children() const;

  // Of the whole tree.
  virtual void train(bool on = true);
  void eval() { train(false); }
  virtual bool is_training() const noexcept { return is_training_; }
  // A floating type converts the floating parameters and buffers, with their gradients, and leaves
  // integers (as BatchNorm's count) alone.
  virtual void to(Device device, ScalarType dtype, bool non_blocking = false);
  virtual void to(ScalarType dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);
  virtual void zero_grad(bool set_to_none = true);
  // Of all parameters.
  void requires_grad_(bool requires_grad = true);

  // This module as a T (a module or its holder's module), or null when it is none.
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

  // Writes and reads parameters, buffers and serializable children under their names.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);
  virtual bool is_serializable() const { return true; }
  // The line that stands for this module, without its children.
  virtual void pretty_print(std::ostream& out) const;

  // Names must not be empty or hold dots. An undefined tensor keeps its name free of a value.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  Tensor& register_buffer(std::string name, Tensor tensor);
  template <class M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <class M>
  std::shared_ptr<M> register_module(std::string name, ModuleHolder<M> holder) {
    return register_module(std::move(name), holder.ptr());
  }
  // Puts another module under a name that is taken.
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, std::shared_ptr<M> module) {
    replace_child(name, module);
    return module;
  }
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, ModuleHolder<M> holder) {
    return replace_module(name, holder.ptr());
  }
  void unregister_module(const std::string& name);

 protected:
  // What GRADUS_FORWARD_HAS_DEFAULT_ARGS overrides.
  virtual bool _forward_has_default_args() { return false; }
  virtual unsigned int _forward_num_required_args();
  virtual std::vector<AnyValue> _forward_populate_default_args(std::vector<AnyValue>&& arguments);

  OrderedDict<std::string, Tensor> parameters_{"Parameter"};

 private:
  friend class CloneableModule;
  friend class AnyModuleContent;
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

// The module and, indented, its children.
std::ostream& operator<<(std::ostream& out, const Module& module);

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::shared_ptr<Module>& module);
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    const std::shared_ptr<Module>& module);
template <class M>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const ModuleHolder<M>& module) {
  return archive << std::shared_ptr<Module>(module.ptr());
}
template <class M>
serialize::InputArchive& operator>>(serialize::InputArchive& archive, ModuleHolder<M>& module) {
  return archive >> std::shared_ptr<Module>(module.ptr());
}

// Lets a Sequential call forward() with fewer arguments: list {index, AnyValue(value)} of each that
// has a default, as in GRADUS_FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(true)}).
#define GRADUS_FORWARD_HAS_DEFAULT_ARGS(...)                                                     \
  bool _forward_has_default_args() override { return true; }                                     \
  unsigned int _forward_num_required_args() override {                                           \
    return std::vector<std::pair<unsigned, gradus::nn::AnyValue>>{__VA_ARGS__}.front().first;    \
  }                                                                                              \
  std::vector<gradus::nn::AnyValue> _forward_populate_default_args(                              \
      std::vector<gradus::nn::AnyValue>&& arguments) override {                                  \
    for (auto& [i, value] : std::vector<std::pair<unsigned, gradus::nn::AnyValue>>{__VA_ARGS__}) \
      if (i >= arguments.size()) arguments.push_back(value);                                     \
    return std::move(arguments);                                                                 \
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
