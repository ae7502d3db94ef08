// What can be asked about types.
#pragma once

#include <c10/util/Metaprogramming.h>

#include <functional>

namespace gradus::guts {

/// Whether values of T can be compared.
template <class T>
using is_equality_comparable = std::bool_constant < requires(const T& a, const T& b) {
  a == b;
}
> ;
/// Whether std::hash takes a T.
template <class T>
using is_hashable = std::bool_constant < requires(const T& a) {
  std::hash<T>()(a);
}
> ;
/// Whether T is the template with whatever arguments.
template <template <class...> class Template, class T>
struct is_instantiation_of : std::false_type {};
template <template <class...> class Template, class... Args>
struct is_instantiation_of<Template, Template<Args...>> : std::true_type {};
/// Whether an object of the class can be called.
template <class T>
using is_functor = std::bool_constant < requires {
  &T::operator();
}
> ;

}  // namespace gradus::guts
