// Element types: names, sizes, promotion.
#pragma once

#include <iosfwd>
#include <string_view>

#include "tensor/kernels/types.h"

namespace gradus {

/// The element types: kBool, kByte (kUInt8), kInt (kInt32), kLong (kInt64), kFloat (kFloat32) and
/// kDouble (kFloat64).
inline constexpr ScalarType kBool = ScalarType::Bool, kByte = ScalarType::Byte,
                            kUInt8 = ScalarType::Byte, kInt = ScalarType::Int,
                            kInt32 = ScalarType::Int, kLong = ScalarType::Long,
                            kInt64 = ScalarType::Long, kFloat = ScalarType::Float,
                            kFloat32 = ScalarType::Float, kDouble = ScalarType::Double,
                            kFloat64 = ScalarType::Double;

/// The element types that no tensor has: int8, int16, uint16 to uint64, float16, bfloat16, complex
/// and quantised ones. They can be named, printed and asked about; to make a tensor of one throws
/// NotImplementedError.
inline constexpr ScalarType kChar = ScalarType::Char, kInt8 = ScalarType::Char,
                            kShort = ScalarType::Short, kInt16 = ScalarType::Short,
                            kUInt16 = ScalarType::UInt16, kUInt32 = ScalarType::UInt32,
                            kUInt64 = ScalarType::UInt64, kHalf = ScalarType::Half,
                            kFloat16 = ScalarType::Half, kBFloat16 = ScalarType::BFloat16,
                            kComplexHalf = ScalarType::ComplexHalf,
                            kComplexFloat = ScalarType::ComplexFloat,
                            kComplexDouble = ScalarType::ComplexDouble, kQInt8 = ScalarType::QInt8,
                            kQUInt8 = ScalarType::QUInt8, kQInt32 = ScalarType::QInt32,
                            kQUInt4x2 = ScalarType::QUInt4x2, kQUInt2x4 = ScalarType::QUInt2x4,
                            kFloat8_e5m2 = ScalarType::Float8_e5m2,
                            kFloat8_e4m3fn = ScalarType::Float8_e4m3fn,
                            kFloat8_e5m2fnuz = ScalarType::Float8_e5m2fnuz,
                            kFloat8_e4m3fnuz = ScalarType::Float8_e4m3fnuz,
                            kFloat8_e8m0fnu = ScalarType::Float8_e8m0fnu;
/// Element types by libtorch's short names.
inline constexpr ScalarType kU8 = kByte, kU16 = kUInt16, kU32 = kUInt32, kU64 = kUInt64,
                            kI8 = kChar, kI16 = kShort, kI32 = kInt, kI64 = kLong, kF16 = kHalf,
                            kF32 = kFloat, kF64 = kDouble;

/// The same as ScalarType, by libtorch's name.
using Dtype = ScalarType;

/// An element type as libtorch's `dtype()` gives it: it prints the C++ name, `long int`, where the
/// ScalarType that it converts to prints `Long`.
class TypeMeta {
 public:
  constexpr TypeMeta() = default;
  constexpr explicit TypeMeta(ScalarType t) : type_(t) {}
  /// The TypeMeta of that type.
  static constexpr TypeMeta fromScalarType(ScalarType t) { return TypeMeta(t); }
  /// The element type.
  constexpr operator ScalarType() const { return type_; }
  /// The element type.
  constexpr ScalarType toScalarType() const { return type_; }
  /// Whether it is any element type at all, or that one.
  constexpr bool isScalarType() const { return type_ != ScalarType::Undefined; }
  constexpr bool isScalarType(ScalarType t) const { return type_ == t; }
  /// The TypeMeta of the C++ type T.
  template <class T>
  static constexpr TypeMeta Make() {
    return TypeMeta(named_type_of<T>);
  }
  /// Whether it is the element type of the C++ type T.
  template <class T>
  constexpr bool Match() const {
    return *this == Make<T>();
  }
  /// The C++ name, such as `float`.
  std::string_view name() const;
  /// The bytes of one element; 0 for the undefined type.
  constexpr size_t itemsize() const;
  friend constexpr bool operator==(TypeMeta a, TypeMeta b) { return a.type_ == b.type_; }
  friend constexpr bool operator==(TypeMeta a, ScalarType b) { return a.type_ == b; }

