// c10::function_ref: a function that lives elsewhere.
#pragma once

#include <c10/macros/Macros.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace gradus {

template <class F>
class function_ref;
/// A reference to what can be called so. It must outlive this.
template <class R, class... Args>
class function_ref<R(Args...)> {
 public:
  function_ref() = default;
  function_ref(std::nullptr_t) {}
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref>) function_ref(F&& f)
      : call_([](intptr_t to, Args... args) -> R {
          return (*reinterpret_cast<std::remove_reference_t<F>*>(to))(std::forward<Args>(args)...);
        }),
        to_(reinterpret_cast<intptr_t>(&f)) {}
  R operator()(Args... args) const { return call_(to_, std::forward<Args>(args)...); }
  explicit operator bool() const { return call_ != nullptr; }

 private:
  R (*call_)(intptr_t, Args...) = nullptr;
  intptr_t to_ = 0;
};

}  // namespace gradus
