// Variances that a normalisation cannot use as they are.
#pragma once

#include <limits>

#include "tensor/kernels/simd/math.h"

namespace gradus::kernels::GRADUS_ISA {

// Where squares left the range of T, or nearly all of its digits.
template <class V>
auto is_lost(const V& variance, double eps) {
  using T = typename V::value_type;
  const V least(sizeof(T) == 4 ? T(0x1p-100) : T(0x1p-900));
  return !(variance < V(std::numeric_limits<T>::infinity())) ||
         variance + V(static_cast<T>(eps)) < least;
}

}  // namespace gradus::kernels::GRADUS_ISA
