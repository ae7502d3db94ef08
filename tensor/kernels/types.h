// The element types that every layer shares.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus {

/// The element types of tensors, in the order of promotion: the type of `a op b` is the later of
/// the two. Bool, Byte (uint8), Int (int32), Long (int64), Float (float32) and Double (float64).
/// The types after Undefined have names, sizes and traits; to make a tensor of one throws
/// NotImplementedError.
enum class ScalarType : int8_t {
  // clang-format off
  Bool, Byte, Int, Long, Float, Double, Undefined,
  Char, Short, UInt16, UInt32, UInt64, Half, BFloat16, ComplexHalf, ComplexFloat, ComplexDouble,
  QInt8, QUInt8, QInt32, QUInt4x2, QUInt2x4, Bits1x8, Bits2x4, Bits4x2, Bits8, Bits16,
  Float8_e5m2, Float8_e4m3fn, Float8_e5m2fnuz, Float8_e4m3fnuz, Float8_e8m0fnu, Float4_e2m1fn_x2,
  UInt1, UInt2, UInt3, UInt4, UInt5, UInt6, UInt7, Int1, Int2, Int3, Int4, Int5, Int6, Int7,
  NumOptions
  // clang-format on
};

inline constexpr int scalar_type_count = 6;

// The storage of each element type, in enum order (a bool is one byte, 0 or 1).
#define GRADUS_FOR_EACH_TYPE(X) \
  X(Bool, bool)                 \
  X(Byte, uint8_t)              \
  X(Int, int32_t)               \
  X(Long, int64_t)              \
  X(Float, float)               \
  X(Double, double)

template <class T>
inline constexpr ScalarType scalar_type_of = ScalarType::Undefined;
#define GRADUS_TYPE(name, T) \
  template <>                \
  inline constexpr ScalarType scalar_type_of<T> = ScalarType::name;
GRADUS_FOR_EACH_TYPE(GRADUS_TYPE)
#undef GRADUS_TYPE

struct Half;
struct BFloat16;
template <class T>
struct complex;

// The C++ types of element types that no tensor has.
#define GRADUS_FOR_EACH_NAMED_TYPE(X) \
  X(Char, int8_t)                     \
  X(Short, int16_t)                   \
  X(UInt16, uint16_t)                 \
  X(UInt32, uint32_t)                 \
  X(UInt64, uint64_t)                 \
  X(Half, Half)                       \
  X(BFloat16, BFloat16)               \
  X(ComplexHalf, complex<Half>)       \
  X(ComplexFloat, complex<float>)     \
  X(ComplexDouble, complex<double>)

template <class T>
inline constexpr ScalarType named_type_of = scalar_type_of<T>;
#define GRADUS_TYPE(name, T) \
  template <>                \
  inline constexpr ScalarType named_type_of<T> = ScalarType::name;
GRADUS_FOR_EACH_NAMED_TYPE(GRADUS_TYPE)
#undef GRADUS_TYPE

}  // namespace gradus
