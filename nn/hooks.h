// What is called around a module's forward(), and the handles that undo it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "nn/any_value.h"
#include "tensor/base/owned.h"
#include "tensor/base/removable_handle.h"
#include "tensor/tensor.h"

namespace gradus {
namespace nn {
class Module;
}
namespace detail {
// Whether there are hooks of global_hooks.h.
[[gnu::visibility("default")]] inline constinit std::atomic<bool> hooks_of_all{false};

struct Hooks;
struct ModuleExtras;
struct ModuleAccess;

// Owns what few modules have. A copy has its own.
class ExtrasPointer {
 public:
  ExtrasPointer();
  ExtrasPointer(const ExtrasPointer& o);
  ExtrasPointer(ExtrasPointer&&) noexcept;
  ExtrasPointer& operator=(const ExtrasPointer& o);
  ExtrasPointer& operator=(ExtrasPointer&&) noexcept;
  ~ExtrasPointer();
  explicit operator bool() const noexcept { return bool(extras_); }
  ModuleExtras* get() const noexcept { return extras_.get(); }
  ModuleExtras& ensure();

 private:
  Owned<ModuleExtras> extras_;
};
}  // namespace detail

namespace nn {

using gradus::RemovableHandle;

/// The arguments of a forward(), each under its own type without references.
using ModuleArguments = std::vector<AnyValue>;
/// Sees the arguments before forward(), and may put others of the same types in their place.
using ForwardPreHook = std::function<void(Module&, ModuleArguments& arguments)>;
/// Sees the result of forward(), and may put another of its type in its place.
using ForwardHook =
    std::function<void(Module&, const ModuleArguments& arguments, AnyValue& result)>;
/// Sees the gradients by the tensors among the arguments and by those of the result, undefined
/// where there is none. A list that is not empty replaces grad_input.
using BackwardHook = std::function<std::vector<Tensor>(
    Module&, const std::vector<Tensor>& grad_input, const std::vector<Tensor>& grad_output)>;
/// Sees the gradients by the tensors of the result before the module's backward pass. A list that
/// is not empty replaces them.
using BackwardPreHook =
    std::function<std::vector<Tensor>(Module&, const std::vector<Tensor>& grad_output)>;

}  // namespace nn

namespace detail {

// The first argument as a tensor. Throws Error when it is none.
const Tensor& hooked_input(const nn::Module& m, const nn::ModuleArguments& arguments);
// The result as a tensor; undefined when forward() threw. Throws Error when it is none.
Tensor hooked_result(const nn::Module& m, nn::AnyValue& result);

// A function of (module, input), or one of the general form.
template <class F>
nn::ForwardPreHook as_forward_pre_hook(F f) {
  if constexpr (std::is_invocable_v<F&, nn::Module&, const Tensor&>) {
    return [f = std::move(f)](nn::Module& m, nn::ModuleArguments& arguments) mutable {
      const Tensor& x = hooked_input(m, arguments);
      if constexpr (std::is_void_v<std::invoke_result_t<F&, nn::Module&, const Tensor&>>)
        f(m, x);
      else if (Tensor other = f(m, x); other.defined())
        arguments[0] = nn::AnyValue(std::move(other));
    };
  } else {
    return f;
  }
}
// A function of (module, input, output), or one of the general form.
template <class F>
nn::ForwardHook as_forward_hook(F f) {
  if constexpr (std::is_invocable_v<F&, nn::Module&, const Tensor&, const Tensor&>) {
    return [f = std::move(f)](nn::Module& m, const nn::ModuleArguments& arguments,
                              nn::AnyValue& result) mutable {
      const Tensor y = hooked_result(m, result);
      const Tensor& x = hooked_input(m, arguments);
      if constexpr (std::is_void_v<
                        std::invoke_result_t<F&, nn::Module&, const Tensor&, const Tensor&>>)
        f(m, x, y);
      else if (Tensor other = f(m, x, y); other.defined())
        result = nn::AnyValue(std::move(other));
    };
  } else {
    return f;
  }
}
template <class F>
nn::BackwardHook as_backward_hook(F f) {
  using Grads = const std::vector<Tensor>&;
  if constexpr (std::is_void_v<std::invoke_result_t<F&, nn::Module&, Grads, Grads>>)
    return [f = std::move(f)](nn::Module& m, Grads dx, Grads dy) mutable {
      f(m, dx, dy);
      return std::vector<Tensor>();
    };
  else
    return f;
}
template <class F>
nn::BackwardPreHook as_backward_pre_hook(F f) {
  using Grads = const std::vector<Tensor>&;
  if constexpr (std::is_void_v<std::invoke_result_t<F&, nn::Module&, Grads>>)
    return [f = std::move(f)](nn::Module& m, Grads dy) mutable {
      f(m, dy);
      return std::vector<Tensor>();
    };
  else
    return f;
}

// forward() between the module's hooks, with what is parametrised computed before.
Tensor call_hooked(nn::Module& m, const Tensor& x, Tensor (*forward)(nn::Module&, Tensor&));
nn::AnyValue call_hooked(nn::Module& m, nn::ModuleArguments arguments,
                         const std::function<nn::AnyValue(nn::AnyValue*)>& forward);
[[noreturn]] void throw_not_hookable(const nn::Module& m);
[[noreturn]] void throw_other_type(const nn::Module& m, const std::type_info& given,
                                   const std::type_info& wanted);

}  // namespace detail
}  // namespace gradus
