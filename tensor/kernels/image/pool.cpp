#include "tensor/kernels/image/pool.h"

#include <limits>

#include "tensor/kernels/simd/every.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

template <class T, int Stride>
void max_row(const MaxRow<T>& r) {
  constexpr int width = Vec<T>::size;
  const int64_t stride = r.stride;
  for (int64_t j = 0; j < r.count; j += width) {
    const T* x = r.x + j * stride;
    const int64_t count = r.count - j;
    Vec<T> best = load_every<T, Stride>(x + r.tap[0], stride, count);
    if (!r.index) {
      auto nan = best != best;
      for (int64_t t = 1; t < r.taps; ++t) {
        const Vec<T> v = load_every<T, Stride>(x + r.tap[t], stride, count);
        best = xsimd::max(best, v);
        nan = nan | (v != v);
      }
      best = xsimd::select(nan, Vec<T>(std::numeric_limits<T>::quiet_NaN()), best);
      if (count >= width)
        best.store_unaligned(r.y + j);
      else
        store_part(r.y + j, best, static_cast<int>(count));
      continue;
    }
    Vec<T> at(static_cast<T>(r.tap[0]));
    for (int64_t t = 1; t < r.taps; ++t) {
      const Vec<T> v = load_every<T, Stride>(x + r.tap[t], stride, count);
      const auto better = (v > best) | (v != v);
      best = xsimd::select(better, v, best);
      at = xsimd::select(better, Vec<T>(static_cast<T>(r.tap[t])), at);
    }
    if (count >= width)
      best.store_unaligned(r.y + j);
    else
      store_part(r.y + j, best, static_cast<int>(count));
    alignas(64) T taps[width];
    at.store_aligned(taps);
    const int64_t first = r.first + j * stride;
    int64_t* index = r.index + j;
    const int64_t n = count < width ? count : width;
    for (int64_t i = 0; i < n; ++i) index[i] = first + i * stride + static_cast<int32_t>(taps[i]);
  }
}

template <class T>
void max_of_any_stride(const MaxRow<T>& r) {
  (r.stride == 1 ? max_row<T, 1> : r.stride == 2 ? max_row<T, 2> : max_row<T, 0>)(r);
}

template <class T>
int64_t max_block(const MaxBlock<T>& b) {
  constexpr int width = Vec<T>::size;
  const Vec<T> least(-std::numeric_limits<T>::infinity());
  alignas(64) T lane[width], place[width];
  for (int i = 0; i < width; ++i) lane[i] = static_cast<T>(i);
  const Vec<T> lanes = Vec<T>::load_aligned(lane);
  Vec<T> best(b.x[0]), at(T(0));
  for (int64_t row = 0; row < b.rows; ++row)
    for (int64_t i = 0; i < b.n; i += width) {
      const T* x = b.x + row * b.pitch + i;
      const Vec<T> v = b.n - i >= width ? Vec<T>::load_unaligned(x)
                                        : load_part(x, static_cast<int>(b.n - i), least);
      const auto better = (v > best) | (v != v);
      best = xsimd::select(better, v, best);
      at = xsimd::select(better, lanes + Vec<T>(static_cast<T>(row * b.pitch + i)), at);
    }
  best.store_aligned(lane);
  at.store_aligned(place);
  int most = 0;
  for (int i = 1; i < width; ++i) {
    const bool nan = lane[i] != lane[i], other = lane[most] != lane[most];
    if (nan ? !other || place[i] > place[most]
            : lane[i] > lane[most] || (lane[i] == lane[most] && place[i] < place[most]))
      most = i;
  }
  return static_cast<int64_t>(place[most]);
}

}  // namespace

extern const PoolTable pool_table;
constinit const PoolTable pool_table{max_of_any_stride<float>, max_of_any_stride<double>,
                                     max_block<float>, max_block<double>};

}  // namespace gradus::kernels::GRADUS_ISA
