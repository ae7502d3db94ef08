// Packing: operands of any strides become panels that the micro-kernel reads straight through.
#pragma once

#include "tensor/kernels/gemm_vector.h"

namespace gradus::kernels::GRADUS_ISA {

#if defined(__x86_64__)
template <class T>
using SmallVec = xsimd::batch<T, xsimd::sse2>;
#else
template <class T>
using SmallVec = Vec<T>;
#endif

// Reads `size` rows of x of `size` elements, writes them as columns: out[p * width + i].
template <class T>
GRADUS_INLINE void transpose_block(const T* x, int64_t outer, int width, T* out) {
  using S = SmallVec<T>;
  constexpr int size = S::size;
  S r[size], s[size];
  unroll<size>([&](auto i) { r[i] = S::load_unaligned(x + i * outer); });
  if constexpr (size == 2) {
    s[0] = xsimd::zip_lo(r[0], r[1]);
    s[1] = xsimd::zip_hi(r[0], r[1]);
  } else {
    static_assert(size == 4);
    const S even_lo = xsimd::zip_lo(r[0], r[2]), odd_lo = xsimd::zip_lo(r[1], r[3]);
    const S even_hi = xsimd::zip_hi(r[0], r[2]), odd_hi = xsimd::zip_hi(r[1], r[3]);
    s[0] = xsimd::zip_lo(even_lo, odd_lo);
    s[1] = xsimd::zip_hi(even_lo, odd_lo);
    s[2] = xsimd::zip_lo(even_hi, odd_hi);
    s[3] = xsimd::zip_hi(even_hi, odd_hi);
  }
  unroll<size>([&](auto p) { s[p].store_unaligned(out + p * width); });
}

// One panel of `rows` rows that are contiguous along k.
template <class T>
void pack_across(const T* x, int64_t outer, int64_t k, int rows, int width, T* out) {
  constexpr int size = SmallVec<T>::size;
  int i = 0;
  for (; i + size <= rows; i += size) {
    const T* row = x + i * outer;
    int64_t p = 0;
    for (; p + size <= k; p += size) transpose_block(row + p, outer, width, out + p * width + i);
    for (; p < k; ++p)
      for (int r = 0; r < size; ++r) out[p * width + i + r] = row[r * outer + p];
  }
  for (; i < rows; ++i)
    for (int64_t p = 0; p < k; ++p) out[p * width + i] = x[i * outer + p];
}

// One panel whose rows lie side by side: for each p the panel's elements are contiguous.
// A panel of whole vectors may be written to its end by the last one.
template <class T, class V, bool whole_vectors>
void pack_along(const T* x, int64_t inner, int64_t k, int rows, int width, T* out) {
  constexpr int size = V::size;
  const int vectors = rows / size * size;
  for (int64_t p = 0; p < k; ++p, x += inner, out += width) {
    int i = 0;
    for (; i < vectors; i += size) V::load_unaligned(x + i).store_unaligned(out + i);
    if constexpr (whole_vectors) {
      if (i < rows) load_part(x + i, rows - i).store_unaligned(out + i);
    } else {
      for (; i < rows; ++i) out[i] = x[i];
    }
  }
}

template <class T>
void pack(const T* x, int64_t outer, int64_t inner, int64_t extent, int64_t k, int width, T* out) {
  for (; extent > 0; extent -= width, x += width * outer, out += width * k) {
    const int rows = extent < width ? static_cast<int>(extent) : width;
    if (inner == 1) {
      pack_across(x, outer, k, rows, width, out);
    } else if (outer == 1 && width % static_cast<int>(Vec<T>::size) == 0) {
      pack_along<T, Vec<T>, true>(x, inner, k, rows, width, out);
    } else if (outer == 1) {
      pack_along<T, SmallVec<T>, false>(x, inner, k, rows, width, out);
    } else {
      for (int64_t p = 0; p < k; ++p)
        for (int i = 0; i < rows; ++i) out[p * width + i] = x[i * outer + p * inner];
    }
    if (rows < width)
      for (int64_t p = 0; p < k; ++p)
        for (int i = rows; i < width; ++i) out[p * width + i] = T(0);
  }
}

}  // namespace gradus::kernels::GRADUS_ISA
