#include "tensor/kernels/nn/positions.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

// Element a of pair i is at i * step, b `apart` behind it.
template <int step, class T>
void rotate(const Rotation<T>& r, int64_t apart) {
  const T *x = r.x, *c = r.cos, *s = r.sin;
  T* y = r.y;
  for (int64_t row = 0; row < r.rows; ++row) {
#pragma omp simd
    for (int64_t i = 0; i < r.pairs; ++i) {
      const T a = x[i * step], b = x[i * step + apart], sine = r.sense * s[i];
      y[i * step] = a * c[i] - b * sine;
      y[i * step + apart] = b * c[i] + a * sine;
    }
    x += r.x_row, y += r.y_row, c += r.pairs, s += r.pairs;
  }
}

template <class T>
void neighbours(const Rotation<T>& r) {
  rotate<2>(r, 1);
}
template <class T>
void halves(const Rotation<T>& r) {
  rotate<1>(r, r.pairs);
}

template <class T>
constexpr RotationKernels<T> rotation_kernels{neighbours<T>, halves<T>};

}  // namespace

extern const RotationTable rotation_table;
constinit const RotationTable rotation_table{rotation_kernels<float>, rotation_kernels<double>};

}  // namespace gradus::kernels::GRADUS_ISA
