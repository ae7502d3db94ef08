// Failure of a decomposition, for .cpp files only.
#pragma once

#include "tensor/base/fail.h"
#include "tensor/base/linalg_error.h"

namespace gradus {

// As fail(), with LinAlgError.
template <class... Args>
[[noreturn, gnu::cold]] void fail_linalg(fmt::format_string<Args...> text, Args&&... args) {
  throw LinAlgError(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace gradus
