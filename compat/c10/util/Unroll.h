// c10::ForcedUnroll: a loop whose number of turns the compiler knows.
#pragma once

#include <c10/macros/Macros.h>

#include <type_traits>
#include <utility>

namespace gradus {

/// ForcedUnroll<n>()(f, args...) calls f(0, args...) to f(n - 1, args...), each number as an
/// integral_constant.
template <int n>
struct ForcedUnroll {
  template <class F, class... Args>
  C10_ALWAYS_INLINE void operator()(const F& f, Args... args) const {
    [&]<int... i>(std::integer_sequence<int, i...>) {
      (f(std::integral_constant<int, i>(), args...), ...);
    }
    (std::make_integer_sequence<int, n>());
  }
};

}  // namespace gradus
