// One value of any copyable type.
#pragma once

#include <any>
#include <type_traits>
#include <typeinfo>

namespace gradus::nn {

/// One value of any copyable type, such as an argument or a result of AnyModule.
class AnyValue {
 public:
  AnyValue() = default;
  template <class T>
  requires(!std::is_same_v<std::decay_t<T>, AnyValue>) explicit AnyValue(T&& value)
      : value_(std::forward<T>(value)) {}

  /// The value if it is a T, else null.
  template <class T>
  T* try_get() {
    static_assert(!std::is_reference_v<T> && !std::is_array_v<T>, "values are stored decayed");
    return std::any_cast<T>(&value_);
  }
  /// A copy of the value. Throws Error when it is no T.
  template <class T>
  T get() {
    if (T* v = try_get<T>()) return *v;
    throw_wrong_type(typeid(T));
  }
  /// The type of the value; void when there is none.
  const std::type_info& type_info() const noexcept { return value_.type(); }

 private:
  [[noreturn]] void throw_wrong_type(const std::type_info& wanted) const;
  std::any value_;
};

}  // namespace gradus::nn
