// The micro-kernel of the matrix product: a tile of C held in registers while k runs.
#pragma once

#include "tensor/kernels/linalg/gemm.h"
#include "tensor/kernels/simd/vec.h"

namespace gradus::kernels::GRADUS_ISA {

// Two vectors of columns; as many rows as leave registers for a row of B and one element of A.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int tile_rows = 12;
#else
inline constexpr int tile_rows = 6;
#endif
inline constexpr int tile_vectors = 2;

template <class T>
GRADUS_INLINE Vec<T> positive(Vec<T> y) {
  return xsimd::select(y < Vec<T>(T(0)), Vec<T>(T(0)), y);
}

// One vector of finished columns, starting at `column`; `count` of its lanes exist.
template <class T>
GRADUS_INLINE void finish_vector(Vec<T> sum, const Epilogue<T>& e, T* c, int64_t column,
                                 int count) {
  constexpr int width = Vec<T>::size;
  const bool whole = count >= width;
  auto load = [&](const T* p) { return whole ? Vec<T>::load_unaligned(p) : load_part(p, count); };
  Vec<T> y = sum * Vec<T>(e.alpha);
  if (e.beta != T(0)) y = multiply_add(Vec<T>(e.beta), load(c), y);
  if (e.bias) y += load(e.bias + column);
  if (e.activation == Activation::Relu) y = positive(y);
  if (whole)
    y.store_unaligned(c);
  else
    store_part(c, y, count);
}

// Writes a tile's sums (rows `stride` apart) to C. One copy for all shapes of tile.
template <class T>
__attribute__((noinline)) void finish_tile(const GemmTile<T>& t, const T* sums, int stride) {
  constexpr int width = Vec<T>::size;
  T* c = t.c;
  for (int i = 0; i < t.rows; ++i, c += t.c_row, sums += stride) {
    if (t.c_col == 1) {
      for (int j = 0; j < t.cols; j += width)
        finish_vector(Vec<T>::load_unaligned(sums + j), t.epilogue, c + j, j, t.cols - j);
    } else {
      for (int j = 0; j < t.cols; ++j)
        c[j * t.c_col] = finish(sums[j], t.epilogue, c + j * t.c_col, j);
    }
  }
}

// R rows by V vectors of columns. Packed: A comes from a panel of R rows. Flat, as sums that a
// function of their own adds to would lie in memory.
template <class T, int R, int V, bool Packed>
[[gnu::flatten]] void tile(const GemmTile<T>& t) {
  constexpr int width = Vec<T>::size;
  // Rows are reached four at a time from few pointers: base, +row, +2 row, +3 row.
  constexpr int groups = (R + 3) / 4;
  const int64_t row = Packed ? 1 : t.a_row, step = Packed ? R : t.a_col, row3 = 3 * row;
  const T* a[groups];
  unroll<groups>([&](auto g) { a[g] = t.a + 4 * g * row; });
  const T* b = t.b;

  Vec<T> sum[R][V];
  unroll<R>([&](auto i) { unroll<V>([&](auto v) { sum[i][v] = Vec<T>(T(0)); }); });
  // C is fetched to the second cache when the sums begin, to the first when they are nearly done:
  // in between it would be driven out, its rows often lie a power of two apart.
  // Inline at once: GCC leaves out calls of functions that only fetch, as without effect.
  const auto fetch = [&](auto level) __attribute__((always_inline)) {
    if (t.c_col != 1) return;
    unroll<R>([&](auto i) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) {
        __builtin_prefetch(t.c + i * t.c_row + v * width, 1, level.value);
      });
    });
  };
  int64_t p = 0;
  const auto run = [&](int64_t stop) __attribute__((always_inline)) {
    for (; p < stop; ++p) {
      Vec<T> bv[V];
      unroll<V>([&](auto v) { bv[v] = Vec<T>::load_unaligned(b + v * width); });
      unroll<R>([&](auto i) {
        constexpr int lane = i % 4;
        const T* base = a[i / 4];
        const Vec<T> av(lane == 3 ? base[row3] : base[lane * row]);
        unroll<V>([&](auto v) { sum[i][v] = multiply_add(av, bv[v], sum[i][v]); });
      });
      unroll<groups>([&](auto g) { a[g] += step; });
      b += t.b_row;
    }
  };
  fetch(std::integral_constant < int, Packed ? 2 : 3 > ());
  constexpr int64_t late = 24;
  if (Packed && tile_rows == 6 && t.k > 2 * late) {
    run(t.k - late);
    fetch(std::integral_constant<int, 3>());
  }
  run(t.k);

  const Epilogue<T>& e = t.epilogue;
  const bool plain = e.alpha == T(1) && !e.bias && e.activation == Activation::None;
  const bool whole = t.c_col == 1 && t.rows == R && t.cols == V * width;
  const auto c = [&](auto i, auto v) { return t.c + i * t.c_row + v * width; };
  if (plain && whole && e.beta == T(0)) {
    unroll<R>([&](auto i) { unroll<V>([&](auto v) { sum[i][v].store_unaligned(c(i, v)); }); });
  } else if (plain && whole && e.beta == T(1)) {
    unroll<R>([&](auto i) {
      unroll<V>(
          [&](auto v) { (Vec<T>::load_unaligned(c(i, v)) + sum[i][v]).store_unaligned(c(i, v)); });
    });
  } else if (whole && (e.beta == T(0) || e.beta == T(1))) {
    // The sums are read only: written to, they would not stay in registers while k runs.
    unroll<R>([&](auto i) {
      unroll<V>([&](auto v) {
        Vec<T> y = sum[i][v] * Vec<T>(e.alpha);
        if (e.beta != T(0)) y += Vec<T>::load_unaligned(c(i, v));
        if (e.bias) y += Vec<T>::load_unaligned(e.bias + v * width);
        if (e.activation == Activation::Relu) y = positive(y);
        y.store_unaligned(c(i, v));
      });
    });
  } else {
    alignas(64) T sums[R * V * width];
    unroll<R>([&](auto i) {
      unroll<V>([&](auto v) { sum[i][v].store_aligned(sums + (i * V + v) * width); });
    });
    finish_tile(t, sums, V * width);
  }
}

// All the shapes of tile, by vectors - 1 and rows - 1.
template <class T>
struct TileShapes {
  using Function = void (*)(const GemmTile<T>&);
  Function at[tile_vectors][tile_rows];

  template <int V, int... R>
  constexpr void fill(std::integer_sequence<int, R...>) {
    ((at[V - 1][R] = &tile<T, R + 1, V, false>), ...);
  }
  constexpr TileShapes() : at() {
    const auto rows = std::make_integer_sequence<int, tile_rows>();
    fill<1>(rows);
    fill<2>(rows);
  }
};

template <class T>
void tile_of_any_shape(const GemmTile<T>& t) {
  constexpr int width = Vec<T>::size;
  static constexpr TileShapes<T> shapes;
  if (t.a_row == 1 && t.a_col == tile_rows && t.rows == tile_rows && t.cols > width)
    tile<T, tile_rows, tile_vectors, true>(t);
  else
    shapes.at[(t.cols - 1) / width][t.rows - 1](t);
}

}  // namespace gradus::kernels::GRADUS_ISA
