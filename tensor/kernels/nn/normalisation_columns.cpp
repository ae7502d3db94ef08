#include <math.h>

#include "tensor/kernels/nn/normalisation.h"
#include "tensor/kernels/nn/normalisation_range.h"
#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

// Rows are gone over in order, some of them of a panel of columns at a time: in rows a power of two
// apart, the elements of one column fall on few sets of the caches.
constexpr int64_t panel = 1024, tile = 16, group = 16 * tile;

constexpr int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// A number for each column of a panel; whole batches may be read and written.
template <class T>
struct Numbers {
  alignas(64) T of[panel + batch_lanes<T>];
  batch<T> get(int64_t j) const { return batch<T>::load_unaligned(of + j); }
  void put(int64_t j, batch<T> v) { v.store_unaligned(of + j); }
  void add(int64_t j, batch<T> v) { put(j, get(j) + v); }
  void clear(int64_t width) {
    for (int64_t j = 0; j < width; j += batch_lanes<T>) put(j, batch<T>(T(0)));
  }
};

// f(k, j, place) for strips of k batches of columns from j on; place(at) is where one begins.
template <class T, class F>
void for_each_strip(int64_t width, F f) {
  constexpr int64_t W = batch_lanes<T>;
  constexpr std::integral_constant<int, 4> four;
  constexpr std::integral_constant<int, 1> one;
  const auto whole = [](int64_t at) { return WholePlace<T>{at}; };
  int64_t j = 0;
  for (; j + 4 * W <= width; j += 4 * W) f(four, j, whole);
  for (; j + W <= width; j += W) f(one, j, whole);
  const int left = static_cast<int>(width - j);
  if (left > 0) f(one, j, [left](int64_t at) { return PartPlace<T>{at, left}; });
}

// a, b = sums over n rows of the two that f(place, column) gives. Each element goes through 16
// additions per level.
template <class T, class F>
void column_sums(int64_t n, int64_t pitch, int64_t width, Numbers<T>& a, Numbers<T>& b, F f) {
  constexpr int64_t W = batch_lanes<T>;
  Numbers<T> low_a, low_b;
  a.clear(width), b.clear(width);
  for (int64_t r0 = 0; r0 < n; r0 += group) {
    low_a.clear(width), low_b.clear(width);
    for (int64_t r = r0; r < least(n, r0 + group); r += tile)
      for_each_strip<T>(width, [&](auto k, int64_t j, auto place) {
        constexpr int K = k.value;
        Two<batch<T>> sum[K];
        unroll<K>([&](auto i) { sum[i] = f(place(r * pitch + j + i * W), j + i * W); });
        for (int64_t row = r + 1; row < least(n, r + tile); ++row)
          unroll<K>(
              [&](auto i) { sum[i] = sum[i] + f(place(row * pitch + j + i * W), j + i * W); });
        unroll<K>([&](auto i) { low_a.add(j + i * W, sum[i].a), low_b.add(j + i * W, sum[i].b); });
      });
    for (int64_t j = 0; j < width; j += W) a.add(j, low_a.get(j)), b.add(j, low_b.get(j));
  }
}

// f(place, column) for all elements of a panel.
template <class T, class F>
void for_each_place(int64_t n, int64_t pitch, int64_t width, F f) {
  constexpr int64_t W = batch_lanes<T>;
  for (int64_t r = 0; r < n; ++r)
    for_each_strip<T>(width, [&](auto k, int64_t j, auto place) {
      unroll<k.value>([&](auto i) { f(place(r * pitch + j + i * W), j + i * W); });
    });
}

// f(place, column) for batches of columns, of which those that a panel has not are zeros.
template <class T, class F>
void for_each_column(int64_t width, F f) {
  for_each_strip<T>(width, [&](auto k, int64_t j, auto place) {
    unroll<k.value>([&](auto i) { f(place(j + i * batch_lanes<T>), j + i * batch_lanes<T>); });
  });
}

// The statistics of those of a batch of columns that are lost: one by one, of x divided by the
// largest. `rstd` is 1 / sqrt(variance + eps).
template <class T, class V = batch<T>>
[[gnu::noinline, gnu::cold]] void mend_columns(const T* x, int64_t n, int64_t pitch, int64_t count,
                                               double eps, V& mean, V& variance, V& rstd) {
  alignas(64) T m[batch_lanes<T>], v[batch_lanes<T>], s[batch_lanes<T>];
  mean.store_aligned(m), variance.store_aligned(v), rstd.store_aligned(s);
  for (int64_t j = 0; j < count; ++j) {
    if (!xsimd::any(is_lost(V(v[j]), eps))) continue;
    double most = 0, sum = 0, squares = 0;
    for (int64_t r = 0; r < n; ++r) {
      const double size = ::fabs(static_cast<double>(x[r * pitch + j]));
      if (!(size <= most)) most = size;
    }
    if (!(most > 0 && most < HUGE_VAL)) continue;
    const auto share = [&](int64_t r) { return static_cast<double>(x[r * pitch + j]) / most; };
    for (int64_t r = 0; r < n; ++r) sum += share(r);
    const double middle = sum / static_cast<double>(n);
    for (int64_t r = 0; r < n; ++r) squares += (share(r) - middle) * (share(r) - middle);
    const double part = squares / static_cast<double>(n);
    m[j] = static_cast<T>(middle * most);
    v[j] = static_cast<T>(part * most * most);
    s[j] = static_cast<T>(1 / most / ::sqrt(part + eps / most / most));
  }
  mean = V::load_aligned(m), variance = V::load_aligned(v), rstd = V::load_aligned(s);
}

}  // namespace

