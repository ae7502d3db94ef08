// Operations on the bits of integers.
#pragma once

#include "tensor/kernels/formulas/formula.h"

namespace gradus::kernels::GRADUS_ISA {

struct bitwise_and : binary {
  static constexpr unsigned on = types::integral | types::boolean;
  template <std::integral T> static T value(T a, T b) { return static_cast<T>(a & b); }
};

struct bitwise_or : binary {
  static constexpr unsigned on = types::integral | types::boolean;
  template <std::integral T> static T value(T a, T b) { return static_cast<T>(a | b); }
};

struct bitwise_xor : binary {
  static constexpr unsigned on = types::integral | types::boolean;
  template <std::integral T> static T value(T a, T b) { return static_cast<T>(a ^ b); }
};

struct bitwise_not : unary {
  static constexpr unsigned on = types::integral | types::boolean;
  template <std::integral T> static T value(T x) { return static_cast<T>(~x); }
  static bool value(bool x) { return !x; }
};

struct left_shift : binary {  // 0 if shifted by the width, or a negative number
  static constexpr unsigned on = types::integral;
  template <std::integral T> static T value(T a, T b) {
    const bool inside = b >= 0 && b < static_cast<T>(8 * sizeof(T));
    return static_cast<T>(inside ? static_cast<uint64_t>(a) << b : 0);
  }
};

struct right_shift : binary {  // keeps the sign; by the width, or a negative number: the sign only
  static constexpr unsigned on = types::integral;
  template <std::integral T> static T value(T a, T b) {
    constexpr T most = std::numeric_limits<T>::digits;
    if (b >= 0 && b < most) return static_cast<T>(a >> b);
    return static_cast<T>(a < 0 ? -1 : 0);
  }
};

using bitwise_formulas =
    list<bitwise_and, bitwise_or, bitwise_xor, bitwise_not, left_shift, right_shift>;

}  // namespace gradus::kernels::GRADUS_ISA
