#include "tensor/base/error.h"

#include <new>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus {

Error::Error(std::string message) : std::runtime_error(message), message_(std::move(message)) {}

void Error::add_context(const std::string& path, const std::string& what, bool join) {
  const size_t dot = message_.find('.');
  if (join && dot < message_.find(' '))
    message_ = path + message_.substr(dot);
  else
    message_ = path + " (" + what + "): " + message_;
}

namespace detail {
void throw_error(std::string message) { throw Error(std::move(message)); }
void throw_index_error(std::string message) { throw IndexError(std::move(message)); }
void throw_value_error(std::string message) { throw ValueError(std::move(message)); }
void throw_type_error(std::string message) { throw TypeError(std::move(message)); }
void throw_not_implemented(std::string message) { throw NotImplementedError(std::move(message)); }

void rethrow_as_error(const char* op) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    fail("{}: there is no memory left", op);
  } catch (const std::length_error&) {
    fail("{}: it is more than any memory holds", op);
  }
}

void throw_error(fmt::string_view text, fmt::format_args args) {
  throw_error(fmt::vformat(text, args));
}
void throw_index_error(fmt::string_view text, fmt::format_args args) {
  throw_index_error(fmt::vformat(text, args));
}
void throw_value_error(fmt::string_view text, fmt::format_args args) {
  throw_value_error(fmt::vformat(text, args));
}
void throw_type_error(fmt::string_view text, fmt::format_args args) {
  throw_type_error(fmt::vformat(text, args));
}
void throw_not_implemented(fmt::string_view text, fmt::format_args args) {
  throw_not_implemented(fmt::vformat(text, args));
}

fmt::format_context::iterator PlainFormatter::write(std::string_view text,
                                                    fmt::format_context& ctx) {
  auto out = ctx.out();
  for (const char c : text) *out++ = c;
  return out;
}
}  // namespace detail

std::string joined(IntArrayRef a, const char* separator) {
  std::string s;
  for (size_t i = 0; i < a.size(); ++i) {
    if (i > 0) s += separator;
    s += std::to_string(a[i]);
  }
  return s;
}

}  // namespace gradus
