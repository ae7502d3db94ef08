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
#include "nn/hooks.h"
#include "nn/module_holder.h"
#include "nn/ordered_dict.h"
#include "nn/state_dict.h"
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
  /// The submodule at a path, `block.0`; an empty path is this module. Throws Error when there is
  /// none, and for the empty path unless a shared_ptr owns this module.
  std::shared_ptr<Module> get_submodule(const std::string& target) const;
  /// The parameter at a path, `block.0.weight`. Throws Error when there is none.
  Tensor get_parameter(const std::string& target) const;
  /// The buffer at a path. Throws Error when there is none.
  Tensor get_buffer(const std::string& target) const;
  /// Puts a module at a path, whose last name is replaced, or added unless `strict`. Throws Error
  /// when the path before it, or with `strict` the whole, leads nowhere.
  void set_submodule(const std::string& target, std::shared_ptr<Module> module,
                     bool strict = false);

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
  /// Throws Error: there are no tensors of 16 bits.
  void half() { to(kHalf); }
  /// Gives the parameters and buffers, without `recurse` of this module alone, new memory with any
  /// values.
  void to_empty(Device device, bool recurse = true);
  /// Drops the gradients of all parameters; with `set_to_none` false, fills them with 0.
  virtual void zero_grad(bool set_to_none = true);
  /// Sets whether the parameters of the tree get gradients.
  void requires_grad_(bool requires_grad = true);
  /// Does nothing: all is on the CPU.
  void cpu() { to(Device(kCPU)); }

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
  /// Prints the line that stands for this module, without its children: its name and, in
  /// parentheses, extra_repr() unless that is empty.
  virtual void pretty_print(std::ostream& out) const;
  /// All parameters and saved buffers under the names that they have in PyTorch, each with `prefix`
  /// before it, without history unless keep_vars. They share the module's memory. A tensor that
  /// several paths lead to is there under each.
  OrderedDict<std::string, Tensor> state_dict(const std::string& prefix = {},
                                              bool keep_vars = false) const;
  /// Copies the values of a dict into the tensors of the same names, converting between floating
  /// types, and returns what is missing or unexpected. With `assign` they take the dict's memory
  /// and types. Throws Error with all differences, and then changes nothing, if sizes differ, or
  /// one type is floating and the other not; with `strict` also for missing and unexpected names.
  IncompatibleKeys load_state_dict(const OrderedDict<std::string, Tensor>& state_dict,
                                   bool strict = true, bool assign = false);
  /// The same of a dict of names and tensors; see to_state_dict().
  IncompatibleKeys load_state_dict(const IValue& state_dict, bool strict = true,
                                   bool assign = false);
  /// What pretty_print() says besides the name.
  virtual std::string extra_repr() const { return {}; }

  /// Adds a parameter, which then is a leaf with or without requires_grad. An undefined tensor
  /// keeps its name free of a value. Throws Error when the name is empty, holds a dot or is taken.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  /// Adds a buffer: a tensor that is saved and moved with the module and not trained. Throws Error
  /// for names as register_parameter does.
  Tensor& register_buffer(std::string name, Tensor tensor);
  /// The same; without `persistent` the buffer is not saved.
  Tensor& register_buffer(std::string name, Tensor tensor, bool persistent);
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
  /// The same as register_module().
  template <class M>
  void add_module(std::string name, const M& module) {
    register_module(std::move(name), module);
  }
  /// Removes a submodule. Throws Error when there is no such name.
  void unregister_module(const std::string& name);

  /// Calls a function before forward(): hook(module, input) with a tensor as first argument, whose
  /// result, if it is a tensor and defined, is passed on in its place, or a ForwardPreHook. Hooks
  /// are called in the order of their registration, one with `prepend` before all that are there.
  ///
  /// Hooks of a module are called wherever it is called as a whole: by its holder, `net(x)`, by
  /// AnyModule and Sequential, and in the layers of this library that hold others. C++ calls
  /// `net->forward(x)` by itself, and no hook takes part in it.
  template <class F>
  RemovableHandle register_forward_pre_hook(F hook, bool prepend = false) {
    return add_hook(detail::as_forward_pre_hook(std::move(hook)), prepend);
  }
  /// Calls a function after forward(): hook(module, input, output) of tensors, whose result, if it
  /// is a tensor and defined, takes the output's place, or a ForwardHook. One with `always_call` is
  /// called when forward() or another hook throws, too: with an undefined output, or no value.
  template <class F>
  RemovableHandle register_forward_hook(F hook, bool prepend = false, bool always_call = false) {
    return add_hook(detail::as_forward_hook(std::move(hook)), prepend, always_call);
  }
  /// Calls hook(module, grad_input, grad_output), lists of tensors, when the gradients by all
  /// tensors among the arguments are there, or if none needs one, those by the results. What it
  /// gives, if anything, takes grad_input's place. See BackwardHook. Throws Error at the call when
  /// the module's result has no tensors, or hides them in a class of its own.
  template <class F>
  RemovableHandle register_full_backward_hook(F hook, bool prepend = false) {
    return add_hook(detail::as_backward_hook(std::move(hook)), prepend);
  }
  /// Calls hook(module, grad_output) before the gradients go through the module. What it gives, if
  /// anything, takes grad_output's place. See BackwardPreHook.
  template <class F>
  RemovableHandle register_full_backward_pre_hook(F hook, bool prepend = false) {
    return add_hook(detail::as_backward_pre_hook(std::move(hook)), prepend);
  }

  /// Calls hook(module, prefix, keep_vars) before state_dict() takes this module's tensors.
  RemovableHandle register_state_dict_pre_hook(StateDictPreHook hook);
  /// Calls hook(module, state_dict, prefix) when state_dict() has the tensors of this module and of
  /// those below it; it may change the dict.
  RemovableHandle register_state_dict_post_hook(StateDictHook hook);
  /// Calls hook(module, state_dict, prefix) before load_state_dict() reads this module's tensors;
  /// it may change the dict, which is a copy: old names into new ones.
  RemovableHandle register_load_state_dict_pre_hook(LoadStateDictPreHook hook);
  /// Calls hook(module, incompatible_keys) when all values are loaded, of the modules below before
  /// this one's; it may take away names that are no fault.
  RemovableHandle register_load_state_dict_post_hook(LoadStateDictPostHook hook);

  /// Computes anew what is parametrised, normalised or pruned (nn::utils), from the parameters that
  /// are behind it. The layers of this library do it in forward(), holders and Sequential before
  /// they call a module.
  void renew() const {
    if (extras_) [[unlikely]]
      renew_derived();
  }

 protected:
  /// Where this class keeps the tensor that it registered under `name`: `return name == "scale" ?
  /// &scale : nullptr`. The layers of this library say it. One of yours may, and its own tensors
  /// can then be parametrised, pruned and replaced by functional_call().
  virtual Tensor* member(std::string_view name);
  /// The member of this name in a list, or null.
  using Members = std::initializer_list<std::pair<std::string_view, Tensor*>>;
  static Tensor* pick(std::string_view name, Members members);
  /// Makes what has no size before the first input, of the sizes of saved tensors, which
  /// saved(name) gives, or an undefined one. Returns what undoes it, or nothing where there was
  /// nothing to do.
  virtual std::function<void()> take_sizes(const std::function<Tensor(const std::string&)>& saved);
  /// What GRADUS_FORWARD_HAS_DEFAULT_ARGS overrides.
  virtual DefaultArguments _forward_default_args() const;

  OrderedDict<std::string, Tensor> parameters_{"Parameter"};

 private:
  friend class CloneableModule;
  friend class AnyModuleContent;
  friend struct detail::ModuleAccess;
  template <class M, class... Args>
  friend decltype(auto) gradus::detail::call(M& m, Args&&... args);
  /// Prints the module and, indented, its children.
  friend std::ostream& operator<<(std::ostream& out, const Module& module);

  // Takes over what `other` is a copy of; only Cloneable can.
  virtual void clone_(Module& other, const std::optional<Device>& device);
  void check_cloned(const Module& copy) const;
  void copy_tensors_to(Module& copy, const std::optional<Device>& device) const;
  // Tells a container that its child is about to be another. It may throw.
  virtual void child_replaced(const std::string& name, const std::shared_ptr<Module>& module);
  void add_child(std::string name, std::shared_ptr<Module> module);
  void replace_child(const std::string& name, std::shared_ptr<Module> module);
  void convert(const std::function<Tensor(const Tensor&)>& conversion);
  void print(std::ostream& out, const std::string& indent) const;
  void renew_derived() const;
  void clone_derived_to(Module& copy, const std::optional<Device>& device) const;
  RemovableHandle add_hook(ForwardPreHook hook, bool prepend);
  RemovableHandle add_hook(ForwardHook hook, bool prepend, bool always_call);
  RemovableHandle add_hook(BackwardHook hook, bool prepend);
  RemovableHandle add_hook(BackwardPreHook hook, bool prepend);
  std::shared_ptr<Module> shared_from_this_checked() const;

  OrderedDict<std::string, Tensor> buffers_{"Buffer"};
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"Submodule"};
  mutable std::optional<std::string> name_;
  detail::ExtrasPointer extras_;
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

