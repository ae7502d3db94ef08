// Variables of the environment.
#pragma once

#include <c10/macros/Macros.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

namespace gradus::utils {

/// The value of the variable, or none.
inline std::optional<std::string> get_env(const char* name) {
  const char* const value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}
inline bool has_env(const char* name) { return std::getenv(name) != nullptr; }
inline void set_env(const char* name, const char* value, bool overwrite = true) {
  setenv(name, value, overwrite);
}
/// True for 1, false for 0, none for another value or no variable.
inline std::optional<bool> check_env(const char* name) {
  const char* const value = std::getenv(name);
  if (value && std::strcmp(value, "0") == 0) return false;
  if (value && std::strcmp(value, "1") == 0) return true;
  return std::nullopt;
}

}  // namespace gradus::utils
