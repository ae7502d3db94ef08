// Arithmetic on sizes, counts and places that come from arguments: what int64 does not hold throws.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>

namespace gradus {

namespace detail {
[[noreturn, gnu::cold]] void throw_size_overflow(const char* op, int64_t a, char sign, int64_t b);
[[noreturn, gnu::cold]] void throw_no_int64(const char* op, const char* what, double v);
}  // namespace detail

inline int64_t checked_add(const char* op, int64_t a, int64_t b) {
  int64_t y;
  if (__builtin_add_overflow(a, b, &y)) detail::throw_size_overflow(op, a, '+', b);
  return y;
}
inline int64_t checked_sub(const char* op, int64_t a, int64_t b) {
  int64_t y;
  if (__builtin_sub_overflow(a, b, &y)) detail::throw_size_overflow(op, a, '-', b);
  return y;
}
inline int64_t checked_mul(const char* op, int64_t a, int64_t b) {
  int64_t y;
  if (__builtin_mul_overflow(a, b, &y)) detail::throw_size_overflow(op, a, '*', b);
  return y;
}

// A number that carries the name of the operation, for formulas: with Checked in = {op, size},
// `in + 2 * padding - 1` throws at the first step that overflows.
class Checked {
 public:
  Checked(const char* op, int64_t value) : op_(op), value_(value) {}
  operator int64_t() const { return value_; }

  friend Checked operator+(Checked a, Checked b) { return a + b.value_; }
  friend Checked operator-(Checked a, Checked b) { return a - b.value_; }
  friend Checked operator*(Checked a, Checked b) { return a * b.value_; }
  template <std::integral I>
  friend Checked operator+(Checked a, I b) {
    return {a.op_, checked_add(a.op_, a.value_, int64_t(b))};
  }
  template <std::integral I>
  friend Checked operator-(Checked a, I b) {
    return {a.op_, checked_sub(a.op_, a.value_, int64_t(b))};
  }
  template <std::integral I>
  friend Checked operator*(Checked a, I b) {
    return {a.op_, checked_mul(a.op_, a.value_, int64_t(b))};
  }
  template <std::integral I>
  friend Checked operator+(I a, Checked b) {
    return b + a;
  }
  template <std::integral I>
  friend Checked operator-(I a, Checked b) {
    return Checked(b.op_, int64_t(a)) - b.value_;
  }
  template <std::integral I>
  friend Checked operator*(I a, Checked b) {
    return b * a;
  }
  // By b > 0, rounded towards 0.
  template <std::integral I>
  friend Checked operator/(Checked a, I b) {
    return {a.op_, a.value_ / int64_t(b)};
  }
  Checked& operator+=(int64_t b) { return *this = *this + b; }
  Checked& operator*=(int64_t b) { return *this = *this * b; }

 private:
  const char* op_;
  int64_t value_;
};

// a / b rounded up, for a >= 0 and b > 0 of any size.
inline int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b != 0); }

// v without its fraction; throws naming `what` when that is no int64, and for nan.
inline int64_t checked_int64(const char* op, const char* what, double v) {
  if (!(v >= -0x1p63 && v < 0x1p63)) detail::throw_no_int64(op, what, v);
  return int64_t(v);
}
// v without its fraction; the least int64 where that is none, as x86-64 converts.
inline int64_t int64_or_least(double v) {
  return v >= -0x1p63 && v < 0x1p63 ? int64_t(v) : INT64_MIN;
}
// v without its fraction, moved into [low, high]; `low` for nan. The bounds are exact in T or far
// from where v matters.
template <std::floating_point T>
int64_t clamped_int64(T v, int64_t low, int64_t high) {
  if (!(v > T(low))) return low;
  return v < T(high) ? std::min(int64_t(v), high) : high;
}

}  // namespace gradus
