// Packing: operands of any strides become panels that the micro-kernel reads straight through.
#pragma once

#include <algorithm>

#include "tensor/kernels/simd/vec.h"

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
GRADUS_INLINE void transpose_block(const T* x, int64_t outer, int64_t width, T* out) {
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
  for (; i < rows && rows >= size; i += size) {
    if (i + size > rows) i = rows - size;  // the last rows, some of them again
    const T* row = x + i * outer;
    int64_t p = 0;
    for (; p + size <= k; p += size) transpose_block(row + p, outer, width, out + p * width + i);
    if (p < k && k >= size)  // the last block once more, moved
      p = k, transpose_block(row + (k - size), outer, width, out + (k - size) * width + i);
    for (; p < k; ++p)
      for (int r = 0; r < size; ++r) out[p * width + i + r] = row[r * outer + p];
  }
  for (; i < rows; ++i)
    for (int64_t p = 0; p < k; ++p) out[p * width + i] = x[i * outer + p];
}

// Panels whose rows lie side by side: for each p a panel's elements are contiguous, and so are
// those of neighbours, which are read together. A panel of whole vectors may be written to its end
// by the last one.
template <class T, class V, bool whole_vectors>
void pack_along(const T* x, int64_t inner, int64_t extent, int64_t k, int width, T* out) {
  constexpr int size = V::size, together = 4, ahead = 4;
  for (; extent > 0; extent -= together * width, x += together * width) {
    const int64_t panels = extent < together * width ? (extent + width - 1) / width : together;
    const T* row = x;
    for (int64_t p = 0; p < k; ++p, row += inner)
      for (int64_t j = 0; j < panels; ++j) {
        const int64_t left = extent - j * width;
        const int rows = left < width ? static_cast<int>(left) : width;
        const T* from = row + j * width;
        T* to = out + (j * k + p) * width;
        __builtin_prefetch(from + ahead * inner);
        __builtin_prefetch(from + ahead * inner + width - 1);
        int i = 0;
        // What a vector writes behind its panel's elements is overwritten by those of the next p.
        if (width < size && left >= size && p + 1 < k)
          V::load_unaligned(from).store_unaligned(to), i = width;
        for (; i + size <= rows; i += size) V::load_unaligned(from + i).store_unaligned(to + i);
        if constexpr (whole_vectors) {
          if (i < rows) load_part(from + i, rows - i).store_unaligned(to + i), i += size;
          for (; i < width; i += size) V(T(0)).store_unaligned(to + i);
        } else {
          for (; i < rows; ++i) to[i] = from[i];
          for (; i < width; ++i) to[i] = T(0);
        }
      }
    out += together * k * width;
  }
}

template <class T>
void pack(const T* x, int64_t outer, int64_t inner, int64_t extent, int64_t k, int width, T* out) {
  constexpr int size = static_cast<int>(Vec<T>::size);
  if (outer == 1 && inner != 1) {
    if (width % size == 0)
      pack_along<T, Vec<T>, true>(x, inner, extent, k, width, out);
    else if (width < size)
      pack_along<T, Vec<T>, false>(x, inner, extent, k, width, out);
    else
      pack_along<T, SmallVec<T>, false>(x, inner, extent, k, width, out);
    return;
  }
  for (; extent > 0; extent -= width, x += width * outer, out += width * k) {
    const int rows = extent < width ? static_cast<int>(extent) : width;
    if (inner == 1) {
      pack_across(x, outer, k, rows, width, out);
    } else {
      for (int64_t p = 0; p < k; ++p)
        for (int i = 0; i < rows; ++i) out[p * width + i] = x[i * outer + p * inner];
    }
    const int padded = std::min(width, (rows + size - 1) / size * size);
    for (int64_t p = 0; rows < padded && p < k; ++p)
      for (int i = rows; i < padded; ++i) out[p * width + i] = T(0);
  }
}

}  // namespace gradus::kernels::GRADUS_ISA
