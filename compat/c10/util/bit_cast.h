// c10::bit_cast and c10::copysign.
#pragma once

#include <c10/util/Half.h>

#include <bit>
#include <cmath>

namespace gradus {

using std::bit_cast;
/// The size of a with the sign of b.
template <class T, class U>
T copysign(const T& a, const U& b) {
  if constexpr (detail::SixteenBits<T>)
    return T(uint16_t((a.x & 0x7fff) | (std::signbit(float(b)) ? 0x8000 : 0)), T::from_bits());
  else
    return std::copysign(a, T(b));
}

}  // namespace gradus
