// Columns that lie apart, brought together a panel at a time: who goes over each of them more than
// once then finds it in the second cache. Where they lie, rows a power of two apart would fall on
// few of its sets.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "tensor/base/scratch.h"

namespace gradus::raw {

// How many columns of n elements to bring together, `arrays` copies of each, or 0 where the columns
// of rows `pitch` elements apart may as well stay: where the first cache of 32 KiB in 8 ways holds
// them.
template <class T>
int64_t panel_width(int64_t n, int64_t pitch, int64_t arrays) {
  constexpr int64_t line = 64 / sizeof(T), ways = 8, way = 4096;
  constexpr int64_t near = 256 * 1024, most = 1024 * 1024;  // bytes
  const int64_t sets = way / std::gcd(pitch * int64_t(sizeof(T)), way);
  const int64_t column = n * line * int64_t(sizeof(T)) * arrays;
  if (n <= ways * sets || column > most) return 0;
  return line * std::clamp<int64_t>(near / column, 1, 4);
}

// to[i, j] = x[i, j] for n rows of `width` elements.
template <class T>
void copy_panel(const T* x, int64_t pitch, int64_t n, int64_t width, T* to, int64_t to_pitch) {
  constexpr int64_t ahead = 8;  // rows: they lie on pages of their own, which no hardware foresees
  for (int64_t i = 0; i < n; ++i, x += pitch, to += to_pitch) {
    for (int64_t j = 0; j < width; j += int64_t(64 / sizeof(T)))
      __builtin_prefetch(x + ahead * pitch + j);
    std::memcpy(to, x, size_t(width) * sizeof(T));
  }
}

// f(in, out, at, width, pitch) on columns [at, at + width) of n rows, the pitch apart, whose first
// elements the pointers show: either of all columns where they lie, or of a panel at a time. There
// the first of `in` is in out's place, so f must read an element before it writes it.
template <class T, size_t N, class F>
void in_panels(std::array<const T*, N> in, T* out, int64_t n, int64_t pitch, int64_t columns, F f) {
  const int64_t most = panel_width<T>(n, pitch, int64_t(N));
  if (most == 0) return f(in, out, 0, columns, pitch);
  const Scratch<T> room(n * most * int64_t(N));
  for (int64_t at = 0; at < columns; at += most) {
    const int64_t width = std::min(most, columns - at);
    std::array<const T*, N> near;
    for (size_t k = 0; k < N; ++k) {
      T* place = room.get() + int64_t(k) * n * width;
      copy_panel(in[k] + at, pitch, n, width, place, width);
      near[k] = place;
    }
    f(near, room.get(), at, width, width);
    copy_panel(near[0], width, n, width, out + at, pitch);
  }
}

}  // namespace gradus::raw
