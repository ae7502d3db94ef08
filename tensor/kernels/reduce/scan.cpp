// Running results. Several lines go side by side: columns of one block, or rows of several.
#include <math.h>

#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

constexpr int64_t width = 128;  // columns side by side
constexpr int64_t rows = 8;     // rows side by side

// Calls f(count, offset, n_step, lane_step) for every group of lines; steps are in elements.
template <class F>
void for_each_group(const ScanShape& s, F f) {
  if (s.inner == 1 && s.inner_pitch == 1) {
    for (int64_t o = 0; o < s.outer; o += rows)
      f(s.outer - o < rows ? s.outer - o : rows, o * s.n, 1, s.n);
  } else {
    for (int64_t o = 0; o < s.outer; ++o)
      for (int64_t i = 0; i < s.inner; i += width)
        f(s.inner - i < width ? s.inner - i : width, o * s.n * s.inner_pitch + i, s.inner_pitch, 1);
  }
}

// Two copies of the inner loop, so that the one over columns vectorises.
template <class Body>
inline void for_each_lane(int64_t count, int64_t lane_step, Body body) {
  if (lane_step == 1)
    for (int64_t j = 0; j < count; ++j) body(j, j);
  else
    for (int64_t j = 0; j < count; ++j) body(j, j * lane_step);
}

template <class T>
using Acc = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
template <class T>
using Result = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;

// The lanes k places up, `first` in those below.
template <int k>
inline batch<double> shifted(const batch<double>& v, const batch<double>& first) {
#if defined(__AVX512F__)
  return _mm512_castsi512_pd(
      _mm512_alignr_epi64(_mm512_castpd_si512(v), _mm512_castpd_si512(first), 8 - k));
#elif defined(__AVX__)
  const __m256d low = _mm256_permute2f128_pd(first, v, 0x20);  // first, and the lower half of v
  if constexpr (k == 2) return low;
  return _mm256_shuffle_pd(low, v, 5);
#elif defined(__SSE2__)
  return _mm_unpacklo_pd(first, v);
#else
  return vextq_f64(first, v, 2 - k);
#endif
}

template <int k, class Merge>
inline batch<double> scan_lanes(batch<double> v, const batch<double>& first, Merge merge) {
  if constexpr (k < int(batch<double>::size))
    return scan_lanes<2 * k>(merge(shifted<k>(v, first), v), first, merge);
  return v;
}

inline batch<double> last_lane(const batch<double>& v) {
#if defined(__AVX512F__)
  return _mm512_permutexvar_pd(_mm512_set1_epi64(7), v);
#elif defined(__AVX2__)
  return _mm256_permute4x64_pd(v, 0xff);
#else
  return batch<double>(v.get(batch<double>::size - 1));
#endif
}

// Whether every lane is finite and at least `least` in size.
inline bool within(const batch<double>& v, double least) {
  const batch<double> size = xsimd::abs(v);
  return xsimd::all(size >= batch<double>(least) && size < batch<double>(highest<double>));
}

// A row of floats: running results inside a batch by steps of 1, 2, 4 lanes, and one merge from
// batch to batch, so that batches wait for little of each other. Where a result is below `least` in
// size or infinite, doubles go one by one: what is merged in another order may leave the range
// where the running result does not.
template <class T, class Merge>
void scan_row(const T* x, T* y, int64_t n, double start, double least, Merge merge) {
  using V = batch<double>;
  constexpr int64_t W = V::size;
  const V first(start);
  V before = first;
  const auto step = [&](const V& v) {
    const V inside = scan_lanes<1>(v, first, merge), after = merge(before, inside);
    if constexpr (sizeof(T) == sizeof(double)) {
      double acc = before.get(0);
      const bool in_range = within(inside, least) && (within(after, least) || acc == 0);
      if (!in_range) [[unlikely]] {
        double each[W];
        v.store_unaligned(each);
        for (double& e : each) e = acc = merge(acc, e);
        before = V(acc);
        return V::load_unaligned(each);
      }
    }
    before = merge(before, last_lane(inside));
    return after;
  };
  int64_t i = 0;
  if constexpr (sizeof(T) == sizeof(float)) {
    for (; i + 2 * W <= n; i += 2 * W) {
      const auto v = batch<float>::load_unaligned(x + i);
      const V low = step(simd::widen_low(v)), high = step(simd::widen_high(v));
      simd::narrow(low, high).store_unaligned(y + i);
    }
  } else {
    for (; i + W <= n; i += W) step(V::load_unaligned(x + i)).store_unaligned(y + i);
  }
  for (double acc = last_lane(before).get(0); i < n; ++i)
    y[i] = static_cast<T>(acc = merge(acc, static_cast<double>(x[i])));
}

