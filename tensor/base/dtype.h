// Element types: names, sizes, promotion.
#pragma once

#include <iosfwd>
#include <string_view>

#include "tensor/kernels/types.h"

namespace gradus {

inline constexpr ScalarType kBool = ScalarType::Bool, kByte = ScalarType::Byte,
                            kUInt8 = ScalarType::Byte, kInt = ScalarType::Int,
                            kInt32 = ScalarType::Int, kLong = ScalarType::Long,
                            kInt64 = ScalarType::Long, kFloat = ScalarType::Float,
                            kFloat32 = ScalarType::Float, kDouble = ScalarType::Double,
                            kFloat64 = ScalarType::Double;

using Dtype = ScalarType;

// An element type as libtorch's `dtype()` gives it: it prints the C++ name, `long int`, where the
// ScalarType that it converts to prints `Long`.
class TypeMeta {
 public:
  constexpr TypeMeta() = default;
  constexpr explicit TypeMeta(ScalarType t) : type_(t) {}
  static constexpr TypeMeta fromScalarType(ScalarType t) { return TypeMeta(t); }
  constexpr operator ScalarType() const { return type_; }
  constexpr ScalarType toScalarType() const { return type_; }
  constexpr bool isScalarType() const { return type_ != ScalarType::Undefined; }
  constexpr bool isScalarType(ScalarType t) const { return type_ == t; }
  template <class T>
  static constexpr TypeMeta Make() {
    return TypeMeta(scalar_type_of<T>);
  }
  template <class T>
  constexpr bool Match() const {
    return *this == Make<T>();
  }
  std::string_view name() const;
  constexpr size_t itemsize() const;
  friend constexpr bool operator==(TypeMeta a, TypeMeta b) { return a.type_ == b.type_; }
  friend constexpr bool operator==(TypeMeta a, ScalarType b) { return a.type_ == b; }

 private:
  ScalarType type_ = ScalarType::Undefined;
};
std::ostream& operator<<(std::ostream& out, TypeMeta t);
constexpr ScalarType typeMetaToScalarType(TypeMeta t) { return t; }
constexpr TypeMeta scalarTypeToTypeMeta(ScalarType t) { return TypeMeta(t); }

constexpr bool is_floating(ScalarType t) { return t == kFloat || t == kDouble; }
constexpr bool is_integral(ScalarType t, bool include_bool) {
  return t == kByte || t == kInt || t == kLong || (include_bool && t == kBool);
}
inline bool isFloatingType(ScalarType t) { return is_floating(t); }
inline bool isIntegralType(ScalarType t, bool include_bool) { return is_integral(t, include_bool); }
constexpr bool isComplexType(ScalarType) { return false; }

constexpr size_t item_size(ScalarType t) {
  constexpr size_t sizes[] = {1, 1, 4, 8, 4, 8, 0};
  return sizes[int(t)];
}
constexpr size_t TypeMeta::itemsize() const { return item_size(type_); }
inline size_t elementSize(ScalarType t) { return item_size(t); }

// `float32`, as Python names it.
std::string_view dtype_name(ScalarType t);
// `Float`, as libtorch names it.
std::string_view toString(ScalarType t);
std::ostream& operator<<(std::ostream& out, ScalarType t);

// The type that holds both: PyTorch's promotion between tensors of equal standing.
constexpr ScalarType promote_types(ScalarType a, ScalarType b) { return a < b ? b : a; }
inline ScalarType promoteTypes(ScalarType a, ScalarType b) { return promote_types(a, b); }

ScalarType get_default_dtype();
// Float or Double; throws for any other.
void set_default_dtype(ScalarType t);

namespace detail {
[[noreturn]] void throw_no_dtype(const char* op, ScalarType t);
}

// Calls f(T{}) with the C++ type of `t`; throws when it is none of the listed ones.
template <class F>
decltype(auto) visit_all(ScalarType t, const char* op, F&& f) {
  switch (t) {
#define GRADUS_CASE(name, T) \
  case ScalarType::name:     \
    return f(T{});
    GRADUS_FOR_EACH_TYPE(GRADUS_CASE)
#undef GRADUS_CASE
    default:
      detail::throw_no_dtype(op, t);
  }
}
template <class F>
decltype(auto) visit_floating(ScalarType t, const char* op, F&& f) {
  switch (t) {
    case kFloat:
      return f(float{});
    case kDouble:
      return f(double{});
    default:
      detail::throw_no_dtype(op, t);
  }
}
template <class F>
decltype(auto) visit_integral(ScalarType t, const char* op, F&& f) {
  switch (t) {
    case kByte:
      return f(uint8_t{});
    case kInt:
      return f(int32_t{});
    case kLong:
      return f(int64_t{});
    default:
      detail::throw_no_dtype(op, t);
  }
}
// Moves elements without looking at them: f(uint8_t{} / uint32_t{} / uint64_t{}) by item size.
template <class F>
decltype(auto) visit_size(ScalarType t, F&& f) {
  switch (item_size(t)) {
    case 1:
      return f(uint8_t{});
    case 4:
      return f(uint32_t{});
    default:
      return f(uint64_t{});
  }
}

}  // namespace gradus
