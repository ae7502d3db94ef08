#include "tensor/kernels/image/conv.h"

#include <algorithm>

#include "tensor/kernels/linalg/gemm_pack.h"
#include "tensor/kernels/linalg/gemm_tile.h"
#include "tensor/kernels/simd/every.h"

namespace gradus::kernels::GRADUS_ISA {

template <class T>
GRADUS_INLINE Vec<T> load_some(const T* p, int64_t count) {
  constexpr int width = Vec<T>::size;
  return count >= width ? Vec<T>::load_unaligned(p) : load_part(p, static_cast<int>(count));
}

// Whole vectors are written, so that each run is finished by the next one, the last by its row's
// successor.
template <class T>
void pack_patches(const PatchPanel<T>& p) {
  constexpr int width = Vec<T>::size;
  T* out = p.out;
  int64_t t = p.first % p.taps;
  const T* channel = p.x + p.first / p.taps * p.plane;
  // Where the panel's vectors lie, if each lies in one run.
  int64_t at[tile_vectors];
  int64_t vectors = 0;
  for (int r = 0; r < p.runs; ++r) {
    if (p.run[r].length % width != 0) vectors = tile_vectors + 1;
    for (int64_t i = 0; i < p.run[r].length && vectors <= tile_vectors; i += width, ++vectors)
      if (vectors < tile_vectors) at[vectors] = p.run[r].offset + i;
  }
  const bool whole = vectors == tile_vectors && p.width == tile_vectors * width;
  for (int64_t row = p.first; row < p.last; ++row, out += p.width) {
    const T* x = channel + p.tap[t];
    if (whole) {
      unroll<tile_vectors>([&](auto v) {
        const T* from = x + at[v];
        __builtin_prefetch(from + tile_vectors * width);  // for the next panel
        Vec<T>::load_unaligned(from).store_unaligned(out + v * width);
      });
    } else {
      T* to = out;
      for (int r = 0; r < p.runs; ++r) {
        const T* from = x + p.run[r].offset;
        const int64_t length = p.run[r].length;
        if (length < 3) {
          for (int64_t i = 0; i < length; ++i) to[i] = from[i];
        } else {
          for (int64_t i = 0; i < length; i += width)
            load_some(from + i, length - i).store_unaligned(to + i);
        }
        to += length;
      }
    }
    if (++t == p.taps) t = 0, channel += p.plane;
  }
}

template <class T, int R, int V>
void conv_tile(const ConvTile<T>& t) {
  constexpr int width = Vec<T>::size;
  const int64_t panel = t.panel;
  const T* a[R];
  unroll<R>([&](auto i) { a[i] = t.x + t.tap[i]; });
  Vec<T> sum[R][V];
  unroll<R>([&](auto i) {
    unroll<V>([&](auto v) { sum[i][v] = Vec<T>::load_unaligned(t.c + i * panel + v * width); });
  });
  const T* b = t.b;
  for (int64_t z = 0; z < t.grid.layers; ++z) {
    for (int64_t y = 0; y < t.grid.rows; ++y) {
      const int64_t begin = z * t.grid.layer_pitch + y * t.grid.row_pitch;
      for (int64_t x = begin; x < begin + t.grid.width; ++x, b += panel) {
        Vec<T> bv[V];
        unroll<V>([&](auto v) { bv[v] = Vec<T>::load_unaligned(b + v * width); });
        unroll<R>([&](auto i) {
          const Vec<T> av(a[i][x]);
          unroll<V>([&](auto v) { sum[i][v] = multiply_add(av, bv[v], sum[i][v]); });
        });
      }
    }
  }
  unroll<R>([&](auto i) {
    unroll<V>([&](auto v) { sum[i][v].store_unaligned(t.c + i * panel + v * width); });
  });
}

template <class T, int V>
void conv_tile_of_rows(const ConvTile<T>& t) {
  unroll<tile_rows / conv_row_unit>([&](auto i) {
    constexpr int rows = (i + 1) * conv_row_unit;
    if (t.rows == rows) conv_tile<T, rows, V>(t);
  });
}

template <class T>
void conv_tile_of_any_shape(const ConvTile<T>& t) {
  if (t.cols > static_cast<int>(Vec<T>::size))
    conv_tile_of_rows<T, 2>(t);
  else
    conv_tile_of_rows<T, 1>(t);
}

// R rows by V vectors of columns from j on; the last vector may be partial.
template <int R, int V>
GRADUS_INLINE void run_columns(const ConvRun& c, int64_t j, int count) {
  constexpr int width = Vec<float>::size;
  const bool whole = V > 1 || count == width;
  const float *w = c.w, *x = c.x + j;
  Vec<float> sum[R][V];
  unroll<R>([&](auto i) { unroll<V>([&](auto v) { sum[i][v] = Vec<float>(w[i]); }); });
  for (int64_t t = 0; t < c.taps; ++t) {
    const float* from = x + c.tap[t];
    w += R;
    Vec<float> xv[V];
    unroll<V>([&](auto v) {
      xv[v] = whole ? Vec<float>::load_unaligned(from + v * width) : load_part(from, count);
    });
    unroll<R>([&](auto i) {
      const Vec<float> wv(w[i]);
      unroll<V>([&](auto v) { sum[i][v] = multiply_add(wv, xv[v], sum[i][v]); });
    });
  }
  float* y = c.y + j;
  unroll<R>([&](auto i) {
    if (i < c.rows)
      unroll<V>([&](auto v) {
        float* to = y + i * c.y_row + v * width;
        if (whole)
          sum[i][v].store_unaligned(to);
        else
          store_part(to, sum[i][v], count);
      });
  });
}

template <int R>
[[gnu::flatten]] void run_of_rows(const ConvRun& c) {
  constexpr int width = Vec<float>::size;
  int64_t j = 0;
  for (; j + 2 * width <= c.count; j += 2 * width) run_columns<R, 2>(c, j, width);
  if (j > 0 && j < c.count) {  // the last columns, some of them again
    if (c.count - j > width)
      run_columns<R, 2>(c, c.count - 2 * width, width);
    else
      run_columns<R, 1>(c, c.count - width, width);
    return;
  }
  for (; j < c.count; j += width)
    run_columns<R, 1>(c, j, static_cast<int>(c.count - j < width ? c.count - j : width));
}

inline constexpr int run_unit = tile_rows / 3;

void conv_run(const ConvRun& c) {
  unroll<3>([&](auto i) {
    constexpr int rows = (i + 1) * run_unit;
    if (c.width == rows) run_of_rows<rows>(c);
  });
}

// R positions by all lanes, of the taps first..last-1: begins with the bias where first is 0, else
// goes on with the sums.
template <class T, int R>
GRADUS_INLINE void positions_of(const ConvPositions<T>& p, const int64_t* at, int64_t first,
                                int64_t last, T* sums) {
  constexpr int width = Vec<T>::size, V = tile_vectors;
  const T* x[R];
  unroll<R>([&](auto i) { x[i] = p.x + at[i]; });
  const T* const begin = first == 0 ? p.bias : sums;
  const int64_t row = first == 0 ? 0 : V * width;
  Vec<T> sum[R][V];
  unroll<R>([&](auto i) {
    unroll<V>([&](auto v) { sum[i][v] = Vec<T>::load_unaligned(begin + i * row + v * width); });
  });
  const T* w = p.w + first * V * width;
  for (int64_t t = first; t < last; ++t, w += V * width) {
    const int64_t tap = p.tap[t];
    Vec<T> wv[V];
    unroll<V>([&](auto v) { wv[v] = Vec<T>::load_unaligned(w + v * width); });
    unroll<R>([&](auto i) {
      const Vec<T> xv(x[i][tap]);
      unroll<V>([&](auto v) { sum[i][v] = multiply_add(xv, wv[v], sum[i][v]); });
    });
  }
  unroll<R>([&](auto i) {
    unroll<V>([&](auto v) { sum[i][v].store_unaligned(sums + (i * V + v) * width); });
  });
}

// `rows` vectors of lanes as `cols` rows of y.
template <class T>
void write_turned(const T* sums, int64_t rows, int64_t cols, T* y, int64_t y_row) {
  constexpr int lanes = tile_vectors * static_cast<int>(Vec<T>::size);
  constexpr int size = SmallVec<T>::size;
  int64_t i = 0;
  for (; i + size <= rows; i += size) {
    int64_t j = 0;
    for (; j + size <= cols; j += size)
      transpose_block(sums + i * lanes + j, lanes, y_row, y + j * y_row + i);
    for (; j < cols; ++j)
      for (int k = 0; k < size; ++k) y[j * y_row + i + k] = sums[(i + k) * lanes + j];
  }
  for (; i < rows; ++i)
    for (int64_t j = 0; j < cols; ++j) y[j * y_row + i] = sums[i * lanes + j];
}

// Some positions at a time, whose sums stay in the first cache together with the weights of some
// taps.
template <class T>
void conv_positions(const ConvPositions<T>& p) {
  constexpr int lanes = tile_vectors * static_cast<int>(Vec<T>::size);
  constexpr int64_t tiles = 16, together = tiles * tile_rows;
  constexpr int64_t depth = 16 * 1024 / (lanes * static_cast<int>(sizeof(T)));
  alignas(64) T sums[together * lanes];
  for (int64_t begin = 0; begin < p.count; begin += together) {
    const int64_t count = p.count - begin < together ? p.count - begin : together;
    for (int64_t t = 0; t == 0 || t < p.taps; t += depth) {
      const int64_t last = p.taps - t < depth ? p.taps : t + depth;
      int64_t i = 0;
      for (; i + tile_rows <= count; i += tile_rows)
        positions_of<T, tile_rows>(p, p.at + begin + i, t, last, sums + i * lanes);
      for (; i + 2 <= count; i += 2)
        positions_of<T, 2>(p, p.at + begin + i, t, last, sums + i * lanes);
      if (i < count) positions_of<T, 1>(p, p.at + begin + i, t, last, sums + i * lanes);
    }
    write_turned(sums, count, p.cols, p.y + begin, p.y_row);
  }
}

// R rows of the output by one vector.
template <class T, int R>
GRADUS_INLINE void direct_rows(const ConvDirect<T>& d, const T* x, T* y) {
  constexpr int width = Vec<T>::size;
  const int64_t pitch = d.grid.row_pitch, length = d.grid.width;
  for (int64_t j = 0; j < length; j += width) {
    Vec<T> sum[R];
    unroll<R>([&](auto r) { sum[r] = Vec<T>(d.bias); });
    const bool whole = length - j >= width;
    const int rest = static_cast<int>(length - j);
    for (int64_t t = 0; t < d.taps; ++t) {
      const T* from = x + d.tap[t] + j;
      const Vec<T> w(d.w[t]);
      unroll<R>([&](auto r) {
        const T* p = from + r * pitch;
        const Vec<T> v = whole ? Vec<T>::load_unaligned(p) : load_part(p, rest);
        sum[r] = multiply_add(w, v, sum[r]);
      });
    }
    unroll<R>([&](auto r) {
      if (whole)
        sum[r].store_unaligned(y + r * length + j);
      else
        store_part(y + r * length + j, sum[r], rest);
    });
  }
}

template <class T>
void conv_direct(const ConvDirect<T>& d) {
  T* y = d.y;
  for (int64_t z = 0; z < d.grid.layers; ++z) {
    const T* x = d.x + z * d.grid.layer_pitch;
    int64_t row = 0;
    for (; row + 4 <= d.grid.rows; row += 4, y += 4 * d.grid.width)
      direct_rows<T, 4>(d, x + row * d.grid.row_pitch, y);
    for (; row < d.grid.rows; ++row, y += d.grid.width)
      direct_rows<T, 1>(d, x + row * d.grid.row_pitch, y);
  }
}

template <class T, int N>
GRADUS_INLINE void dots_of(const ConvDots<T>& d, const int64_t* tap, T* dw) {
  constexpr int width = Vec<T>::size;
  Vec<T> sum[N];
  unroll<N>([&](auto i) { sum[i] = Vec<T>(T(0)); });
  const T* dy = d.dy;
  const int64_t length = d.grid.width;
  for (int64_t z = 0; z < d.grid.layers; ++z)
    for (int64_t row = 0; row < d.grid.rows; ++row, dy += length) {
      const T* x = d.x + z * d.grid.layer_pitch + row * d.grid.row_pitch;
      int64_t j = 0;
      for (; j + width <= length; j += width) {
        const Vec<T> g = Vec<T>::load_unaligned(dy + j);
        unroll<N>([&](auto i) {
          sum[i] = multiply_add(g, Vec<T>::load_unaligned(x + tap[i] + j), sum[i]);
        });
      }
      if (j < length) {
        const int rest = static_cast<int>(length - j);
        const Vec<T> g = load_part(dy + j, rest);
        unroll<N>(
            [&](auto i) { sum[i] = multiply_add(g, load_part(x + tap[i] + j, rest), sum[i]); });
      }
    }
  unroll<N>([&](auto i) { dw[i] += xsimd::hadd(sum[i]); });
}

template <class T>
void conv_dots(const ConvDots<T>& d) {
  int64_t t = 0;
  for (; t + 8 <= d.taps; t += 8) dots_of<T, 8>(d, d.tap + t, d.dw + t);
  for (; t + 3 <= d.taps; t += 3) dots_of<T, 3>(d, d.tap + t, d.dw + t);
  for (; t < d.taps; ++t) dots_of<T, 1>(d, d.tap + t, d.dw + t);
}

template <class T, int Step>
void spread_rows(const PlaneRows<T>& r) {
  constexpr int width = Vec<T>::size;
  const Vec<T> zero(T(0));
  const int64_t rows = r.rows, extent = r.extent, step = r.step, pitch = r.x_pitch;
  if (r.first == 0 && r.last == extent) {
  } else if (extent < width || r.first > width || extent - r.last > width) {
    std::fill(r.y, r.y + rows * extent, T(0));
  } else {
    T* y = r.y;
    if (r.first > 0)
      for (int64_t row = 0; row < rows; ++row, y += extent) zero.store_unaligned(y);
    y = r.y + extent - width;
    if (r.last < extent)
      for (int64_t row = 0; row < rows; ++row, y += extent) zero.store_unaligned(y);
  }
  for (int64_t i = r.first; i < r.last; i += width) {
    const int64_t count = r.last - i;
    const T* x = r.x + (i - r.first) * step;
    T* y = r.y + i;
    if (count >= width) {
      for (int64_t row = 0; row < rows; ++row, x += pitch, y += extent)
        load_every<T, Step>(x, step, width).store_unaligned(y);
    } else {
      for (int64_t row = 0; row < rows; ++row, x += pitch, y += extent)
        store_part(y, load_every<T, Step>(x, step, count), static_cast<int>(count));
    }
  }
}
template <class T>
void spread(const PlaneRows<T>& r) {
  (r.step == 1 ? spread_rows<T, 1> : r.step == 2 ? spread_rows<T, 2> : spread_rows<T, 0>)(r);
}

template <class T, int... i>
GRADUS_INLINE Vec<T> zip_from(int first, Vec<T> a, Vec<T> b, std::integer_sequence<int, i...>) {
  constexpr int width = Vec<T>::size, half = width / 2;
  return first == 0
             ? Vec<T>(__builtin_shufflevector(a.data, b.data, (i / 2 + i % 2 * width)...))
             : Vec<T>(__builtin_shufflevector(a.data, b.data, (half + i / 2 + i % 2 * width)...));
}

template <class T>
void interleave(const T* even, int64_t even_pitch, const T* odd, int64_t odd_pitch, int64_t rows,
                int64_t n, T* y, int64_t pitch) {
  constexpr int width = Vec<T>::size;
  constexpr auto lanes = std::make_integer_sequence<int, width>();
  const int64_t evens = (n + 1) / 2, odds = n / 2;
  const auto store = [](T* to, Vec<T> v, int64_t count) {
    if (count >= width)
      v.store_unaligned(to);
    else if (count > 0)
      store_part(to, v, static_cast<int>(count));
  };
  for (; rows > 0; --rows, even += even_pitch, odd += odd_pitch, y += pitch)
    for (int64_t i = 0; i < evens; i += width) {
      const Vec<T> a = load_some(even + i, evens - i);
      const Vec<T> b = i < odds ? load_some(odd + i, odds - i) : a;
      store(y + 2 * i, zip_from(0, a, b, lanes), n - 2 * i);
      store(y + 2 * i + width, zip_from(1, a, b, lanes), n - 2 * i - width);
    }
}

template <class T>
void add_to(int64_t n, const T* x, T* y) {
  constexpr int width = Vec<T>::size;
  int64_t i = 0;
  for (; i + width <= n; i += width)
    (Vec<T>::load_unaligned(x + i) + Vec<T>::load_unaligned(y + i)).store_unaligned(y + i);
  for (; i < n; ++i) y[i] += x[i];
}

template <class T>
constexpr ConvKernels<T> conv_kernels() {
  return {.rows = tile_rows,
          .lanes = tile_vectors * static_cast<int>(Vec<T>::size),
          .pack = pack_patches<T>,
          .tile = conv_tile_of_any_shape<T>,
          .positions = conv_positions<T>,
          .direct = conv_direct<T>,
          .dots = conv_dots<T>,
          .spread = spread<T>,
          .interleave = interleave<T>,
          .add = add_to<T>};
}

extern const ConvTable conv_table;
constinit const ConvTable conv_table{
    {conv_kernels<float>(), conv_kernels<double>()}, run_unit, conv_run};

}  // namespace gradus::kernels::GRADUS_ISA