 private:
  ScalarType type_ = ScalarType::Undefined;
};
/// Prints name().
std::ostream& operator<<(std::ostream& out, TypeMeta t);
/// The element type.
constexpr ScalarType typeMetaToScalarType(TypeMeta t) { return t; }
/// The TypeMeta of that type.
constexpr TypeMeta scalarTypeToTypeMeta(ScalarType t) { return TypeMeta(t); }

/// Whether the type is float32 or float64.
constexpr bool is_floating(ScalarType t) { return t == kFloat || t == kDouble; }
/// Whether the type is uint8, int32 or int64, or with include_bool also bool.
constexpr bool is_integral(ScalarType t, bool include_bool) {
  return t == kByte || t == kInt || t == kLong || (include_bool && t == kBool);
}
/// Whether tensors can have this element type.
constexpr bool is_held(ScalarType t) { return t < ScalarType::Undefined; }
/// Whether numbers of the type have a fraction: the types of is_floating(), float16, bfloat16 and
/// the float8 types.
constexpr bool isFloatingType(ScalarType t) {
  return is_floating(t) || t == kHalf || t == kBFloat16 ||
         (t >= ScalarType::Float8_e5m2 && t <= ScalarType::Float4_e2m1fn_x2);
}
/// Whether the type is an integer of 8 to 64 bits, or with include_bool also bool.
constexpr bool isIntegralType(ScalarType t, bool include_bool) {
  return is_integral(t, include_bool) || (t >= kChar && t <= kUInt64);
}
/// Whether the type is complex64, complex128 or complex32.
constexpr bool isComplexType(ScalarType t) { return t >= kComplexHalf && t <= kComplexDouble; }

/// The bytes of one element; 0 for the undefined type.
constexpr size_t item_size(ScalarType t) {
  constexpr size_t sizes[] = {1,  1, 4, 8, 4, 8, 0, 1, 2, 2, 4, 8, 2, 2, 4, 8,
                              16, 1, 1, 4, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1,
                              1,  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
  static_assert(sizeof sizes / sizeof *sizes == size_t(ScalarType::NumOptions) + 1);
  return sizes[int(t)];
}
constexpr size_t TypeMeta::itemsize() const { return item_size(type_); }
/// The same as item_size().
inline size_t elementSize(ScalarType t) { return item_size(t); }

/// The name in Python, such as `float32`.
std::string_view dtype_name(ScalarType t);
/// The name in libtorch, such as `Float`.
std::string_view toString(ScalarType t);
/// Prints toString().
std::ostream& operator<<(std::ostream& out, ScalarType t);

namespace detail {
ScalarType promote_named(ScalarType a, ScalarType b);
[[noreturn]] void throw_no_dtype(const char* op, ScalarType t);
}  // namespace detail

/// Throws NotImplementedError, with `op` in front, for an element type that no tensor has. The
/// undefined type passes.
inline void check_held(const char* op, ScalarType t) {
  if (t > ScalarType::Undefined) [[unlikely]]
    detail::throw_no_dtype(op, t);
}

/// The type that two tensors with dims promote to: the later one in bool, uint8, int32, int64,
/// float32, float64. Types that no tensor has promote as in PyTorch; throws Error for those that
/// PyTorch does not promote.
constexpr ScalarType promote_types(ScalarType a, ScalarType b) {
  if (is_held(a) && is_held(b)) return a < b ? b : a;
  return detail::promote_named(a, b);
}
/// The same as promote_types().
inline ScalarType promoteTypes(ScalarType a, ScalarType b) { return promote_types(a, b); }

/// The type that factories use where none is given, and that integers become where an operation
/// needs floating point; float32 unless it was set.
ScalarType get_default_dtype();
/// Sets what get_default_dtype() gives, for all threads. Throws Error for a type that is not
/// floating.
void set_default_dtype(ScalarType t);

/// Calls f(T{}) with the C++ type T of `t` and returns its result. Throws NotImplementedError, with
/// `op` in front, for the undefined type.
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
/// The same for float and double. Throws NotImplementedError for other types.
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
/// The same for uint8_t, int32_t and int64_t. Throws NotImplementedError for other types.
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
/// Calls f(uint8_t{}), f(uint32_t{}) or f(uint64_t{}) by the size of an element, for work that
/// moves elements without looking at them.
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
