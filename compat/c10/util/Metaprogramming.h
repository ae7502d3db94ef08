// c10::guts: what the standard library has since by other names.
#pragma once

#include <c10/macros/Macros.h>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gradus {

using std::make_unique;

/// Several functions as one that is overloaded.
template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

/// The size as a signed number.
template <class List>
constexpr auto ssize(const List& list) {
  return std::ptrdiff_t(list.size());
}

namespace guts {

using std::apply;
using std::conjunction;
using std::disjunction;
using std::invoke_result;
using std::invoke_result_t;
using std::make_unique;
using std::negation;
using std::to_string;
template <class... T>
using void_t = std::void_t<T...>;
template <bool value>
using bool_constant = std::bool_constant<value>;

/// Calls the one function or the other, each with what returns its argument; only the one that is
/// called need compile.
template <bool condition, class Then, class Else>
decltype(auto) if_constexpr(Then&& then, Else&& otherwise) {
  const auto same = [](auto&& x) -> decltype(auto) { return std::forward<decltype(x)>(x); };
  if constexpr (condition) {
    if constexpr (std::is_invocable_v<Then>)
      return then();
    else
      return then(same);
  } else if constexpr (std::is_invocable_v<Else>) {
    return otherwise();
  } else {
    return otherwise(same);
  }
}
template <bool condition, class Then>
decltype(auto) if_constexpr(Then&& then) {
  return if_constexpr<condition>(std::forward<Then>(then), [] {});
}

/// The result and the parameters of a function or of a class that can be called.
template <class F>
struct function_traits : function_traits<decltype(&F::operator())> {};
template <class R, class... Args>
struct function_traits<R(Args...)> {
  using func_type = R(Args...);
  using return_type = R;
  using parameter_types = std::tuple<Args...>;
  static constexpr auto number_of_parameters = sizeof...(Args);
};
template <class R, class... Args>
struct function_traits<R (*)(Args...)> : function_traits<R(Args...)> {};
template <class R, class C, class... Args>
struct function_traits<R (C::*)(Args...)> : function_traits<R(Args...)> {};
template <class R, class C, class... Args>
struct function_traits<R (C::*)(Args...) const> : function_traits<R(Args...)> {};
template <class F>
using infer_function_traits = function_traits<F>;
template <class F>
using infer_function_traits_t = function_traits<std::decay_t<F>>;

}  // namespace guts
}  // namespace gradus
