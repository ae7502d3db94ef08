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

// out[p * out_column + l * out_line + i] = x[i * x_row + l * x_line + p] for `rows` i, `columns` p
// and `lines` l. The channels are the rows, or (by_columns) the columns.
struct WinogradTranspose {
  const float* x;
  int64_t x_row, x_line;
  float* out;
  int64_t out_column, out_line;
  int64_t rows, columns, lines;
  bool by_columns;
};

struct WinogradKernels {
  using Transform = void (*)(const WinogradMatrices&);
  // With the three of the forward: y = result(sum of input(x) * filter(w)), by elements. Of the
  // gradients, dw = filter_gradient(sum of input(x) * result_gradient(dy)).
  Transform input, filter, result, result_gradient, filter_gradient;
  void (*transpose)(const WinogradTranspose&);
};

}  // namespace gradus::kernels
