// The traits of element types. ScalarType itself and the names of its values are in
// "tensor/base/dtype.h".
#pragma once

#include <c10/util/complex.h>

#include <optional>
#include <utility>

#include "tensor/base/dtype.h"
#include "tensor/base/error.h"

namespace gradus {

bool can_cast(ScalarType from, ScalarType to);

namespace impl {
template <ScalarType>
struct ScalarTypeToCPPType;
#define GRADUS_TYPE(name, T)                     \
  template <>                                    \
  struct ScalarTypeToCPPType<ScalarType::name> { \
    using type = T;                              \
    static constexpr type t{};                   \
  };
GRADUS_FOR_EACH_TYPE(GRADUS_TYPE)
GRADUS_FOR_EACH_NAMED_TYPE(GRADUS_TYPE)
#undef GRADUS_TYPE
template <ScalarType t>
using ScalarTypeToCPPTypeT = typename ScalarTypeToCPPType<t>::type;
}  // namespace impl

/// The element type of a C++ type.
template <class T>
requires(named_type_of<T> != ScalarType::Undefined) struct CppTypeToScalarType
    : std::integral_constant<ScalarType, named_type_of<T>> {
};

constexpr bool isReducedFloatingType(ScalarType t) { return isFloatingType(t) && !is_floating(t); }
constexpr bool isFloat8Type(ScalarType t) {
  return t >= ScalarType::Float8_e5m2 && t <= ScalarType::Float8_e8m0fnu;
}
constexpr bool isQIntType(ScalarType t) {
  return t >= ScalarType::QInt8 && t <= ScalarType::QUInt2x4;
}
constexpr bool isBitsType(ScalarType t) {
  return t >= ScalarType::Bits1x8 && t <= ScalarType::Bits16;
}
constexpr bool isBarebonesUnsignedType(ScalarType t) {
  return (t >= ScalarType::UInt16 && t <= ScalarType::UInt64) ||
         (t >= ScalarType::UInt1 && t <= ScalarType::UInt7);
}
/// Whether the type has negative numbers.
constexpr bool isSignedType(ScalarType t) {
  return t == kInt || t == kLong || t == kChar || t == kShort || isFloatingType(t) ||
         isComplexType(t) || (t >= ScalarType::Int1 && t <= ScalarType::Int7);
}
/// The type of the numbers that a quantised type stands for.
constexpr ScalarType toUnderlying(ScalarType t) {
  switch (t) {
    case ScalarType::QUInt8:
    case ScalarType::QUInt4x2:
    case ScalarType::QUInt2x4:
      return kByte;
    case ScalarType::QInt8:
      return kChar;
    case ScalarType::QInt32:
      return kInt;
    default:
      return t;
  }
}
constexpr ScalarType toQIntType(ScalarType t) {
  return t == kByte   ? ScalarType::QUInt8
         : t == kChar ? ScalarType::QInt8
         : t == kInt  ? ScalarType::QInt32
                      : t;
}
/// The type of a complex type's parts, other types themselves.
constexpr ScalarType toRealValueType(ScalarType t) {
  return t == kComplexHalf     ? kHalf
         : t == kComplexFloat  ? kFloat
         : t == kComplexDouble ? kDouble
                               : t;
}
/// The complex type whose parts are of that type; throws Error where there is none.
inline ScalarType toComplexType(ScalarType t) {
  switch (t) {
    case ScalarType::BFloat16:
    case ScalarType::Float:
      return kComplexFloat;
    case ScalarType::Half:
      return kComplexHalf;
    case ScalarType::Double:
      return kComplexDouble;
    default:
      if (isComplexType(t)) return t;
      throw Error("toComplexType: there is no complex type of " + std::string(dtype_name(t)));
  }
}
/// The type that sums of such elements are computed in: float for the small floating ones.
constexpr ScalarType toOpMathType(ScalarType t) {
  return t == kComplexHalf ? kComplexFloat : isReducedFloatingType(t) ? kFloat : t;
}
inline bool isUnderlying(ScalarType type, ScalarType qtype) { return type == toUnderlying(qtype); }
inline bool canCast(ScalarType from, ScalarType to) { return can_cast(from, to); }
inline ScalarType get_default_dtype_as_scalartype() { return get_default_dtype(); }
/// complex64, or complex128 where the default is float64.
inline TypeMeta get_default_complex_dtype() { return TypeMeta(toComplexType(get_default_dtype())); }
template <int = 0>
std::optional<ScalarType> optTypeMetaToScalarType(std::optional<TypeMeta> t) {
  return t ? std::optional<ScalarType>(t->toScalarType()) : std::nullopt;
}

namespace detail {
template <class T>
struct OpMathType {
  using type = T;
};
template <SixteenBits T>
struct OpMathType<T> {
  using type = float;
};
template <>
struct OpMathType<complex<Half>> {
  using type = complex<float>;
};
// libtorch's sums on the CPU: double for float, int64 for integers.
template <class T>
struct AccumulateType {
  using type = std::conditional_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int64_t, T>;
};
template <>
struct AccumulateType<float> {
  using type = double;
};
template <SixteenBits T>
struct AccumulateType<T> {
  using type = float;
};
}  // namespace detail
template <class T>
using opmath_type = typename detail::OpMathType<T>::type;
/// The type to add up elements in. There is one kind of device, so the second argument is ignored.
template <class T, bool is_cuda = false>
using acc_type = typename detail::AccumulateType<T>::type;

/// The number as another type, by C++'s conversion.
template <class To, class From>
To convert(From v) {
  return static_cast<To>(v);
}
/// Whether a To cannot hold the number, for which infinity and nan count as held by floating types.
template <class To, class From>
bool overflows(From v, bool strict_unsigned = false) {
  using limit = std::numeric_limits<To>;
  if constexpr (std::is_same_v<To, bool>) {
    return false;
  } else if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
    if (!limit::is_signed && !strict_unsigned && v < From(0))
      return uint64_t(0) - uint64_t(v) > uint64_t(limit::max());
    return !std::in_range<To>(v);
  } else {
    const double x = double(v);
    if (limit::has_infinity && x - x != 0) return false;
    if (!limit::has_quiet_NaN && x != x) return true;
    return x < double(limit::lowest()) || x > double(limit::max());
  }
}
/// convert(), which throws Error for a number that a To cannot hold.
template <class To, class From>
To checked_convert(From v, const char* name) {
  if (overflows<To>(v))
    throw Error(std::string("checked_convert: the value does not fit the type ") + name);
  return convert<To>(v);
}

}  // namespace gradus

