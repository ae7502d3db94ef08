// Warnings: what is allowed but seldom meant. They go to the thread's handler, by default one that
// prints to the standard error stream.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace gradus {

/// A place in a source file.
struct SourceLocation {
  const char* function;
  const char* file;
  uint32_t line;
};

/// A message about what is allowed but seldom meant.
class Warning {
 public:
  /// The kind of a warning about what a program does.
  class UserWarning {};
  /// The kind of a warning about what is old and may go.
  class DeprecationWarning {};
  /// The kind of a warning.
  using warning_variant_t = std::variant<UserWarning, DeprecationWarning>;

  Warning(warning_variant_t type, const SourceLocation& where, std::string msg, bool verbatim)
      : type_(type), where_(where), msg_(std::move(msg)), verbatim_(verbatim) {}
  /// Its kind.
  warning_variant_t type() const { return type_; }
  /// Where in the source it was given; empty names and line 0 where that is not known.
  const SourceLocation& source_location() const { return where_; }
  /// The message.
  const std::string& msg() const { return msg_; }
  /// Whether the message is not to be decorated.
  bool verbatim() const { return verbatim_; }

 private:
  warning_variant_t type_;
  SourceLocation where_;
  std::string msg_;
  bool verbatim_;  // the message is not to be decorated
};

/// Receives warnings. Derive from it and override process() to see them.
class WarningHandler {
 public:
  virtual ~WarningHandler() = default;
  /// Takes one warning; this one prints the message to the standard error stream.
  virtual void process(const Warning& warning);
};

namespace WarningUtils {

/// Sets the handler of the calling thread, which is not owned; null for the one that prints.
void set_warning_handler(WarningHandler* handler) noexcept;
/// The handler of the calling thread; never null.
WarningHandler* get_warning_handler() noexcept;
/// Says whether a warning that is given once only is given every time.
void set_warnAlways(bool always) noexcept;
/// Whether a warning that is given once only is given every time.
bool get_warnAlways() noexcept;

/// Sets a handler for a scope, in the calling thread.
class WarningHandlerGuard {
 public:
  explicit WarningHandlerGuard(WarningHandler* handler) : before_(get_warning_handler()) {
    set_warning_handler(handler);
  }
  WarningHandlerGuard(const WarningHandlerGuard&) = delete;
  WarningHandlerGuard& operator=(const WarningHandlerGuard&) = delete;
  ~WarningHandlerGuard() { set_warning_handler(before_); }

 private:
  WarningHandler* before_;
};

/// Gives every warning every time for a scope, or with false only once.
class WarnAlways {
 public:
  explicit WarnAlways(bool always = true) : before_(get_warnAlways()) { set_warnAlways(always); }
  WarnAlways(const WarnAlways&) = delete;
  WarnAlways& operator=(const WarnAlways&) = delete;
  ~WarnAlways() { set_warnAlways(before_); }

 private:
  bool before_;
};

}  // namespace WarningUtils

/// Hands a warning to the handler of the calling thread.
void warn(const Warning& warning);

}  // namespace gradus
