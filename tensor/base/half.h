// The 16-bit floating point numbers.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <limits>

#include "tensor/kernels/types.h"

namespace gradus {

/// A float16 number (IEEE 754 binary16): 10 bits of fraction, from 6e-8 to 65504. It is computed
/// with in float32, each result rounded to the nearest, halves to even.
struct Half {
  /// Says that a number is given by its bits.
  struct from_bits_t {};
  static constexpr from_bits_t from_bits() { return {}; }

  constexpr Half() = default;
  constexpr Half(uint16_t bits, from_bits_t) : x(bits) {}
  constexpr Half(float value) : x(rounded(value)) {}
  constexpr operator float() const {
    const uint32_t sign = uint32_t(x & 0x8000) << 16, exponent = x >> 10 & 31, fraction = x & 0x3ff;
    if (exponent == 0) {
      const float size = float(fraction) * 0x1p-24f;
      return sign ? -size : size;
    }
    const uint32_t high = exponent == 31 ? 255 : exponent + 112;
    return std::bit_cast<float>(sign | high << 23 | fraction << 13);
  }

  uint16_t x = 0;  ///< the bits

 private:
  static constexpr uint16_t rounded(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    const uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
    if (size > 0x7f800000) return uint16_t(sign | 0x7e00);   // nan
    if (size >= 0x477ff000) return uint16_t(sign | 0x7c00);  // from 65520 on it is infinity
    if (size >= 0x38800000)
      return uint16_t(sign | (size + 0xfff + (size >> 13 & 1) - 0x38000000) >> 13);
    // Below 2^-14 a number is a multiple of 2^-24.
    const uint32_t shift = 126 - (size >> 23);
    if (shift > 24) return uint16_t(sign);
    const uint32_t fraction = (size & 0x7fffff) | 0x800000, n = fraction >> shift;
    const uint32_t rest = fraction & ((uint32_t(1) << shift) - 1), half = uint32_t(1)
                                                                          << (shift - 1);
    return uint16_t(sign | (n + (rest > half || (rest == half && n % 2 == 1))));
  }
};

/// A bfloat16 number: float32 with its upper 16 bits alone. It is computed with in float32, each
/// result rounded to the nearest, halves to even.
struct BFloat16 {
  /// Says that a number is given by its bits.
  struct from_bits_t {};
  static constexpr from_bits_t from_bits() { return {}; }

  constexpr BFloat16() = default;
  constexpr BFloat16(uint16_t bits, from_bits_t) : x(bits) {}
  constexpr BFloat16(float value) : x(rounded(value)) {}
  constexpr operator float() const { return std::bit_cast<float>(uint32_t(x) << 16); }

  uint16_t x = 0;  ///< the bits

 private:
  static constexpr uint16_t rounded(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;  // nan
    return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
};

namespace detail {
template <class T>
concept SixteenBits = std::same_as<T, Half> || std::same_as<T, BFloat16>;
}

/// Two numbers of 16 bits, or one and an integer, give another; one and a float or double give
/// that.
template <detail::SixteenBits H>
constexpr H operator-(H a) {
  return H(-float(a));
}
#define GRADUS_OF_16_BITS(op)                                                             \
  template <detail::SixteenBits H>                                                        \
  constexpr H operator op(H a, H b) {                                                     \
    return H(float(a) op float(b));                                                       \
  }                                                                                       \
  template <detail::SixteenBits H, std::integral T>                                       \
  constexpr H operator op(H a, T b) {                                                     \
    return H(float(a) op float(H(float(b))));                                             \
  }                                                                                       \
  template <detail::SixteenBits H, std::integral T>                                       \
  constexpr H operator op(T a, H b) {                                                     \
    return H(float(H(float(a))) op float(b));                                             \
  }                                                                                       \
  template <detail::SixteenBits H, std::floating_point T>                                 \
  constexpr T operator op(H a, T b) {                                                     \
    return T(float(a)) op b;                                                              \
  }                                                                                       \
  template <detail::SixteenBits H, std::floating_point T>                                 \
  constexpr T operator op(T a, H b) {                                                     \
    return a op T(float(b));                                                              \
  }                                                                                       \
  template <detail::SixteenBits H, class T>                                               \
  requires(std::integral<T> || std::floating_point<T> || std::same_as<T, H>) constexpr H& \
  operator op##=(H& a, T b) {                                                             \
    return a = H(float(a op b));                                                          \
  }
GRADUS_OF_16_BITS(+)
GRADUS_OF_16_BITS(-)
GRADUS_OF_16_BITS(*)
GRADUS_OF_16_BITS(/)
#undef GRADUS_OF_16_BITS

/// Prints the number as a float.
std::ostream& operator<<(std::ostream& out, Half v);
std::ostream& operator<<(std::ostream& out, BFloat16 v);

namespace detail {
// What the two types share.
struct SixteenBitLimits {
  static constexpr bool is_specialized = true, is_signed = true, is_integer = false,
                        is_exact = false, has_infinity = true, has_quiet_NaN = true,
                        has_signaling_NaN = true, is_iec559 = true, is_bounded = true,
                        is_modulo = false, traps = false, tinyness_before = false;
  static constexpr std::float_round_style round_style = std::round_to_nearest;
  static constexpr int radix = 2;
};
}  // namespace detail
}  // namespace gradus

template <>
struct std::numeric_limits<gradus::Half> : gradus::detail::SixteenBitLimits {
  using H = gradus::Half;
  static constexpr int digits = 11, digits10 = 3, max_digits10 = 5, min_exponent = -13,
                       min_exponent10 = -4, max_exponent = 16, max_exponent10 = 4;
  static constexpr H of(uint16_t bits) { return H(bits, H::from_bits()); }
  static constexpr H min() { return of(0x0400); }
  static constexpr H lowest() { return of(0xfbff); }
  static constexpr H max() { return of(0x7bff); }
  static constexpr H epsilon() { return of(0x1400); }
  static constexpr H round_error() { return of(0x3800); }
  static constexpr H infinity() { return of(0x7c00); }
  static constexpr H quiet_NaN() { return of(0x7e00); }
  static constexpr H signaling_NaN() { return of(0x7d00); }
  static constexpr H denorm_min() { return of(0x0001); }
};
template <>
struct std::numeric_limits<gradus::BFloat16> : gradus::detail::SixteenBitLimits {
  using H = gradus::BFloat16;
  static constexpr int digits = 8, digits10 = 2, max_digits10 = 4, min_exponent = -125,
                       min_exponent10 = -37, max_exponent = 128, max_exponent10 = 38;
  static constexpr H of(uint16_t bits) { return H(bits, H::from_bits()); }
  static constexpr H min() { return of(0x0080); }
  static constexpr H lowest() { return of(0xff7f); }
  static constexpr H max() { return of(0x7f7f); }
  static constexpr H epsilon() { return of(0x3c00); }
  static constexpr H round_error() { return of(0x3f00); }
  static constexpr H infinity() { return of(0x7f80); }
  static constexpr H quiet_NaN() { return of(0x7fc0); }
  static constexpr H signaling_NaN() { return of(0x7f80 | 0x20); }
  static constexpr H denorm_min() { return of(0x0001); }
};
