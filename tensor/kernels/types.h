// The element types that every layer shares.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus {

/// The element types, in the order of promotion: the type of `a op b` is the later of the two.
/// Bool, Byte (uint8), Int (int32), Long (int64), Float (float32) and Double (float64).
enum class ScalarType : int8_t { Bool, Byte, Int, Long, Float, Double, Undefined };

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

}  // namespace gradus
