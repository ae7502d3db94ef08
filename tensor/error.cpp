#include "tensor/error.h"

namespace gradus {

Error::Error(std::string message) : std::runtime_error(message), message_(std::move(message)) {}

namespace detail {
void throw_error(std::string message) { throw Error(std::move(message)); }
void throw_index_error(std::string message) { throw IndexError(std::move(message)); }
void throw_value_error(std::string message) { throw ValueError(std::move(message)); }
}  // namespace detail

}  // namespace gradus
