// A module's handle: `nn::Linear fc(4, 3)` owns a LinearImpl that copies of the handle share.
#pragma once

#include <iosfwd>
#include <memory>
#include <type_traits>

#include "tensor/base/error.h"

namespace gradus {
namespace detail {

struct ModuleHolderIndicator {};
template <class T>
concept a_module_holder = std::is_base_of_v<ModuleHolderIndicator, std::decay_t<T>>;
template <class T, class Contained>
inline constexpr bool is_module_holder_of = false;
template <a_module_holder T, class Contained>
inline constexpr bool is_module_holder_of<T, Contained> =
    std::is_same_v<typename std::decay_t<T>::ContainedType, Contained>;

[[noreturn]] void throw_empty_holder();

// m.forward(args...), with the module's hooks around it.
template <class M, class... Args>
decltype(auto) call(M& m, Args&&... args);

}  // namespace detail

namespace nn {

/// A module's handle, a shared pointer to it: `nn::Linear fc(4, 3); y = fc(x); fc->weight`. Copies
/// share the module.
template <class Contained>
class ModuleHolder : detail::ModuleHolderIndicator {
 public:
  /// The module's class.
  using ContainedType = Contained;
  /// The same.
  using Impl = Contained;

  /// Makes the module when it can be made from nothing; else the holder is empty.
  ModuleHolder() {
    static_assert(std::is_default_constructible_v<Contained>,
                  "this module cannot be made without arguments; write `= nullptr` for an empty "
                  "holder");
    impl_.reset(new Contained());
  }
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Contained> module) : impl_(std::move(module)) {}
  /// Makes the module from these arguments.
  template <class Head, class... Tail>
  requires(!(detail::is_module_holder_of<std::remove_cvref_t<Head>, Contained> &&
             sizeof...(Tail) == 0)) explicit ModuleHolder(Head&& head, Tail&&... tail)
      : impl_(new Contained(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

  /// Whether there is a module.
  explicit operator bool() const noexcept { return impl_ != nullptr; }
  /// Whether there is no module.
  bool is_empty() const noexcept { return impl_ == nullptr; }
  /// The module. Throws Error when there is none, as do ->, * and ptr().
  Contained* get() { return &checked(); }
  const Contained* get() const { return &checked(); }
  /// The module.
  Contained* operator->() { return &checked(); }
  const Contained* operator->() const { return &checked(); }
  /// The module.
  Contained& operator*() { return checked(); }
  const Contained& operator*() const { return checked(); }
  /// The module as a shared pointer.
  const std::shared_ptr<Contained>& ptr() const {
    checked();
    return impl_;
  }

  /// forward(), with the module's hooks around it.
  template <class... Args>
  decltype(auto) operator()(Args&&... args) const {
    return detail::call(checked(), std::forward<Args>(args)...);
  }
  /// The module's own [].
  template <class Arg>
  decltype(auto) operator[](Arg&& arg) {
    return checked()[std::forward<Arg>(arg)];
  }

 protected:
  std::shared_ptr<Contained> impl_;

 private:
  Contained& checked() const {
    if (!impl_) detail::throw_empty_holder();
    return *impl_;
  }
};

/// Prints the module.
template <class M>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<M>& m) {
  return out << *m;
}

}  // namespace nn
}  // namespace gradus

/// Names the holder of a module of any class: GRADUS_MODULE_IMPL(Net, MyNet).
#define GRADUS_MODULE_IMPL(Name, ImplType)                  \
  class Name : public gradus::nn::ModuleHolder<ImplType> {  \
   public:                                                  \
    using gradus::nn::ModuleHolder<ImplType>::ModuleHolder; \
  }
/// Names the holder of NameImpl: GRADUS_MODULE(Net) declares Net. The library's own are aliases,
/// which cost a program that does not use them nothing to compile.
#define GRADUS_MODULE(Name) GRADUS_MODULE_IMPL(Name, Name##Impl)