// X(C++ type, name) of the types that tensors have and of those that they do not.
#define AT_FORALL_INT_TYPES(X) \
  X(uint8_t, Byte)             \
  X(int8_t, Char)              \
  X(int16_t, Short)            \
  X(int, Int)                  \
  X(int64_t, Long)
#define AT_FORALL_SCALAR_TYPES(X) \
  AT_FORALL_INT_TYPES(X)          \
  X(float, Float)                 \
  X(double, Double)
#define AT_FORALL_SCALAR_TYPES_AND(TYPE, X) \
  AT_FORALL_SCALAR_TYPES(X)                 \
  X(::gradus::impl::ScalarTypeToCPPTypeT<::gradus::ScalarType::TYPE>, TYPE)
#define AT_FORALL_SCALAR_TYPES_AND2(TYPE1, TYPE2, X) \
  AT_FORALL_SCALAR_TYPES_AND(TYPE1, X)               \
  X(::gradus::impl::ScalarTypeToCPPTypeT<::gradus::ScalarType::TYPE2>, TYPE2)
#define AT_FORALL_SCALAR_TYPES_AND3(TYPE1, TYPE2, TYPE3, X) \
  AT_FORALL_SCALAR_TYPES_AND2(TYPE1, TYPE2, X)              \
  X(::gradus::impl::ScalarTypeToCPPTypeT<::gradus::ScalarType::TYPE3>, TYPE3)
#define AT_FORALL_COMPLEX_TYPES(X)          \
  X(::gradus::complex<float>, ComplexFloat) \
  X(::gradus::complex<double>, ComplexDouble)
#define AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_EXCEPT_COMPLEX_HALF(X) \
  AT_FORALL_SCALAR_TYPES(X)                                        \
  X(::gradus::Half, Half)                                          \
  AT_FORALL_COMPLEX_TYPES(X)                                       \
  X(bool, Bool)                                                    \
  X(::gradus::BFloat16, BFloat16)
#define AT_FORALL_SCALAR_TYPES_WITH_COMPLEX(X)               \
  AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_EXCEPT_COMPLEX_HALF(X) \
  X(::gradus::complex<::gradus::Half>, ComplexHalf)
