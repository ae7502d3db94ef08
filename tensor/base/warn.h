// Formatted warnings, for .cpp files only.
#pragma once

#include <atomic>

#include "tensor/base/fail.h"
#include "tensor/base/warning.h"

namespace gradus {

namespace detail {
[[gnu::cold]] void give_warning(fmt::string_view text, fmt::format_args args);
}

template <class... Args>
[[gnu::cold]] void warn(fmt::format_string<Args...> text, Args&&... args) {
  detail::give_warning(text, fmt::make_format_args(args...));
}
// Only the first time, for `given` of static storage.
template <class... Args>
void warn_once(std::atomic<bool>& given, fmt::format_string<Args...> text, Args&&... args) {
  if (!given.exchange(true) || WarningUtils::get_warnAlways())
    detail::give_warning(text, fmt::make_format_args(args...));
}

}  // namespace gradus
