#include "tensor/kernels/nn/attention.h"

#include <limits>

#include "tensor/kernels/simd/line.h"
#include "tensor/kernels/simd/sum_lanes.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

template <class T>
int64_t seen_by(const AttentionTile<T>& t, int64_t r) {
  const int64_t seen = t.seen + r * t.more;
  return seen < 0 ? 0 : seen < t.keys ? seen : t.keys;
}

template <class T>
void clear(T* x, int64_t n) {
  map_line(RowLine<T>{n}, [&](auto at) { at.store(x, batch<T>(T(0))); });
}

template <class T>
void drop(T* x, const uint8_t* kept, T scale, int64_t n) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) x[j] = kept[j] ? x[j] * scale : T(0);
}

template <class T>
void softmax(const AttentionTile<T>& t, bool first, T* max, T* sum, T* y, int64_t y_row,
             int64_t n) {
  using V = batch<T>;
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  const V least(lowest);
  for (int64_t r = 0; r < t.rows; ++r) {
    T* s = t.scores + r * t.pitch;
    const int64_t seen = seen_by(t, r);
    const RowLine<T> line{seen};
    const V most =
        t.mask ? fold_line(Greater{}, line, least,
                           [&, m = t.mask + r * t.mask_row](auto at) {
                             const V v = at.load(s, least) + at.load(m);
                             at.store(s, v);
                             return v;
                           })
               : fold_line(Greater{}, line, least, [&](auto at) { return at.load(s, least); });
    // A nan makes the sum one, whatever it does to the maximum.
    T top = most.get(0);
    if (!first && max[r] > top) top = max[r];
    const V base(top == lowest ? T(0) : top);
    const V total = sum_line(line, [&](auto at) {
      const V e = simd::exp_of_negative(at.load(s, least) - base);
      at.store(s, e);
      return e;
    });
    if (first) {
      sum[r] = total.get(0);
    } else {
      const V scale = simd::exp_of_negative(V(max[r]) - base);
      sum[r] = sum[r] * scale.get(0) + total.get(0);
      T* to = y + r * y_row;
      map_line(RowLine<T>{n}, [&](auto at) { at.store(to, at.load(to) * scale); });
    }
    max[r] = top;
    if (t.kept) drop(s, t.kept + r * t.kept_row, t.kept_scale, seen);
    if (seen < t.keys) clear(s + seen, t.keys - seen);
  }
}

template <class T>
void finish(int64_t rows, int64_t n, const T* y, int64_t y_row, const T* max, const T* sum, T* to,
            int64_t to_row, T* terms) {
  using V = batch<T>;
  for (int64_t r = 0; r < rows; ++r) {
    const bool none = sum[r] == T(0);
    const T* from = y + r * y_row;
    T* at_row = to + r * to_row;
    const V divisor(none ? T(1) : sum[r]);
    map_line(RowLine<T>{n}, [&](auto at) { at.store(at_row, at.load(from) / divisor); });
    terms[2 * r] = none ? T(0) : max[r];
    terms[2 * r + 1] = none ? T(0) : T(1) / sum[r];
  }
}

template <class T>
void gradient(const AttentionTile<T>& t, const T* terms, const T* dot, T* dp) {
  using V = batch<T>;
  for (int64_t r = 0; r < t.rows; ++r) {
    T* s = t.scores + r * t.pitch;
    T* ds = dp + r * t.pitch;
    const int64_t seen = seen_by(t, r);
    const RowLine<T> line{seen};
    const V most(terms[2 * r]), share(terms[2 * r + 1]), d(dot[r]);
    const uint8_t* kept = t.kept ? t.kept + r * t.kept_row : nullptr;
    if (kept) drop(ds, kept, t.kept_scale, seen);
    const auto put = [&](auto at, V score) {
      const V p = simd::exp_of_negative(score - most) * share;
      at.store(s, p);
      at.store(ds, p * (at.load(ds) - d));
    };
    if (const T* m = t.mask ? t.mask + r * t.mask_row : nullptr)
      map_line(line, [&](auto at) { put(at, at.load(s) + at.load(m)); });
    else
      map_line(line, [&](auto at) { put(at, at.load(s)); });
    if (kept) drop(s, kept, t.kept_scale, seen);
    if (seen < t.keys) clear(s + seen, t.keys - seen), clear(ds + seen, t.keys - seen);
  }
}

