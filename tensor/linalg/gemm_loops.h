// The loops around the matrix-product kernels: which way is taken, how it is cut into blocks and
// shared among threads. Which way depends on sizes and strides alone, and k is never shared, so a
// result has the same bits for any number of threads.
#pragma once

#include <algorithm>
#include <numeric>

#include "tensor/base/parallel.h"
#include "tensor/base/scratch.h"
#include "tensor/linalg/gemm.h"

namespace gradus::gemm_loops {

inline constexpr int64_t work_per_thread = int64_t(1) << 20;  // multiply-adds that pay for a thread

// How many multiply-adds an element costs that comes from memory and is used once.
inline constexpr int64_t by_memory = 4;
// And one that is packed.
inline constexpr int64_t by_packing = 16;

inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t round_up(int64_t a, int64_t unit) { return ceil_div(a, unit) * unit; }

// The size of the parts when `total` is cut into as few parts of at most `most` as will do, all
// about alike and multiples of `unit`.
inline int64_t even_part(int64_t total, int64_t most, int64_t unit) {
  return round_up(ceil_div(total, ceil_div(total, most)), unit);
}

template <class T>
int64_t multiply_adds(const Gemm<T>& g) {
  return g.m * g.n * std::max<int64_t>(g.k, 1);
}

// How many items of `work` multiply-adds each make a share worth a thread.
inline int64_t grain_for(int64_t work) {
  return std::max<int64_t>(1, work_per_thread / std::max<int64_t>(work, 1));
}

template <class T>
bool fits(int64_t elements, const kernels::GemmKernels<T>& micro) {
  return elements * int64_t(sizeof(T)) <= micro.l2;
}

// Whether little of a strip of B stays in the second cache, for its rows fall on few of its sets.
template <class T>
bool folds(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  constexpr int64_t ways = 8;
  const int64_t way = micro.l2 / ways;
  return g.k > 2 * ways * (way / std::gcd(g.b_row * int64_t(sizeof(T)), way));
}

// Whether a tile would gather its piece of A from many pages, again for each strip of B.
template <class T>
bool is_far(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  return g.a_col != 1 && g.n >= 64 && g.k * g.a_col * int64_t(sizeof(T)) > micro.far;
}

// Whether a tile's piece of A, of which each row is on a line of its own, is too long to stay in
// the first cache until the next strip of B.
template <class T>
bool is_scattered(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  return g.a_col != 1 && g.m > 16 * micro.mr && std::min(g.n, g.k) >= micro.pack_transposed_columns;
}

// Whether B's rows are best read some at a time, in order: it comes from memory, each row on pages
// of its own, and the few rows of A could not find it near again.
template <class T>
bool by_depth(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  return g.b_row * int64_t(sizeof(T)) >= 4096 &&
         (g.m <= micro.mr || (g.m <= 4 * micro.mr && folds(g, micro)));
}

// Whether dot products take less time than packing B and multiplying by tiles. In multiply-adds of
// a lane: adding up a dot product's lanes is worth two vectors, packing an element four fifths of
// two; tiles fill up vectors, and less than four rows wait for each other.
template <class T>
bool dots_are_faster(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  const double m = double(g.m), n = double(g.n), k = double(g.k), two_vectors = 2 * micro.width;
  const double by_tiles = double(round_up(g.n, micro.width)) * std::max(m, 4.0) * k;
  return m * n * (micro.dot * k + two_vectors) < by_tiles + 0.8 * two_vectors * n * k;
}

template <class T>
kernels::GemmTile<T> tile_of(const Gemm<T>& g) {
  return {g.k, g.a, g.a_row, g.a_col, g.b, g.b_row, g.c, g.c_row, g.c_col, 0, 0, g.epilogue};
}

// What is done to the sums over a part of k.
template <class T>
kernels::Epilogue<T> part_of(kernels::Epilogue<T> e, bool first, bool last) {
  if (!first) e.beta = T(1);
  if (!last) e.bias = nullptr, e.activation = kernels::Activation::None;
  return e;
}

template <class T>
void packed(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  // A is packed only where many panels of B make it pay.
  const bool pack_a = g.n >= (g.a_col == 1 ? micro.pack_columns : micro.pack_transposed_columns) ||
                      is_far(g, micro);
  const int64_t mr = micro.mr, nr = micro.nr;
  const int64_t mc = even_part(g.m, micro.mc, mr), kc = even_part(g.k, micro.kc, 4);
  // What few rows use only once or twice must not go out to the third cache in between.
  const int64_t near = micro.l2 / 2 / (kc * int64_t(sizeof(T))) / nr * nr;
  const int64_t nc = even_part(g.n, g.m <= 4 * mr ? std::max(near, nr) : micro.nc, nr);
  // Each thread works on an mc x kc block of A of its own, or shares one when there are few.
  const int64_t threads = detail::chunk_count(multiply_adds(g) / work_per_thread, 1);
  const int64_t rows_at_once = std::min(mc * threads, round_up(g.m, mr));
  const Scratch<T> a_panels(pack_a ? rows_at_once * kc : 0), b_panels(nc * kc);

  for (int64_t j0 = 0; j0 < g.n; j0 += nc)
    for (int64_t p0 = 0; p0 < g.k; p0 += kc) {
      const int64_t cols = std::min(nc, g.n - j0), k = std::min(kc, g.k - p0);
      const int64_t col_panels = ceil_div(cols, nr);
      const T* b = g.b + p0 * g.b_row + j0 * g.b_col;
      parallel_for(0, col_panels, grain_for(by_packing * nr * k), [&](int64_t first, int64_t last) {
        micro.pack(b + first * nr * g.b_col, g.b_col, g.b_row,
                   std::min(last * nr, cols) - first * nr, k, micro.nr,
                   b_panels.get() + first * nr * k);
      });
      const kernels::Epilogue<T> epilogue = part_of(g.epilogue, p0 == 0, p0 + k == g.k);

      for (int64_t i0 = 0; i0 < g.m; i0 += rows_at_once) {
        const int64_t rows = std::min(rows_at_once, g.m - i0);
        const int64_t row_panels = ceil_div(rows, mr), row_blocks = ceil_div(rows, mc);
        const T* a = g.a + i0 * g.a_row + p0 * g.a_col;
        if (pack_a)
          parallel_for(0, row_panels, grain_for(by_packing * mr * k),
                       [&](int64_t first, int64_t last) {
                         micro.pack(a + first * mr * g.a_row, g.a_row, g.a_col,
                                    std::min(last * mr, rows) - first * mr, k, micro.mr,
                                    a_panels.get() + first * mr * k);
                       });
        const int64_t work = nr * k * std::min(mc, rows);
        parallel_for(0, row_blocks * col_panels, grain_for(work), [&](int64_t first, int64_t last) {
          kernels::GemmTile<T> t{k,
                                 nullptr,
                                 pack_a ? 1 : g.a_row,
                                 pack_a ? mr : g.a_col,
                                 nullptr,
                                 nr,
                                 nullptr,
                                 g.c_row,
                                 g.c_col,
                                 0,
                                 0,
                                 epilogue};
          for (int64_t task = first; task < last; ++task) {
            const int64_t begin = task / col_panels * mc, end = std::min(begin + mc, rows);
            const int64_t j = task % col_panels * nr;
            t.b = b_panels.get() + j * k;
            t.cols = static_cast<int>(std::min(nr, cols - j));
            if (epilogue.bias) t.epilogue.bias = epilogue.bias + j0 + j;
            for (int64_t i = begin; i < end; i += mr) {
              t.a = pack_a ? a_panels.get() + i * k : a + i * g.a_row;
              t.c = g.c + (i0 + i) * g.c_row + (j0 + j) * g.c_col;
              t.rows = static_cast<int>(std::min(mr, end - i));
              micro.tile(t);
            }
          }
        });
      }
    }
}

// A and B are read where they are; B has unit column stride. Only columns that do not fill a vector
// are packed, so that whole vectors can be read.
template <class T>
void direct(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  const int64_t mr = micro.mr, nr = micro.nr;
  const int64_t row_tiles = ceil_div(g.m, mr), strips = ceil_div(g.n, nr);
  const int64_t ragged = g.n % nr % micro.width ? g.n % nr : 0;
  const int64_t ragged_width = ragged > micro.width ? nr : micro.width;
  constexpr int64_t few = 4096;
  alignas(64) T few_elements[few];
  const int64_t ragged_size = ragged ? g.k * ragged_width : 0;
  const Scratch<T> many_elements(ragged_size > few ? ragged_size : 0);
  T* ragged_b = ragged_size > few ? many_elements.get() : few_elements;
  if (ragged)
    micro.pack(g.b + (g.n - ragged), 1, g.b_row, ragged, g.k, static_cast<int>(ragged_width),
               ragged_b);

  // Long strips of B stay near while A goes by; where short ones are near anyway, C is written in
  // order.
  const bool along_rows = nr * g.k * int64_t(sizeof(T)) <= 32 * 1024 && fits(g.k * g.n, micro);
  const int64_t depth = by_depth(g, micro) ? micro.depth : std::max<int64_t>(g.k, 1);
  parallel_for(0, row_tiles * strips, grain_for(mr * nr * g.k), [&](int64_t first, int64_t last) {
    kernels::GemmTile<T> t = tile_of(g);
    for (int64_t p0 = 0; p0 == 0 || p0 < g.k; p0 += depth) {
      t.k = std::min(depth, g.k - p0);
      t.epilogue = part_of(g.epilogue, p0 == 0, p0 + t.k == g.k);
      for (int64_t task = first; task < last; ++task) {
        const int64_t i = (along_rows ? task / strips : task % row_tiles) * mr;
        const int64_t j = (along_rows ? task % strips : task / row_tiles) * nr;
        const bool packed_strip = ragged && j + nr > g.n;
        t.a = g.a + i * g.a_row + p0 * g.a_col;
        t.b_row = packed_strip ? ragged_width : g.b_row;
        t.b = (packed_strip ? ragged_b : g.b + j) + p0 * t.b_row;
        t.c = g.c + i * g.c_row + j * g.c_col;
        t.rows = static_cast<int>(std::min(mr, g.m - i));
        t.cols = static_cast<int>(std::min(nr, g.n - j));
        if (t.epilogue.bias) t.epilogue.bias = g.epilogue.bias + j;
        micro.tile(t);
      }
    }
  });
}

// Rows of A against columns of B, both contiguous along k. Blocks are of fixed sizes because a dot
// product's order of addition depends on its place in its block.
template <class T>
void dots(const Gemm<T>& g, const kernels::GemmKernels<T>& micro) {
  const int64_t row_bytes = std::max<int64_t>(g.k, 1) * int64_t(sizeof(T));
  auto block = [&](int64_t extent, int64_t bytes) {
    return std::min(extent, std::max<int64_t>(bytes / row_bytes / 8 * 8, 8));
  };
  const int64_t rows = block(g.m, 32 * 1024), cols = block(g.n, 256 * 1024);
  const int64_t row_blocks = ceil_div(g.m, rows), col_blocks = ceil_div(g.n, cols);
  parallel_for(0, row_blocks * col_blocks, grain_for(by_memory * rows * cols * g.k),
               [&](int64_t first, int64_t last) {
                 for (int64_t task = first; task < last; ++task) {
                   const int64_t i = task % row_blocks * rows, j = task / row_blocks * cols;
                   kernels::GemmDots<T> d{std::min(rows, g.m - i),
                                          std::min(cols, g.n - j),
                                          g.k,
                                          g.a + i * g.a_row,
                                          g.a_row,
                                          g.b + j * g.b_col,
                                          g.b_col,
                                          g.c + i * g.c_row + j * g.c_col,
                                          g.c_row,
                                          g.c_col,
                                          g.epilogue};
                   if (d.epilogue.bias) d.epilogue.bias += j;
                   micro.dots(d);
                 }
               });
}

// y = x M for a vector x and a matrix M whose rows are contiguous.
template <class T>
void vector_times_matrix(int64_t n, int64_t k, const T* x, int64_t x_step, const T* matrix,
                         int64_t row, T* y, int64_t y_step, const kernels::Epilogue<T>& epilogue,
                         bool one_bias, const kernels::GemmKernels<T>& micro) {
  constexpr int64_t most = 2048, unit = 64;
  const int64_t threads = detail::chunk_count(by_memory * n * k / work_per_thread, 1);
  const int64_t block = std::min(most, round_up(ceil_div(n, threads), unit));
  parallel_for(0, ceil_div(n, block), grain_for(by_memory * block * k),
               [&](int64_t first, int64_t last) {
                 alignas(64) T sums[most];
                 for (int64_t j0 = first * block; j0 < std::min(last * block, n); j0 += block) {
                   const int64_t cols = std::min(block, n - j0);
                   std::fill(sums, sums + cols, T(0));
                   micro.add_rows(cols, k, x, x_step, matrix + j0, row, sums);
                   for (int64_t j = 0; j < cols; ++j) {
                     T* c = y + (j0 + j) * y_step;
                     *c = kernels::GRADUS_ISA::finish(sums[j], epilogue, c, one_bias ? 0 : j0 + j);
                   }
                 }
               });
}

template <class T>
void floats(Gemm<T> g, const kernels::GemmKernels<T>& micro) {
  if (g.k == 0) g.b_col = 1;  // nothing of A and B is read
  if (g.m == 1 && g.n > 1 && g.b_col == 1)
    return vector_times_matrix(g.n, g.k, g.a, g.a_col, g.b, g.b_row, g.c, g.c_col, g.epilogue,
                               false, micro);
  if (g.n == 1 && g.m > 1 && g.a_row == 1)
    return vector_times_matrix(g.m, g.k, g.b, g.b_row, g.a, g.a_col, g.c, g.c_row, g.epilogue, true,
                               micro);
  if (g.a_col == 1 && g.b_row == 1 && g.k > 1 && (dots_are_faster(g, micro) || g.m * g.n <= 32))
    return dots(g, micro);
  const bool near = fits(std::min(g.m, g.n) * g.k, micro) && !folds(g, micro) &&
                    !is_far(g, micro) && !is_scattered(g, micro);
  if (g.b_col == 1 && (g.m <= micro.mr || near || by_depth(g, micro))) return direct(g, micro);
  packed(g, micro);
}

template <class T>
void integers(const Gemm<T>& g) {
  using U = std::make_unsigned_t<T>;  // wraps around
  constexpr int64_t block = 1024;
  parallel_for(0, g.m, grain_for(g.n * g.k), [&](int64_t first, int64_t last) {
    U sums[block];
    for (int64_t j0 = 0; j0 < g.n; j0 += block)
      for (int64_t i = first; i < last; ++i) {
        const int64_t cols = std::min(block, g.n - j0);
        std::fill(sums, sums + cols, U(0));
        for (int64_t p = 0; p < g.k; ++p) {
          const U a = static_cast<U>(g.a[i * g.a_row + p * g.a_col]);
          const T* b = g.b + p * g.b_row + j0 * g.b_col;
          for (int64_t j = 0; j < cols; ++j)
            sums[j] = static_cast<U>(sums[j] + a * static_cast<U>(b[j * g.b_col]));
        }
        const kernels::Epilogue<U> epilogue{static_cast<U>(g.epilogue.alpha),
                                            static_cast<U>(g.epilogue.beta)};
        for (int64_t j = 0; j < cols; ++j) {
          T* c = g.c + i * g.c_row + (j0 + j) * g.c_col;
          *c = static_cast<T>(
              kernels::GRADUS_ISA::finish(sums[j], epilogue, reinterpret_cast<const U*>(c), 0));
        }
      }
  });
}

}  // namespace gradus::gemm_loops
