// AnyModule: a module of any type, called through one type.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <typeinfo>
#include <vector>

#include "nn/module.h"
#include "tensor/base/owned.h"

namespace gradus::nn {

/// What AnyModule knows of its module's type.
class AnyModuleContent {
 public:
  AnyModuleContent(std::shared_ptr<Module> module, const std::type_info& type, size_t arity,
                   bool tensor_to_tensor)
      : module(std::move(module)), type(&type), arity(arity), tensor_to_tensor(tensor_to_tensor) {}
  AnyModuleContent(const AnyModuleContent&) = default;
  AnyModuleContent& operator=(const AnyModuleContent&) = delete;
  virtual ~AnyModuleContent() = default;
  /// Calls forward() with as many arguments as it takes.
  virtual AnyValue call(AnyValue* arguments) = 0;
  /// Calls forward(). Only where tensor_to_tensor: it takes one tensor and returns one.
  virtual Tensor call(Tensor x);
  /// A copy that shares the module.
  virtual std::unique_ptr<AnyModuleContent> copy() const = 0;
  /// The same with another module of this type. Throws Error when it is of another one.
  virtual std::unique_ptr<AnyModuleContent> with(std::shared_ptr<Module> other) const = 0;
  /// Fills in default arguments, checks the number of arguments, and calls forward().
  AnyValue forward(std::vector<AnyValue>&& arguments);
  /// call() of a tensor, between the module's hooks.
  Tensor forward_tensor(Tensor x);

  std::shared_ptr<Module> module;
  const std::type_info* type;
  size_t arity;
  bool tensor_to_tensor;

 protected:
  [[noreturn]] void throw_wrong_argument(size_t index, const std::type_info& given,
                                         const std::type_info& wanted) const;
  [[noreturn]] static void throw_wrong_module(const Module* other, const std::type_info& wanted);
};

namespace any_module {

/// Types of arguments, as a type.
template <class... Args>
struct ArgumentList {};
/// The types of a member function's arguments.
template <class M, class R, class... Args>
ArgumentList<Args...> arguments_of(R (M::*)(Args...));
template <class M, class R, class... Args>
ArgumentList<Args...> arguments_of(R (M::*)(Args...) const);

/// A module whose forward() is neither overloaded nor a template.
template <class M>
concept has_one_forward = requires {
  &M::forward;
};
/// A module whose forward() takes a tensor and gives one.
template <class M>
concept takes_tensor = requires(M& m, Tensor x) {
  { m.forward(std::move(x)) } -> std::convertible_to<Tensor>;
};

/// forward() as a pointer to member tells; an overloaded or template forward() is called with one
/// tensor.
template <class M>
auto forward_arguments() {
  if constexpr (has_one_forward<M>) {
    return decltype(arguments_of(&M::forward)){};
  } else {
    static_assert(takes_tensor<M>, "this module has no forward() that AnyModule can call");
    return ArgumentList<Tensor>{};
  }
}

/// What AnyModule holds: the module under its own type.
template <class M, class Args>
class AnyModuleHolder;
/// What AnyModule holds: the module under its own type.
template <class M, class... Args>
class AnyModuleHolder<M, ArgumentList<Args...>> final : public AnyModuleContent {
  static constexpr bool on_tensor = sizeof...(Args) == 1 &&
                                    (std::is_same_v<std::decay_t<Args>, Tensor> && ...) &&
                                    takes_tensor<M>;

 public:
  explicit AnyModuleHolder(std::shared_ptr<M> m)
      : AnyModuleContent(m, typeid(M), sizeof...(Args), on_tensor), module_(m.get()) {}
  /// Calls forward() with these arguments. Throws Error when one is of another type.
  AnyValue call([[maybe_unused]] AnyValue* arguments) override {
    return call_with(arguments, std::index_sequence_for<Args...>());
  }
  /// Calls forward() where it is from tensor to tensor, else throws Error.
  Tensor call(Tensor x) override {
    if constexpr (on_tensor)
      return pass<std::tuple_element_t<0, std::tuple<Args..., Tensor>>>(
          x, [&](auto&& v) -> Tensor { return module_->forward(std::forward<decltype(v)>(v)); });
    else
      return AnyModuleContent::call(std::move(x));
  }
  /// A copy that shares the module.
  std::unique_ptr<AnyModuleContent> copy() const override {
    return std::make_unique<AnyModuleHolder>(*this);
  }
  /// The same with another module. Throws Error when it is of another type.
  std::unique_ptr<AnyModuleContent> with(std::shared_ptr<Module> other) const override {
    auto same = std::dynamic_pointer_cast<M>(other);
    if (!same) throw_wrong_module(other.get(), typeid(M));
    return std::make_unique<AnyModuleHolder>(std::move(same));
  }