// The products with as many keys as a vector has lanes are summed together. In the last group the
// last key stands in for those that are missing.
template <class T>
void score(const T* q, const T* k, int64_t k_row, int64_t keys, int64_t depth, T scale, T* scores) {
  constexpr int width = Vec<T>::size;
  const int rest = static_cast<int>(depth % width);
  for (int64_t j = 0; j < keys; j += width) {
    const int count = static_cast<int>(keys - j < width ? keys - j : width);
    const T* row[width];
    for (int i = 0; i < width; ++i) row[i] = k + (j + (i < count ? i : count - 1)) * k_row;
    Vec<T> sum[width];
    unroll<width>([&](auto i) { sum[i] = Vec<T>(T(0)); });
    int64_t p = 0;
    for (; p + width <= depth; p += width) {
      const Vec<T> a = Vec<T>::load_unaligned(q + p);
      unroll<width>([&](auto i) __attribute__((always_inline)) {
        sum[i] = multiply_add(a, Vec<T>::load_unaligned(row[i] + p), sum[i]);
      });
    }
    if (rest > 0) {
      const Vec<T> a = load_part(q + p, rest);
      unroll<width>([&](auto i) __attribute__((always_inline)) {
        sum[i] = multiply_add(a, load_part(row[i] + p, rest), sum[i]);
      });
    }
    const Vec<T> all = sum_lanes<width, width / 2>(sum) * Vec<T>(scale);
    if (count == width)
      all.store_unaligned(scores + j);
    else
      store_part(scores + j, all, count);
  }
}

// C vectors of y stay in registers, U partial sums of each.
template <int C, int U, class T>
GRADUS_INLINE void mix_columns(const T* weights, const T* v, int64_t v_row, int64_t keys, T* y) {
  constexpr int width = Vec<T>::size;
  Vec<T> sum[U][C];
  unroll<U>([&](auto u) { unroll<C>([&](auto c) { sum[u][c] = Vec<T>(T(0)); }); });
  const auto add = [&](auto u, int64_t j) __attribute__((always_inline)) {
    const Vec<T> w(weights[j]);
    unroll<C>([&](auto c) __attribute__((always_inline)) {
      sum[u][c] = multiply_add(w, Vec<T>::load_unaligned(v + j * v_row + c * width), sum[u][c]);
    });
  };
  int64_t j = 0;
  for (; j + U <= keys; j += U) unroll<U>([&](auto u) { add(u, j + u); });
  for (; j < keys; ++j) add(std::integral_constant<int, 0>(), j);
  unroll<C>([&](auto c) __attribute__((always_inline)) {
    Vec<T> total = Vec<T>::load_unaligned(y + c * width);
    unroll<U>([&](auto u) { total += sum[u][c]; });
    total.store_unaligned(y + c * width);
  });
}

template <class T>
void mix(const T* weights, const T* v, int64_t v_row, int64_t keys, int64_t width, T* y) {
  constexpr int lanes = Vec<T>::size;
  int64_t c = 0;
  for (; c + 4 * lanes <= width; c += 4 * lanes)
    mix_columns<4, 2>(weights, v + c, v_row, keys, y + c);
  if (c + 2 * lanes <= width) {
    mix_columns<2, 4>(weights, v + c, v_row, keys, y + c);
    c += 2 * lanes;
  }
  if (c + lanes <= width) {
    mix_columns<1, 4>(weights, v + c, v_row, keys, y + c);
    c += lanes;
  }
  if (c == width) return;
  const int rest = static_cast<int>(width - c);
  Vec<T> sum = load_part(y + c, rest);
  for (int64_t j = 0; j < keys; ++j)
    sum = multiply_add(Vec<T>(weights[j]), load_part(v + j * v_row + c, rest), sum);
  store_part(y + c, sum, rest);
}

template <class T>
void dots(int64_t rows, int64_t n, const T* a, int64_t a_row, const T* b, int64_t b_row, T* y) {
  for (int64_t r = 0; r < rows; ++r, a += a_row, b += b_row)
    y[r] = sum_line(RowLine<T>{n}, [&](auto at) { return at.load(a) * at.load(b); }).get(0);
}

template <class T>
constexpr AttentionKernels<T> attention_kernels{softmax<T>, finish<T>, gradient<T>,
                                                score<T>,   mix<T>,    dots<T>};

}  // namespace

extern const AttentionTable attention_table;
constinit const AttentionTable attention_table{attention_kernels<float>, attention_kernels<double>};

}  // namespace gradus::kernels::GRADUS_ISA
