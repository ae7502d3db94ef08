// Warnings: what is allowed but seldom meant. They go to the thread's handler, by default one that
// prints to the standard error stream.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace gradus {

struct SourceLocation {
  const char* function;
  const char* file;
  uint32_t line;
};

class Warning {
 public:
  class UserWarning {};
  class DeprecationWarning {};
  using warning_variant_t = std::variant<UserWarning, DeprecationWarning>;

  Warning(warning_variant_t type, const SourceLocation& where, std::string msg, bool verbatim)
      : type_(type), where_(where), msg_(std::move(msg)), verbatim_(verbatim) {}
  warning_variant_t type() const { return type_; }
  const SourceLocation& source_location() const { return where_; }
  const std::string& msg() const { return msg_; }
  bool verbatim() const { return verbatim_; }

 private:
  warning_variant_t type_;
  SourceLocation where_;
  std::string msg_;
  bool verbatim_;  // the message is not to be decorated
};

// Derive from it and override process() to see warnings.
class WarningHandler {
 public:
  virtual ~WarningHandler() = default;
  // Prints the message.
  virtual void process(const Warning& warning);
};

namespace WarningUtils {

// The calling thread's handler, which is not owned; null for the one that prints.
void set_warning_handler(WarningHandler* handler) noexcept;
WarningHandler* get_warning_handler() noexcept;
// Whether warnings that are given once only are given every time.
void set_warnAlways(bool always) noexcept;
bool get_warnAlways() noexcept;

// A handler for a scope.
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

// Every warning for a scope.
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

// Hands a warning to the thread's handler.
void warn(const Warning& warning);

}  // namespace gradus
