// The exceptions of the library: Error, and what libtorch programs catch apart from it.
#pragma once

#include <stdexcept>
#include <string>

namespace gradus {

class Error : public std::runtime_error {
 public:
  explicit Error(std::string message);
  const char* what() const noexcept override { return message_.c_str(); }
  const char* what_without_backtrace() const noexcept { return what(); }
  const std::string& msg() const noexcept { return message_; }
  // A copy of this error with `path` in front.
  Error within(const std::string& path) const { return Error(path + ": " + message_); }
  // Names in front of the message where it happened: `Sequential.1 (Linear): `. With `join`, the
  // place that stands there already is within this one and gets its path: `Sequential.0.1
  // (Linear)`.
  void add_context(const std::string& path, const std::string& what, bool join = false);

 private:
  std::string message_;
};

// An index or a dim that is out of range.
class IndexError : public Error {
 public:
  using Error::Error;
};
// A number that makes no sense, of an option.
class ValueError : public Error {
 public:
  using Error::Error;
};
// An argument of the wrong kind.
class TypeError : public Error {
 public:
  using Error::Error;
};
// An operation that does not know the element type.
class NotImplementedError : public Error {
 public:
  using Error::Error;
};

namespace detail {
// Out of line, so that a check costs its caller one compare and one cold call.
[[noreturn, gnu::cold]] void throw_error(std::string message);
[[noreturn, gnu::cold]] void throw_index_error(std::string message);
[[noreturn, gnu::cold]] void throw_value_error(std::string message);
[[noreturn, gnu::cold]] void throw_type_error(std::string message);
[[noreturn, gnu::cold]] void throw_not_implemented(std::string message);
}  // namespace detail

}  // namespace gradus
