#include "tensor/error.h"

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
}  // namespace detail

}  // namespace gradus