template <class T>
void normalisation_columns(const T* x, const T* weight, const T* bias, T* y, T* mean, T* variance,
                           T* rstd, int64_t n, int64_t pitch, int64_t columns, double eps) {
  using V = batch<T>;
  const V count(static_cast<T>(n)), zero(T(0));
  Numbers<T> a, b, middle, scale, shift;
  for (int64_t first = 0; first < columns; first += panel) {
    const int64_t width = least(panel, columns - first);
    column_sums<T>(n, pitch, width, a, b, [&](auto at, int64_t) {
      return Two<V>{at.load(x), zero};
    });
    for_each_column<T>(width, [&](auto, int64_t j) { middle.put(j, a.get(j) / count); });
    column_sums<T>(n, pitch, width, a, b, [&](auto at, int64_t j) {
      const V d = at.load(x) - middle.get(j);
      return Two<V>{d, d * d};
    });
    for_each_column<T>(width, [&](auto at, int64_t j) {
      const V missed = a.get(j) / count;
      V m = middle.get(j) + missed, v = xsimd::max(zero, b.get(j) / count - missed * missed);
      V s = V(T(1)) / xsimd::sqrt(v + V(static_cast<T>(eps)));
      if (xsimd::any(is_lost(v, eps)))
        mend_columns(x + j, n, pitch, least(batch_lanes<T>, width - j), eps, m, v, s);
      at.store(mean, m), at.store(variance, v), at.store(rstd, s);
      middle.put(j, m);
      scale.put(j, weight ? s * at.load(weight) : s);
      shift.put(j, bias ? at.load(bias) : zero);
    });
    for_each_place<T>(n, pitch, width, [&](auto at, int64_t j) {
      at.store(y, xsimd::fma(at.load(x) - middle.get(j), scale.get(j), shift.get(j)));
    });
    x += panel, y += panel, mean += panel, variance += panel, rstd += panel;
    if (weight) weight += panel;
    if (bias) bias += panel;
  }
}

// With h = (x - mean) rstd and g = dy weight: dx = rstd (g - mean g - h mean(g h)).
template <class T>
void normalisation_columns_backward(const T* dy, const T* x, const T* weight, const T* mean,
                                    const T* rstd, T* dx, T* dweight, T* dbias, int64_t n,
                                    int64_t pitch, int64_t columns, bool fixed) {
  using V = batch<T>;
  const V share(T(1) / static_cast<T>(n));
  Numbers<T> a, b, middle, inverse, scale;
  for (int64_t first = 0; first < columns; first += panel) {
    const int64_t width = least(panel, columns - first);
    for_each_column<T>(width, [&](auto at, int64_t j) {
      middle.put(j, at.load(mean)), inverse.put(j, at.load(rstd));
      scale.put(j, weight ? at.load(rstd) * at.load(weight) : at.load(rstd));
    });
    column_sums<T>(n, pitch, width, a, b, [&](auto at, int64_t j) {
      const V g = at.load(dy);
      return Two<V>{g, g * ((at.load(x) - middle.get(j)) * inverse.get(j))};
    });
    for_each_column<T>(width, [&](auto at, int64_t j) {
      if (dbias) at.store(dbias, a.get(j));
      if (dweight) at.store(dweight, b.get(j));
      a.put(j, a.get(j) * share);
      b.put(j, b.get(j) * share * inverse.get(j));
    });
    if (dx && fixed) {
      for_each_place<T>(n, pitch, width,
                        [&](auto at, int64_t j) { at.store(dx, scale.get(j) * at.load(dy)); });
    } else if (dx) {
      for_each_place<T>(n, pitch, width, [&](auto at, int64_t j) {
        const V d = at.load(x) - middle.get(j);
        at.store(dx, scale.get(j) * (at.load(dy) - a.get(j) - d * b.get(j)));
      });
    }
    dy += panel, x += panel, mean += panel, rstd += panel;
    if (weight) weight += panel;
    if (dx) dx += panel;
    if (dweight) dweight += panel;
    if (dbias) dbias += panel;
  }
}

#define GRADUS_INSTANTIATE(T)                                                                      \
  template void normalisation_columns<T>(const T*, const T*, const T*, T*, T*, T*, T*, int64_t,    \
                                         int64_t, int64_t, double);                                \
  template void normalisation_columns_backward<T>(const T*, const T*, const T*, const T*,          \
                                                  const T*, T*, T*, T*, int64_t, int64_t, int64_t, \
                                                  bool);
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)

}  // namespace gradus::kernels::GRADUS_ISA
