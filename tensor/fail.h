// Formatted failure, for .cpp files only (keeps fmt out of the public headers).
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tensor/array_ref.h"
#include "tensor/dtype.h"
#include "tensor/error.h"

template <class T>
struct fmt::formatter<gradus::ArrayRef<T>> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(gradus::ArrayRef<T> a, Context& ctx) const {
    return fmt::format_to(ctx.out(), "[{}]", fmt::join(a.begin(), a.end(), ", "));
  }
};
template <class T>
struct fmt::is_range<gradus::ArrayRef<T>, char> : std::false_type {};

template <>
struct fmt::formatter<gradus::ScalarType> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(gradus::ScalarType t, Context& ctx) const {
    return fmt::formatter<std::string_view>::format(gradus::dtype_name(t), ctx);
  }
};

namespace gradus {

// Throws Error with the formatted text: operation first, then what differs, then both values.
template <class... Args>
[[noreturn, gnu::cold]] void fail(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_error(fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn, gnu::cold]] void fail_index(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_index_error(fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn, gnu::cold]] void fail_value(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_value_error(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace gradus
