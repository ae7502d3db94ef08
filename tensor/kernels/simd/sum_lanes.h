// Sums over the lanes of several vectors at once.
#pragma once

#include "tensor/kernels/simd/vec.h"

namespace gradus::kernels::GRADUS_ISA {

// Lanes of a where bit h of their number is clear, of b where it is set; from the lanes `from`
// away.
template <int h, int from, class T, size_t... i>
GRADUS_INLINE Vec<T> lanes_of_two(Vec<T> a, Vec<T> b, std::index_sequence<i...>) {
  constexpr size_t width = sizeof...(i);
  return Vec<T>(__builtin_shufflevector(a.data, b.data, ((i ^ from) + ((i & h) ? width : 0))...));
}

// Adds up each of `count` vectors, a power of two and at most their lanes: the sum of v[q] comes to
// lane q * width / count. Two vectors become one until one is left, of half as many terms each.
template <int count, int h, class T>
GRADUS_INLINE Vec<T> sum_lanes(Vec<T>* v) {
  constexpr auto all = std::make_index_sequence<Vec<T>::size>();
  if constexpr (h == 0) {
    return v[0];
  } else if constexpr (count == 1) {
    v[0] += lanes_of_two<0, h>(v[0], v[0], all);
    return sum_lanes<1, h / 2>(v);
  } else {
    unroll<count / 2>([&](auto q) __attribute__((always_inline)) {
      const Vec<T> other = v[q + count / 2];
      v[q] = lanes_of_two<h, 0>(v[q], other, all) + lanes_of_two<h, h>(v[q], other, all);
    });
    return sum_lanes<count / 2, h / 2>(v);
  }
}

}  // namespace gradus::kernels::GRADUS_ISA
