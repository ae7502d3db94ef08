// The standard library's exceptions for want of memory, as Error.
#pragma once

namespace gradus::detail {

// To be called in a catch block: throws the exception again, and std::bad_alloc and
// std::length_error as Error with `op` in front.
[[noreturn, gnu::cold]] void rethrow_as_error(const char* op);

}  // namespace gradus::detail
