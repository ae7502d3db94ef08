// The names of C++ types.
#pragma once

#include <c10/macros/Macros.h>
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <typeinfo>

namespace gradus {

/// A name as std::type_info gives it, in C++'s words.
template <int = 0>
std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}
/// The name of the type T.
template <class T>
const char* demangle_type() {
  static const std::string name = demangle(typeid(T).name());
  return name.c_str();
}

/// Empty: calls are not traced.
inline std::string get_backtrace(size_t = 0, size_t = 64, bool = true) { return {}; }

}  // namespace gradus