// An argument or result as a T, which a hook may have made something else.
template <class T>
T& held(const nn::Module& m, nn::AnyValue& value) {
  if (T* t = value.template try_get<T>()) return *t;
  throw_other_type(m, value.type_info(), typeid(T));
}
// Args as forward() gets them: lvalues where the caller gave such.
template <class M, class... Args, size_t... i>
nn::AnyValue forward_values(M& m, [[maybe_unused]] nn::AnyValue* values,
                            std::index_sequence<i...>) {
  using R = decltype(m.forward(std::declval<Args>()...));
  const auto run = [&]() -> R {
    return m.forward(static_cast<std::conditional_t<std::is_lvalue_reference_v<Args>,
                                                    std::decay_t<Args>&, std::decay_t<Args>&&>>(
        held<std::decay_t<Args>>(m, values[i]))...);
  };
  if constexpr (std::is_void_v<R>) {
    run();
    return {};
  } else {
    return nn::AnyValue(run());
  }
}
// Whether values of a type can go through hooks.
template <class T>
inline constexpr bool hookable = std::is_void_v<T> ||
                                 (!std::is_reference_v<T> && std::is_copy_constructible_v<T>);

template <class M, class... Args>
auto call_between_hooks(M& m, Args&&... args) -> decltype(m.forward(std::forward<Args>(args)...)) {
  using R = decltype(m.forward(std::forward<Args>(args)...));
  if constexpr (sizeof...(Args) == 1 && std::is_same_v<R, Tensor> &&
                (std::is_same_v<std::remove_cvref_t<Args>, Tensor> && ...)) {
    return call_hooked(m, args..., [](nn::Module& module, Tensor& x) -> Tensor {
      return dynamic_cast<M&>(module).forward((static_cast<Args&&>(x), ...));
    });
  } else if constexpr (hookable<R> && (hookable<std::decay_t<Args>> && ...)) {
    nn::ModuleArguments arguments;
    (arguments.push_back(nn::AnyValue(std::forward<Args>(args))), ...);
    nn::AnyValue result =
        call_hooked(m, std::move(arguments), [&m](nn::AnyValue* values) -> nn::AnyValue {
          return forward_values<M, Args&&...>(m, values, std::index_sequence_for<Args...>());
        });
    if constexpr (!std::is_void_v<R>) return std::move(held<R>(m, result));
  } else {
    throw_not_hookable(m);
  }
}

template <class M, class... Args>
decltype(auto) call(M& m, Args&&... args) {
  if constexpr (std::is_base_of_v<nn::Module, M>)
    if (m.extras_ || hooks_of_all.load(std::memory_order_relaxed)) [[unlikely]]
      return call_between_hooks(m, std::forward<Args>(args)...);
  return m.forward(std::forward<Args>(args)...);
}
}  // namespace detail

}  // namespace gradus