 private:
  // An lvalue for parameters that are lvalue references, else an rvalue.
  template <class Arg, class T, class F>
  static decltype(auto) pass(T& value, F&& f) {
    if constexpr (std::is_lvalue_reference_v<Arg>)
      return f(value);
    else
      return f(std::move(value));
  }
  template <class Arg>
  auto& checked(AnyValue* arguments, size_t i) const {
    if (auto* v = arguments[i].template try_get<std::decay_t<Arg>>()) return *v;
    throw_wrong_argument(i, arguments[i].type_info(), typeid(std::decay_t<Arg>));
  }
  template <size_t... i>
  AnyValue call_with(AnyValue* arguments, std::index_sequence<i...>) {
    return AnyValue(module_->forward(
        static_cast<std::conditional_t<std::is_lvalue_reference_v<Args>, std::decay_t<Args>&,
                                       std::decay_t<Args>&&>>(checked<Args>(arguments, i))...));
  }
  M* module_;
};

}  // namespace any_module

/// What AnyModule knows of its module's type, by libtorch's name.
using AnyModulePlaceholder = AnyModuleContent;
/// The module under its own type, by libtorch's name.
template <class M, class... Args>
using AnyModuleHolder = any_module::AnyModuleHolder<M, any_module::ArgumentList<Args...>>;

/// A module of any type, called through one type: `AnyModule any(nn::Linear(3, 4));
/// any.forward(x)`. Copies share the module; clone() does not.
class AnyModule {
 public:
  AnyModule() = default;
  template <detail::a_module M>
  explicit AnyModule(std::shared_ptr<M> module) {
    hold(std::move(module));
  }
  template <class M>
  requires(detail::a_module<M>) explicit AnyModule(M&& module)
      : AnyModule(std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module))) {}
  template <class M>
  explicit AnyModule(const ModuleHolder<M>& holder) : AnyModule(holder.ptr()) {}
  AnyModule(const AnyModule& o) : content_(o.content_ ? o.content_->copy() : nullptr) {}
  AnyModule(AnyModule&&) noexcept = default;
  AnyModule& operator=(const AnyModule& o) { return *this = AnyModule(o); }
  AnyModule& operator=(AnyModule&&) noexcept = default;
  /// Holds another module.
  template <class M>
  AnyModule& operator=(std::shared_ptr<M> module) {
    return *this = AnyModule(std::move(module));
  }
  /// A copy with a clone of the module; see Module::clone.
  AnyModule clone(std::optional<Device> device = std::nullopt) const;

  /// Calls forward() with these arguments, whose types must be those that it takes, references
  /// aside. Throws Error for others, for a wrong number, and when it holds no module.
  template <class... Args>
  AnyValue any_forward(Args&&... args) {
    std::vector<AnyValue> values;
    values.reserve(sizeof...(Args));
    (values.push_back(as_value(std::forward<Args>(args))), ...);
    return content().forward(std::move(values));
  }
  /// any_forward(), with the result as an R. Throws Error when it is none.
  template <class R = Tensor, class... Args>
  R forward(Args&&... args) {
    return any_forward(std::forward<Args>(args)...).template get<R>();
  }

  /// The module. Throws Error when its type is another. get<Linear>() gives a holder.
  template <detail::a_module T>
  T& get() {
    return static_cast<T&>(checked(typeid(T)));
  }
  template <detail::a_module T>
  const T& get() const {
    return static_cast<const T&>(checked(typeid(T)));
  }
  template <detail::a_module_holder T>
  T get() const {
    return T(ptr<typename T::ContainedType>());
  }
  /// The module as a pointer. ptr<T>() throws Error when its type is not T.
  std::shared_ptr<Module> ptr() const { return content().module; }
  template <detail::a_module T>
  std::shared_ptr<T> ptr() const {
    checked(typeid(T));
    return std::static_pointer_cast<T>(content_->module);
  }
  /// The type of the module.
  const std::type_info& type_info() const { return *content().type; }
  /// Holds another module of the same type. Throws Error when it is of another one.
  void exchange(std::shared_ptr<Module> module);
  /// Whether it holds no module.
  bool is_empty() const noexcept { return !content_; }
  /// What it holds. Throws Error when it is empty.
  AnyModuleContent& content() const;

 private:
  template <class M>
  void hold(std::shared_ptr<M> module) {
    check_given(module.get());
    content_ = std::make_unique<
        any_module::AnyModuleHolder<M, decltype(any_module::forward_arguments<M>())>>(
        std::move(module));
  }
  static void check_given(const Module* module);
  template <class T>
  static AnyValue as_value(T&& v) {
    if constexpr (std::is_same_v<std::decay_t<T>, AnyValue>)
      return std::forward<T>(v);
    else
      return AnyValue(std::forward<T>(v));
  }
  Module& checked(const std::type_info& wanted) const;
  gradus::detail::Owned<AnyModuleContent> content_;
};

/// A module with the name that it gets in a Sequential: {"fc1", nn::Linear(3, 4)}.
class NamedAnyModule {
 public:
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>)
      NamedAnyModule(std::string name, M&& module)
      : NamedAnyModule(std::move(name), AnyModule(std::forward<M>(module))) {}
  NamedAnyModule(std::string name, AnyModule module)
      : name_(std::move(name)), module_(std::move(module)) {}
  /// The module's name.
  const std::string& name() const noexcept { return name_; }
  /// The module.
  AnyModule& module() noexcept { return module_; }
  const AnyModule& module() const noexcept { return module_; }

 private:
  std::string name_;
  AnyModule module_;
};

}  // namespace gradus::nn
