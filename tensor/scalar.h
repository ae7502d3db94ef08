// One number of any element type.
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <limits>

#include "tensor/base/dtype.h"

namespace gradus {

/// One number: a bool, an integer (kept as int64) or a floating point number (kept as double).
/// Every arithmetic type converts to it, and what takes a Scalar takes plain numbers so.
class Scalar {
 public:
  Scalar() : Scalar(int64_t{0}) {}
  Scalar(bool v) : type_(kBool) { value_.i = v; }
  template <std::integral T>
  requires(!std::same_as<T, bool>) Scalar(T v) : type_(kLong) { value_.i = int64_t(v); }
  template <std::floating_point T>
  Scalar(T v) : type_(kDouble) {
    value_.d = double(v);
  }
  template <class T>
  requires(std::same_as<T, Half> || std::same_as<T, BFloat16>) Scalar(T v) : Scalar(float(v)) {}

  /// The kind: kBool, kLong or kDouble.
  ScalarType type() const { return type_; }
  /// Whether it is a floating point number.
  bool isFloatingPoint() const { return type_ == kDouble; }
  /// Whether it is an integer, or with include_bool also a bool.
  bool isIntegral(bool include_bool = false) const {
    return type_ == kLong || (include_bool && type_ == kBool);
  }
  /// Whether it is a bool.
  bool isBoolean() const { return type_ == kBool; }

  /// The number as a T; the fraction of a floating point number is dropped for integers. Throws
  /// Error when an integer type does not hold it; a negative number wraps around in an unsigned
  /// type.
  template <class T>
  T to() const;
  /// The number as a double.
  double toDouble() const { return type_ == kDouble ? value_.d : double(value_.i); }
  /// The number as a float.
  float toFloat() const { return float(toDouble()); }
  /// The same as `to<int64_t>()`.
  int64_t toLong() const { return to<int64_t>(); }
  /// The same as `to<int32_t>()`.
  int32_t toInt() const { return to<int32_t>(); }
  /// The same as to<T>() of that T.
  uint8_t toByte() const { return to<uint8_t>(); }
  int8_t toChar() const { return to<int8_t>(); }
  int16_t toShort() const { return to<int16_t>(); }
  uint16_t toUInt16() const { return to<uint16_t>(); }
  uint32_t toUInt32() const { return to<uint32_t>(); }
  uint64_t toUInt64() const { return to<uint64_t>(); }
  template <class T = Half>
  T toHalf() const {
    return to<T>();
  }
  template <class T = BFloat16>
  T toBFloat16() const {
    return to<T>();
  }
  template <class T = complex<float>>
  T toComplexFloat() const {
    return to<T>();
  }
  template <class T = complex<double>>
  T toComplexDouble() const {
    return to<T>();
  }
  /// False: there are no complex numbers, and none that are yet to be known.
  bool isComplex() const { return false; }
  bool isSymbolic() const { return false; }
  /// The number itself, which is real.
  Scalar conj() const { return *this; }
  /// The natural logarithm.
  Scalar log() const;
  /// Whether the number is not 0.
  bool toBool() const { return type_ == kDouble ? value_.d != 0 : value_.i != 0; }
  /// The negative number. Throws Error for a bool.
  Scalar operator-() const;
  /// Whether both are the same number, of whatever kinds.
  bool equal(const Scalar& other) const;

 private:
  [[noreturn]] static void throw_overflow(double v);
  ScalarType type_;
  union {
    int64_t i;
    double d;
  } value_;
};

template <class T>
T Scalar::to() const {
  if constexpr (std::same_as<T, bool>) {
    return toBool();
  } else if constexpr (std::floating_point<T>) {
    return T(toDouble());
  } else if constexpr (!std::integral<T>) {
    if constexpr (requires(T t) { t.imag(); })
      return T(typename T::value_type(toDouble()));
    else
      return T(toFloat());
  } else {
    if (type_ == kDouble && !(value_.d >= -0x1p63 && value_.d < 0x1p63)) throw_overflow(value_.d);
    const int64_t i = type_ == kDouble ? int64_t(value_.d) : value_.i;
    if constexpr (sizeof(T) < sizeof(int64_t)) {
      // A negative number wraps into an unsigned type.
      constexpr int64_t most = std::numeric_limits<T>::max();
      constexpr int64_t least = std::is_signed_v<T> ? -most - 1 : -most;
      if (i < least || i > most) throw_overflow(toDouble());
    }
    return T(i);
  }
}

/// Prints the number; a bool as `true` or `false`.
std::ostream& operator<<(std::ostream& out, const Scalar& s);

}  // namespace gradus
