// Formatted failure, for .cpp files only (keeps fmt out of the public headers).
#pragma once

#include <fmt/core.h>

#include <string>

#include "tensor/base/array_ref.h"
#include "tensor/base/dtype.h"
#include "tensor/base/error.h"

namespace gradus {

// `2, 3`
std::string joined(IntArrayRef a, const char* separator = ", ");

namespace detail {
struct PlainFormatter {
  constexpr auto parse(fmt::format_parse_context& ctx) { return ctx.begin(); }
  static fmt::format_context::iterator write(std::string_view text, fmt::format_context& ctx);
};
}  // namespace detail
}  // namespace gradus

template <>
struct fmt::formatter<gradus::IntArrayRef> : gradus::detail::PlainFormatter {
  auto format(gradus::IntArrayRef a, fmt::format_context& ctx) const {
    return write('[' + gradus::joined(a) + ']', ctx);
  }
};
template <>
struct fmt::formatter<gradus::TypeMeta> : gradus::detail::PlainFormatter {
  auto format(gradus::TypeMeta t, fmt::format_context& ctx) const {
    return write(gradus::dtype_name(t), ctx);
  }
};
template <>
struct fmt::formatter<gradus::ScalarType> : gradus::detail::PlainFormatter {
  auto format(gradus::ScalarType t, fmt::format_context& ctx) const {
    return write(gradus::dtype_name(t), ctx);
  }
};

namespace gradus {

namespace detail {
[[noreturn, gnu::cold]] void throw_error(fmt::string_view text, fmt::format_args args);
[[noreturn, gnu::cold]] void throw_index_error(fmt::string_view text, fmt::format_args args);
[[noreturn, gnu::cold]] void throw_value_error(fmt::string_view text, fmt::format_args args);
[[noreturn, gnu::cold]] void throw_type_error(fmt::string_view text, fmt::format_args args);
[[noreturn, gnu::cold]] void throw_not_implemented(fmt::string_view text, fmt::format_args args);
}  // namespace detail

// Throws Error with the formatted text: operation first, then what differs, then both values. The
// others throw the subclasses of Error that libtorch throws in the same places.
template <class... Args>
[[noreturn, gnu::cold]] void fail(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_error(text, fmt::make_format_args(args...));
}
template <class... Args>
[[noreturn, gnu::cold]] void fail_index(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_index_error(text, fmt::make_format_args(args...));
}
template <class... Args>
[[noreturn, gnu::cold]] void fail_value(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_value_error(text, fmt::make_format_args(args...));
}
template <class... Args>
[[noreturn, gnu::cold]] void fail_type(fmt::format_string<Args...> text, Args&&... args) {
  detail::throw_type_error(text, fmt::make_format_args(args...));
}
template <class... Args>
[[noreturn, gnu::cold]] void fail_not_implemented(fmt::format_string<Args...> text,
                                                  Args&&... args) {
  detail::throw_not_implemented(text, fmt::make_format_args(args...));
}

}  // namespace gradus
