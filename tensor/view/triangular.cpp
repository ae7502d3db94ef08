#include "tensor/view/triangular.h"

#include <algorithm>
#include <cstring>

#include "tensor/base/parallel.h"
#include "tensor/shape.h"

namespace gradus::raw {

void triangle(const char* op, const Tensor& y_, const Tensor& x_, int64_t k, Keep keep) {
  check_writable(y_, op);
  if (y_.numel() == 0) return;
  const TensorImpl &y = *y_.impl(), &x = *x_.impl();
  const size_t n = y.sizes.size();
  const int64_t rows = y.sizes[n - 2], columns = y.sizes[n - 1];
  const int64_t step = y.strides[n - 1], step_x = x.strides[n - 1];
  k = std::clamp(k, -rows - 1, columns + 1);
  visit_size(y.dtype, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(0, y.numel / columns, std::max<int64_t>(1, 32768 / columns),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     int64_t rest = i, at = 0, at_x = 0;
                     for (size_t d = n - 1; d-- > 0;) {
                       const int64_t place = rest % y.sizes[d];
                       at += place * y.strides[d];
                       at_x += place * x.strides[d];
                       rest /= y.sizes[d];
                     }
                     T* p = reinterpret_cast<T*>(y.data) + at;
                     const T* q = reinterpret_cast<const T*>(x.data) + at_x;
                     const bool lower = keep == Keep::lower;
                     const int64_t edge = std::clamp<int64_t>(i % rows + k + lower, 0, columns);
                     const int64_t first = lower ? 0 : edge, last = lower ? edge : columns;
                     if (step == 1 && step_x == 1) {
                       std::memset(p, 0, size_t(first) * sizeof(T));
                       if (p != q)
                         std::memcpy(p + first, q + first, size_t(last - first) * sizeof(T));
                       std::memset(p + last, 0, size_t(columns - last) * sizeof(T));
                       continue;
                     }
                     for (int64_t j = 0; j < columns; ++j)
                       p[j * step] = j >= first && j < last ? q[j * step_x] : zero;
                   }
                 });
  });
}

}  // namespace gradus::raw
