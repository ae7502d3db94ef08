// The transforms of Winograd's convolution of 4 x 4 results by 3 x 3 taps, F(4 x 4, 3 x 3): with 36
// products for 144. Y = M X M^T for matrices X whose elements are `lanes` numbers side by side.
#pragma once

#include <cstdint>

#include "tensor/kernels/isa.h"

namespace gradus::kernels {

inline constexpr int winograd_lanes = 16;

// `count` matrices, each dim and the matrices with a pitch of their own.
struct WinogradMatrices {
  const float* x;
  int64_t x_row, x_column, x_next;
  float* y;
  int64_t y_row, y_column, y_next;
  int64_t count;
  const float* bias = nullptr;  // added to every element of Y; or none
};

struct WinogradKernels {
  using Transform = void (*)(const WinogradMatrices&);
  // With the three of the forward: y = result(sum of input(x) * filter(w)), by elements. Of the
  // gradients, dw = filter_gradient(sum of input(x) * result_gradient(dy)).
  Transform input, filter, result, result_gradient, filter_gradient;
  // out[p * width + i] = x[i * pitch + p] for `rows` i and `columns` p.
  void (*transpose)(const float* x, int64_t pitch, int64_t columns, int rows, int width,
                    float* out);
};

}  // namespace gradus::kernels
