// The exceptions of the library: Error, and what libtorch programs catch apart from it.
#pragma once

#include <stdexcept>
#include <string>

namespace gradus {

/// The exception that the library throws. Its message names the operation first, then what differs:
/// `matmul: inner sizes differ, [64, 32] and [48, 16]`.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string message);
  /// The message.
  const char* what() const noexcept override { return message_.c_str(); }
  /// The same as what(): messages have no backtrace.
  const char* what_without_backtrace() const noexcept { return what(); }
  /// The message, as a string.
  const std::string& msg() const noexcept { return message_; }
  /// Empty: errors have no backtrace.
  std::string backtrace() const { return {}; }
  /// Null: it is not known who called.
  const void* caller() const { return nullptr; }
  /// Puts in parentheses behind the message what the caller was about.
  void add_context(const std::string& text) { message_ += " (" + text + ")"; }
  /// A copy of this error with `path` in front of the message.
  Error within(const std::string& path) const { return Error(path + ": " + message_); }
  /// Puts the place where it happened in front of the message: `Sequential.1 (Linear): `. With
  /// `join`, the place that stands there already is within this one and gets its path:
  /// `Sequential.0.1 (Linear)`.
  void add_context(const std::string& path, const std::string& what, bool join = false);

 private:
  std::string message_;
};

/// An index or a dim is out of range.
class IndexError : public Error {
 public:
  using Error::Error;
};
/// A number given as an option makes no sense.
class ValueError : public Error {
 public:
  using Error::Error;
};
/// An argument is of the wrong kind.
class TypeError : public Error {
 public:
  using Error::Error;
};
/// An operation does not take the element type.
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