template <class T, class Merge>
void run(const void* x, void* y, const ScanShape& s, Acc<T> first, Merge merge, double least = 0) {
  constexpr bool in_lanes = std::is_invocable_v<Merge, batch<double>, batch<double>>;
  if constexpr (in_lanes && std::is_floating_point_v<T>) {
    if (s.inner == 1 && s.inner_pitch == 1) {
      for (int64_t o = 0; o < s.outer; ++o)
        scan_row(static_cast<const T*>(x) + o * s.n, static_cast<T*>(y) + o * s.n, s.n, first,
                 least, merge);
      return;
    }
  }
  for_each_group(s, [&](int64_t count, int64_t offset, int64_t n_step, int64_t lane_step) {
    Acc<T> acc[width];
    for (int64_t j = 0; j < count; ++j) acc[j] = first;
    const T* from = static_cast<const T*>(x) + offset;
    auto* to = static_cast<Result<T>*>(y) + offset;
    for (int64_t k = 0; k < s.n; ++k, from += n_step, to += n_step)
      for_each_lane(count, lane_step, [&](int64_t j, int64_t place) {
        acc[j] = merge(acc[j], Acc<T>(from[place]));
        to[place] = Result<T>(acc[j]);
      });
  });
}

template <class T, class Takes>
void with_index(const void* x, void* y, int64_t* index, const ScanShape& s, Takes takes) {
  for_each_group(s, [&](int64_t count, int64_t offset, int64_t n_step, int64_t lane_step) {
    T best[width];
    int64_t place_of[width];
    const T* from = static_cast<const T*>(x) + offset;
    T* to = static_cast<T*>(y) + offset;
    int64_t* where = index + offset;
    for (int64_t k = 0; k < s.n; ++k, from += n_step, to += n_step, where += n_step)
      for_each_lane(count, lane_step, [&](int64_t j, int64_t place) {
        const T v = from[place];
        const bool take = k == 0 || v != v || takes(v, best[j]);
        best[j] = take ? v : best[j];
        place_of[j] = take ? k : place_of[j];
        to[place] = best[j];
        where[place] = place_of[j];
      });
  });
}

template <class T>
void recur(const T* a, const T* b, T* y, const ScanShape& s, bool from_end) {
  for_each_group(s, [&](int64_t count, int64_t offset, int64_t n_step, int64_t lane_step) {
    double acc[width];
    const auto step = [&](int64_t k, auto next) {
      const T* from = b + offset + k * n_step;
      T* to = y + offset + k * n_step;
      for_each_lane(count, lane_step, [&](int64_t j, int64_t place) {
        acc[j] = next(j, place, static_cast<double>(from[place]));
        to[place] = static_cast<T>(acc[j]);
      });
    };
    const int64_t first = from_end ? s.n - 1 : 0, by = from_end ? -1 : 1;
    step(first, [](int64_t, int64_t, double v) { return v; });
    for (int64_t i = 1, k = first + by; i < s.n; ++i, k += by) {
      const T* factor = a + offset + (from_end ? k + 1 : k) * n_step;
      step(k, [&](int64_t j, int64_t place, double v) {
        return v + static_cast<double>(factor[place]) * acc[j];
      });
    }
  });
}

// log(e^a + e^b)
double log_add_exp(double a, double b) {
  if (a != a || b != b) return a + b;
  const double high = a > b ? a : b, low = a > b ? b : a;
  if (high == low) return high + M_LN2;
  return high + ::log1p(::exp(low - high));
}

template <class T>
void cumsum(const void* x, void* y, const ScanShape& s) {
  run<T>(x, y, s, 0, [](auto a, auto b) { return a + b; });
}
template <class T>
void cumprod(const void* x, void* y, const ScanShape& s) {
  run<T>(
      x, y, s, 1, [](auto a, auto b) { return a * b; }, 0x1p-1000);
}
template <class T>
void logcumsumexp(const void* x, void* y, const ScanShape& s) {
  run<T>(x, y, s, lowest<double>, log_add_exp);
}
template <class T>
void recurrence(const void* a, const void* b, void* y, const ScanShape& s, bool from_end) {
  recur(static_cast<const T*>(a), static_cast<const T*>(b), static_cast<T*>(y), s, from_end);
}
template <class T>
void cummax(const void* x, void* y, int64_t* index, const ScanShape& s) {
  with_index<T>(x, y, index, s, [](T v, T best) { return v >= best; });
}
template <class T>
void cummin(const void* x, void* y, int64_t* index, const ScanShape& s) {
  with_index<T>(x, y, index, s, [](T v, T best) { return v <= best; });
}

}  // namespace

}  // namespace reduce

constinit const ScanTable scan_table = {
    .cumsum = {.fn = GRADUS_ALL_TYPES(reduce::cumsum), .grain = 16384},
    .cumprod = {.fn = GRADUS_ALL_TYPES(reduce::cumprod), .grain = 16384},
    .logcumsumexp = {.fn = GRADUS_FLOAT_TYPES(reduce::logcumsumexp), .grain = 1024},
    .recurrence = GRADUS_FLOAT_TYPES(reduce::recurrence),
    .cummax = GRADUS_ALL_TYPES(reduce::cummax),
    .cummin = GRADUS_ALL_TYPES(reduce::cummin),
};

}  // namespace gradus::kernels::GRADUS_ISA
