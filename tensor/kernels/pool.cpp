#include "tensor/kernels/pool.h"

#include "tensor/kernels/every.h"

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
    if (!r.index) continue;
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

}  // namespace

extern const PoolTable pool_table;
constinit const PoolTable pool_table{max_of_any_stride<float>, max_of_any_stride<double>};

}  // namespace gradus::kernels::GRADUS_ISA
