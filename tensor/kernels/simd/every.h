// Vectors of elements that lie at even distances.
#pragma once

#include "tensor/kernels/simd/vec.h"

namespace gradus::kernels::GRADUS_ISA {

template <class T, int... i>
GRADUS_INLINE Vec<T> even_lanes(Vec<T> low, Vec<T> high, std::integer_sequence<int, i...>) {
  constexpr int width = Vec<T>::size;
  // `high` starts with the last lane of `low`.
  return Vec<T>(
      __builtin_shufflevector(low.data, high.data, (2 * i < width ? 2 * i : 2 * i + 1)...));
}

// p[0], p[stride], ... of which the first `count` exist and are read.
template <class T, int Stride>
GRADUS_INLINE Vec<T> load_every(const T* p, int64_t stride, int64_t count) {
  constexpr int width = Vec<T>::size;
  const auto some = [](const T* from, int64_t n) {
    return n >= width ? Vec<T>::load_unaligned(from) : load_part(from, static_cast<int>(n));
  };
  if constexpr (Stride == 1) {
    return some(p, count);
  } else if constexpr (Stride == 2) {
    const int64_t n = 2 * count - 1;
    const Vec<T> low = some(p, n), high = n > width ? some(p + width - 1, n - width + 1) : low;
    return even_lanes<T>(low, high, std::make_integer_sequence<int, width>());
  } else {
    alignas(64) T lanes[width] = {};
    for (int64_t i = 0; i < width && i < count; ++i) lanes[i] = p[i * stride];
    return Vec<T>::load_aligned(lanes);
  }
}

}  // namespace gradus::kernels::GRADUS_ISA
